import { Badge, Button, Group, Text, Timeline } from '@mantine/core';
import { activateVersion, type Version } from '../api/agents';
import { useAct } from '../components/act';
import { useConfirm } from '../components/confirm';
import { TextLink } from '../components/links';
import { useSession } from '../components/session';
import { Time } from '../components/Time';
import { versionName } from '../editor/VersionMenu';

interface Props {
  agentId: string;
  versions: Version[];
  onCompare: (version: Version) => void;
}

/** What was published when, by whom, and what is active. The oldest, which comes last, has nothing before it to differ from. */
export function History({ agentId, versions, onCompare }: Props) {
  const { canEdit } = useSession();
  const confirm = useConfirm();
  const activate = useAct((id: string) => activateVersion(agentId, id), {
    changes: [['agents']],
    done: (version) => `Version ${version.versionNumber} is active`,
  });
  const ask = async (version: Version) => {
    const sure = await confirm({
      title: `Activate version ${version.versionNumber}?`,
      body: 'Calls from now on are asked its metrics. Calls before keep their answers.',
      action: 'Activate',
    });
    if (sure) activate.mutate(version._id);
  };
  return (
    <Timeline bulletSize={14} lineWidth={2} active={-1}>
      {versions.map((version, at) => (
        <Timeline.Item
          key={version._id}
          title={
            <Group gap="xs">
              <TextLink to="/agents/$agentId/metrics" params={{ agentId }} search={{ version: version._id }} size="sm" fw={550}>
                {versionName(version)}
              </TextLink>
              {version.isActive && <Badge size="sm">active</Badge>}
            </Group>
          }
        >
          <Text size="xs" c="dimmed">
            Published <Time at={version.publishedAt} />
            {version.publishedByName && ` by ${version.publishedByName}`}
          </Text>
          {version.description && (
            <Text size="sm" mt={2}>
              {version.description}
            </Text>
          )}
          <Group gap={4} mt={2} ml={-8}>
            {at < versions.length - 1 && (
              <Button size="compact-sm" variant="subtle" onClick={() => onCompare(version)}>
                What changed
              </Button>
            )}
            {canEdit && !version.isActive && (
              <Button size="compact-sm" variant="subtle" onClick={() => void ask(version)}>
                Activate
              </Button>
            )}
          </Group>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
