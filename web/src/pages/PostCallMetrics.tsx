import { Alert, Badge, Button, Group, Select, Switch, Text } from '@mantine/core';
import { IconFlask, IconInfoCircle, IconListDetails, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { agentConfig, agentDrafts, agentNames, agentVersions, type AnalyticsConfig, type Draft, type Version } from '../api/agents';
import { isMissing } from '../api/problem';
import { useConfirm } from '../components/confirm';
import { TextLink } from '../components/links';
import { Lines } from '../components/Lines';
import { Loaded } from '../components/Loaded';
import { NotFound } from '../components/NotFound';
import { Nothing } from '../components/Nothing';
import { Page } from '../components/Page';
import { useSession } from '../components/session';
import { FileMenu } from '../editor/FileMenu';
import { ImportDialog } from '../editor/ImportDialog';
import { MetricRow } from '../editor/MetricRow';
import { MetricsPanel } from '../editor/MetricsPanel';
import { PublishDialog } from '../editor/PublishDialog';
import { TryPanel } from '../editor/TryPanel';
import { useSave } from '../editor/save';
import { VersionMenu, versionName } from '../editor/VersionMenu';
import { dateTime } from '../lib/format';
import { rememberAgent } from '../lib/lastAgent';
import { moved, type Metric } from '../lib/metrics';
import classes from './PostCallMetrics.module.css';

export function PostCallMetrics() {
  const { agentId } = useParams({ from: '/agents/$agentId/metrics' });
  const at = useSearch({ from: '/agents/$agentId/metrics' });
  const versions = useQuery(agentVersions(agentId));
  const drafts = useQuery(agentDrafts(agentId));
  useEffect(() => rememberAgent(agentId), [agentId]);
  const broken = versions.error ?? drafts.error;
  const both = {
    data: versions.data && drafts.data ? { versions: versions.data, drafts: drafts.data } : undefined,
    error: broken,
    refetch: versions.refetch,
  };
  if (!both.data && isMissing(both.error)) return <NotFound what="agent" to="/agents" list="agents" />;
  return (
    <Loaded
      query={both}
      skeleton={
        <Page title="Post Call Metrics">
          <Lines height={96} />
        </Page>
      }
    >
      {({ versions: all, drafts: open }) => {
        const draft = open.find(({ draftId }) => draftId === at.draft);
        const version = all.find(({ _id }) => _id === at.version) ?? all.find(({ isActive }) => isActive) ?? all[0];
        const shown = draft?.draftId ?? version?._id;
        return <Editor key={`${agentId} ${shown}`} agentId={agentId} versions={all} drafts={open} draft={draft} version={draft ? undefined : version} />;
      }}
    </Loaded>
  );
}

interface Props {
  agentId: string;
  versions: Version[];
  drafts: Draft[];
  /** What is shown: a draft, or a version. */
  draft: Draft | undefined;
  version: Version | undefined;
}

type Open = { what: 'panel'; at: number } | { what: 'import' } | { what: 'publish' } | { what: 'try'; metrics: Metric[] } | null;

function Editor({ agentId, versions, drafts, draft, version }: Props) {
  const { canEdit } = useSession();
  const navigate = useNavigate({ from: '/agents/$agentId/metrics' });
  const confirm = useConfirm();
  const query = useQuery(agentConfig(agentId, draft ? { draftId: draft.draftId } : version ? { versionId: version._id } : {}));
  const [open, setOpen] = useState<Open>(null);
  const [tried, setTried] = useState<Metric[] | null>(null);
  const { save, act } = useSave(agentId, draft, version);
  const config = query.data?.postCallAnalyticsConfig;
  const metrics = config?.dispositionMetrics ?? [];
  const close = () => setOpen(null);

  const remove = async (place: number) => {
    const name = metrics[place]?.identifier ?? '';
    const sure = await confirm({
      title: `Delete ${name}?`,
      body: 'Calls from the next published version on are not asked it any more. Answers that are there stay.',
      action: 'Delete',
      danger: true,
    });
    if (sure) act.mutate({ dispositionMetrics: metrics.filter((_, at) => at !== place) });
  };

  const tools = config && (
    <>
      <FileMenu name={`${query.data?.name ?? 'agent'}-metrics`} metrics={metrics} onImport={canEdit ? () => setOpen({ what: 'import' }) : null} />
      {canEdit && (
        <Button
          variant="default"
          leftSection={<IconFlask size={16} />}
          disabled={metrics.length === 0}
          onClick={() => setTried(metrics)}
        >
          Try it
        </Button>
      )}
      {canEdit && draft && (
        <Button variant={metrics.length > 0 ? 'light' : 'default'} onClick={() => setOpen({ what: 'publish' })}>
          Publish
        </Button>
      )}
      {canEdit && (
        <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({ what: 'panel', at: metrics.length })}>
          Add Metrics
        </Button>
      )}
    </>
  );

  return (
    <Page wide title="Post Call Metrics" text="Questions that are asked of every call when it has ended." actions={tools}>
      <Group mb="md" gap="xs">
        <AgentMenu agentId={agentId} />
        <VersionMenu
          versions={versions}
          drafts={drafts}
          shown={draft?.draftId ?? version?._id ?? ''}
          onVersion={(id) => void navigate({ search: { version: id } })}
          onDraft={(id) => void navigate({ search: { draft: id } })}
        />
        {draft ? <Badge color="yellow">Draft</Badge> : version?.isActive ? <Badge>Active</Badge> : <Badge color="gray">Not active</Badge>}
        {!draft && <Badge color="gray">Read-only</Badge>}
      </Group>
      <StateNote canEdit={canEdit} draft={draft} version={version} drafts={drafts} />
      <Loaded query={query} skeleton={<Lines rows={4} height={110} />}>
        {() => (
          <>
            {metrics.length === 0 ? (
              <Nothing
                icon={<IconListDetails />}
                title="No metrics yet"
                action={
                  canEdit && (
                    <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen({ what: 'panel', at: 0 })}>
                      Add Metrics
                    </Button>
                  )
                }
              >
                Without metrics a call gets a summary only. Three to five questions are a good start; templates help with the words.
              </Nothing>
            ) : (
              <ol className={classes.list}>
                {metrics.map((metric, place) => (
                  <MetricRow
                    key={metric.identifier}
                    metric={metric}
                    place={place}
                    last={place === metrics.length - 1}
                    act={
                      canEdit
                        ? {
                            edit: () => setOpen({ what: 'panel', at: place }),
                            remove: () => void remove(place),
                            move: (by) => act.mutate({ dispositionMetrics: moved(metrics, place, place + by) }),
                          }
                        : null
                    }
                  />
                ))}
              </ol>
            )}
            {config && <Flags config={config} canEdit={canEdit} busy={act.isPending} onChange={(flags) => act.mutate(flags)} />}
          </>
        )}
      </Loaded>
      {open?.what === 'panel' && (
        <MetricsPanel
          metrics={metrics}
          open={open.at}
          onTry={setTried}
          onClose={close}
          onSave={async (next) => {
            await save({ dispositionMetrics: next });
            close();
          }}
        />
      )}
      {open?.what === 'import' && (
        <ImportDialog present={metrics} onClose={close} onImport={(next) => save({ dispositionMetrics: next })} />
      )}
      {open?.what === 'publish' && draft && (
        <PublishDialog
          agentId={agentId}
          draft={draft}
          onClose={close}
          onPublished={({ _id }) => void navigate({ search: { version: _id } })}
        />
      )}
      {tried && config && (
        <TryPanel agentId={agentId} config={{ ...config, dispositionMetrics: tried }} onClose={() => setTried(null)} />
      )}
    </Page>
  );
}

function AgentMenu({ agentId }: { agentId: string }) {
  const { data = [] } = useQuery(agentNames);
  const navigate = useNavigate();
  return (
    <Group gap={6} wrap="nowrap">
      <Select
        aria-label="Agent"
        w={260}
        data={data.map(({ _id, name }) => ({ value: _id, label: name }))}
        value={agentId}
        searchable={data.length > 8}
        allowDeselect={false}
        onChange={(id) => id && void navigate({ to: '/agents/$agentId/metrics', params: { agentId: id } })}
      />
      <TextLink to="/agents/$agentId" params={{ agentId }} size="sm">
        About it
      </TextLink>
    </Group>
  );
}

/** Where what one does here goes. */
function StateNote({ canEdit, draft, version, drafts }: Pick<Props, 'draft' | 'version' | 'drafts'> & { canEdit: boolean }) {
  if (draft) {
    return (
      <Alert mb="md" className={classes.note} color="yellow" icon={<IconInfoCircle size={18} />}>
        A draft: every change is saved at once, and no call is asked these metrics before it is published. Last changed{' '}
        {dateTime(draft.updatedAt)}
        {draft.lastEditorName && ` by ${draft.lastEditorName}`}.
      </Alert>
    );
  }
  const later = version ? drafts.find(({ sourceVersionId }) => sourceVersionId === version._id) : undefined;
  if (!canEdit || !version) return null;
  return (
    <Alert mb="md" className={classes.note} color="gray" icon={<IconInfoCircle size={18} />}>
      {versionName(version)} is published and stays as it is. Whatever you change opens a draft of it.
      {later && (
        <>
          {' '}
          There is one already:{' '}
          <TextLink from="/agents/$agentId/metrics" to="." search={{ draft: later.draftId }} inherit underline="always">
            {later.draftName}
          </TextLink>
          .
        </>
      )}
    </Alert>
  );
}

interface FlagsProps {
  config: AnalyticsConfig;
  canEdit: boolean;
  busy: boolean;
  onChange: (flags: Partial<AnalyticsConfig>) => void;
}

function Flags({ config, canEdit, busy, onChange }: FlagsProps) {
  return (
    <section className={classes.flags} aria-label="Model">
      <Text fw={600} component="h2" className={classes.flagsTitle}>
        Who answers
      </Text>
      <Switch
        label="Internal analytics model"
        description="The server’s own model for post-call metrics. Off: the model that the agent speaks with."
        checked={config.useInternalAnalyticsModel}
        disabled={!canEdit || busy}
        onChange={(event) => onChange({ useInternalAnalyticsModel: event.currentTarget.checked })}
      />
      <Switch
        label="Reasoning model"
        description="Thinks before it answers: slower, and better where an answer takes more than one step. It goes before the other."
        checked={config.useReasoningModel}
        disabled={!canEdit || busy}
        onChange={(event) => onChange({ useReasoningModel: event.currentTarget.checked })}
      />
      <TextLink to="/models" size="sm">
        Which models these are
      </TextLink>
    </section>
  );
}
