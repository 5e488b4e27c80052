import { Button, Group, Select, Skeleton, Text } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconListDetails, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { agentConfig, agentDrafts, agentVersions, type AgentConfig, type Draft, type Version } from '../api/agents';
import { isMissing } from '../api/problem';
import { AgentDialog } from '../agents/AgentDialog';
import { DiffView, type Reference } from '../agents/DiffView';
import { Drafts } from '../agents/Drafts';
import { History } from '../agents/History';
import { Sources } from '../agents/Sources';
import { Copy } from '../components/Copy';
import { Lines } from '../components/Lines';
import { ButtonLink, TextLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { Section } from '../components/Section';
import { useSession } from '../components/session';
import { PublishDialog } from '../editor/PublishDialog';
import { versionName } from '../editor/VersionMenu';
import { count } from '../lib/format';
import { rememberAgent } from '../lib/lastAgent';
import classes from './AgentPage.module.css';

export function AgentPage() {
  const { agentId } = useParams({ from: '/agents/$agentId' });
  const { canEdit } = useSession();
  const agent = useQuery(agentConfig(agentId));
  const [renaming, setRenaming] = useState(false);
  useEffect(() => rememberAgent(agentId), [agentId]);
  if (!agent.data && isMissing(agent.error)) return <NotFound what="agent" to="/agents" list="agents" />;
  return (
    <Page
      title={agent.data?.name ?? 'Agent'}
      above={
        <TextLink to="/agents" size="sm" className={classes.back}>
          <IconArrowLeft size={14} aria-hidden="true" /> Agents
        </TextLink>
      }
      text={
        <>
          {agent.data?.description && <div>{agent.data.description}</div>}
          <span className="mono">{agentId}</span> <Copy text={agentId} what="the agent’s id" />
        </>
      }
      actions={
        <>
          {canEdit && agent.data && (
            <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setRenaming(true)}>
              Rename
            </Button>
          )}
          <ButtonLink to="/agents/$agentId/metrics" params={{ agentId }} leftSection={<IconListDetails size={16} />}>
            Post Call Metrics
          </ButtonLink>
        </>
      }
    >
      <Loaded query={agent} skeleton={<Lines />}>
        {(data) => <About agent={data} />}
      </Loaded>
      {renaming && agent.data && <AgentDialog agent={agent.data} onClose={() => setRenaming(false)} onDone={() => setRenaming(false)} />}
    </Page>
  );
}

function About({ agent }: { agent: AgentConfig }) {
  const agentId = agent._id;
  const search = useSearch({ from: '/agents/$agentId' });
  const navigate = useNavigate({ from: '/agents/$agentId' });
  const versions = useQuery(agentVersions(agentId));
  const drafts = useQuery(agentDrafts(agentId));
  const [publishing, setPublishing] = useState<Draft | null>(null);
  const references = referencesOf(drafts.data ?? [], versions.data ?? []);
  const compare = (a: string | undefined, b: string) => void navigate({ search: { a, b }, replace: true });
  const earlier = (version: Version) => versions.data?.find(({ versionNumber }) => versionNumber === version.versionNumber - 1)?._id;
  return (
    <div className={classes.columns}>
      <div className={classes.column}>
        <Section title="At a glance">
          <Group gap="xl">
            <div>
              <TextLink to="/calls" search={{ agentId: [agentId] }} className={classes.figure}>
                {count(agent.totalCalls ?? 0)}
              </TextLink>
              <Text size="sm" c="dimmed">
                calls
              </Text>
            </div>
            <div>
              <TextLink to="/agents/$agentId/metrics" params={{ agentId }} className={classes.figure}>
                {count(agent.postCallAnalyticsConfig.dispositionMetrics.length)}
              </TextLink>
              <Text size="sm" c="dimmed">
                active metrics
              </Text>
            </div>
            <TextLink to="/dashboard" search={{ agentId: [agentId] }} size="sm">
              What its calls said
            </TextLink>
          </Group>
        </Section>
        <Section title="Drafts">
          <Loaded query={drafts} skeleton={<Lines rows={2} />}>
            {(list) => (
              <Drafts
                agentId={agentId}
                drafts={list}
                versions={versions.data ?? []}
                onCompare={(draft) => compare(draft.sourceVersionId, draft.draftId)}
                onPublish={setPublishing}
              />
            )}
          </Loaded>
        </Section>
        <Section title="History">
          <Loaded query={versions} skeleton={<Lines rows={3} />}>
            {(list) => <History agentId={agentId} versions={list} onCompare={(version) => compare(earlier(version), version._id)} />}
          </Loaded>
        </Section>
      </div>
      <div className={classes.column}>
        <Section title="What changed">
          {versions.data && drafts.data ? (
            <Comparison agentId={agentId} references={references} a={search.a} b={search.b} onChange={compare} />
          ) : (
            <Skeleton height={160} />
          )}
        </Section>
        <Sources agentId={agentId} />
      </div>
      {publishing && (
        <PublishDialog agentId={agentId} draft={publishing} onClose={() => setPublishing(null)} onPublished={() => setPublishing(null)} />
      )}
    </div>
  );
}

interface ComparisonProps {
  agentId: string;
  references: Reference[];
  a: string | undefined;
  b: string | undefined;
  onChange: (a: string | undefined, b: string) => void;
}

/** Any two versions or drafts; at first the newest two. */
function Comparison({ agentId, references, a, b, onChange }: ComparisonProps) {
  const find = (id: string | undefined) => references.find((one) => one.id === id);
  const after = find(b) ?? references[0];
  const before = find(a) ?? references.find((one) => one.id !== after?.id);
  const options = references.map(({ id, name }) => ({ value: id, label: name }));
  if (!after || !before) {
    return (
      <Text size="sm" c="dimmed">
        There is one version only. When another is published, or drafted, the two can be compared here.
      </Text>
    );
  }
  return (
    <>
      <Group mb="md" gap="xs" wrap="nowrap">
        <Select aria-label="From" data={options} value={before.id} allowDeselect={false} onChange={(id) => id && onChange(id, after.id)} className={classes.choose} />
        <IconArrowRight size={16} aria-label="to" className={classes.arrow} />
        <Select aria-label="To" data={options} value={after.id} allowDeselect={false} onChange={(id) => id && onChange(before.id, id)} className={classes.choose} />
      </Group>
      <DiffView agentId={agentId} a={before} b={after} />
    </>
  );
}

function referencesOf(drafts: Draft[], versions: Version[]): Reference[] {
  return [
    ...drafts.map(({ draftId, draftName }) => ({ id: draftId, draft: true, name: `Draft: ${draftName}` })),
    ...versions.map((version) => ({ id: version._id, draft: false, name: versionName(version) })),
  ];
}
