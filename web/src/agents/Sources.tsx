import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteSource, intakeSources, putSource } from '../api/intake';
import type { IntakeSource, MadeSource } from '../api/schema';
import { useAct } from '../components/act';
import { useConfirm } from '../components/confirm';
import { Copy } from '../components/Copy';
import { Lines } from '../components/Lines';
import { Loaded } from '../components/Loaded';
import { Section } from '../components/Section';
import { useSession } from '../components/session';
import { Time } from '../components/Time';
import { platformOf } from '../lib/platforms';
import { SourceDialog, SourceMade } from './SourceDialog';

/** The platforms that send an agent's calls. */
export function Sources({ agentId }: { agentId: string }) {
  const { canAdminister } = useSession();
  const query = useQuery(intakeSources(agentId));
  const [setting, setSetting] = useState<IntakeSource | 'new' | null>(null);
  const [made, setMade] = useState<MadeSource | null>(null);
  const done = (source: MadeSource) => {
    setSetting(null);
    setMade(source);
  };
  return (
    <Section
      title="Where calls come from"
      beside={
        canAdminister && (
          <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => setSetting('new')}>
            Add a platform
          </Button>
        )
      }
    >
      <Loaded query={query} skeleton={<Lines rows={2} />}>
        {({ sources, available }) => (
          <>
            {sources.length === 0 ? (
              <Text size="sm" c="dimmed">
                By the API alone.
                {canAdminister && ' Add Vapi, Retell, ElevenLabs, Twilio or another platform, and give it the address that you get.'}
              </Text>
            ) : (
              <Stack gap="md">
                {sources.map((source) => (
                  <Source key={source.source} agentId={agentId} source={source} onChange={() => setSetting(source)} onMade={done} />
                ))}
              </Stack>
            )}
            {setting && (
              <SourceDialog
                agentId={agentId}
                source={setting === 'new' ? undefined : setting}
                available={available.filter((name) => !sources.some(({ source }) => source === name))}
                onClose={() => setSetting(null)}
                onDone={done}
              />
            )}
          </>
        )}
      </Loaded>
      {made && <SourceMade source={made} onClose={() => setMade(null)} />}
    </Section>
  );
}

interface SourceProps {
  agentId: string;
  source: IntakeSource;
  onChange: () => void;
  onMade: (source: MadeSource) => void;
}

function Source({ agentId, source, onChange, onMade }: SourceProps) {
  const { canAdminister } = useSession();
  const confirm = useConfirm();
  const changes = [['intake', agentId]];
  const { name } = platformOf(source.source);
  const replace = useAct(() => putSource(agentId, source.source, { newPathSecret: true }), { changes, then: onMade });
  const remove = useAct(() => deleteSource(agentId, source.source), { changes, done: `${name} is taken away` });
  const askReplace = async () => {
    const sure = await confirm({
      title: `A new address for ${name}?`,
      body: 'The address gets a new secret. The one before counts for another 24 hours, so that the platform can be given the new one without a gap.',
      action: 'Make a new address',
    });
    if (sure) replace.mutate(undefined);
  };
  const askRemove = async () => {
    const sure = await confirm({
      title: `Take ${name} away?`,
      body: 'What it sends is refused from now on. Calls that came stay.',
      action: 'Take away',
      danger: true,
    });
    if (sure) remove.mutate(undefined);
  };
  const address = window.location.origin + source.path;
  return (
    <div>
      <Group gap="xs">
        <Text size="sm" fw={550}>
          {name}
        </Text>
        <Badge color={source.signed ? 'teal' : 'gray'}>{source.signed ? 'signed' : 'secret in the address'}</Badge>
        {source.fetches && <Badge color="gray">fetched</Badge>}
      </Group>
      <Group gap={6} wrap="nowrap">
        <Text size="xs" className="mono" style={{ overflowWrap: 'anywhere' }}>
          {address}
          {!source.signed && '/…'}
        </Text>
        {source.signed && <Copy text={address} what={`the address for ${name}`} />}
      </Group>
      <Text size="xs" c="dimmed">
        Changed <Time at={source.updatedAt} />
      </Text>
      {canAdminister && (
        <Group gap={4} mt={2} ml={-8}>
          <Button size="compact-sm" variant="subtle" onClick={onChange} aria-label={`Change ${name}`}>
            Change
          </Button>
          {!source.signed && (
            <Button size="compact-sm" variant="subtle" onClick={() => void askReplace()} aria-label={`New address for ${name}`}>
              New address
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => void askRemove()} aria-label={`Take away ${name}`}>
            Take away
          </Button>
        </Group>
      )}
    </div>
  );
}
