import { Alert, Button, Group, Loader, Menu, Select, Skeleton, Text } from '@mantine/core';
import { IconArrowLeft, IconDots, IconDownload, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { agentNames } from '../api/agents';
import { callQuery, deleteCall } from '../api/calls';
import { isMissing } from '../api/problem';
import type { Analysis, WholeCall } from '../api/schema';
import { AgainDialog } from '../calls/AgainDialog';
import { Answers } from '../calls/Answers';
import { CallDeliveries } from '../calls/CallDeliveries';
import { CallEvents } from '../calls/CallEvents';
import { ProvenanceFacts } from '../calls/ProvenanceFacts';
import { Transcript, turnId } from '../calls/Transcript';
import { useAct } from '../components/act';
import { useConfirm } from '../components/confirm';
import { Copy } from '../components/Copy';
import { Facts } from '../components/Facts';
import { ButtonLink, TextLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { Section } from '../components/Section';
import { useSession } from '../components/session';
import { Status } from '../components/Status';
import { Time } from '../components/Time';
import { save } from '../lib/download';
import { dateTime, duration, number } from '../lib/format';
import classes from './CallPage.module.css';

export function CallPage() {
  const { callId } = useParams({ from: '/calls/$callId' });
  const query = useQuery(callQuery(callId));
  if (!query.data && isMissing(query.error)) return <NotFound what="call" to="/calls" list="call logs" />;
  return (
    <Page
      wide
      title={callId}
      above={
        <TextLink to="/calls" size="sm" className={classes.back}>
          <IconArrowLeft size={14} aria-hidden="true" /> Call logs
        </TextLink>
      }
      beside={<Copy text={callId} what="the call’s id" />}
      actions={query.data && <Actions call={query.data} />}
    >
      <Loaded query={query} skeleton={<CallSkeleton />}>
        {(call) => <CallView call={call} />}
      </Loaded>
    </Page>
  );
}

function CallSkeleton() {
  return (
    <div className={classes.columns}>
      <Skeleton height={520} radius="lg" />
      <Skeleton height={520} radius="lg" />
    </div>
  );
}

function Actions({ call }: { call: WholeCall }) {
  const { canEdit, canAdminister } = useSession();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const router = useRouter();
  const [again, setAgain] = useState(false);
  const remove = useAct(() => deleteCall(call.callId), {
    done: 'The call is deleted',
    then: () => void navigate({ to: '/calls' }),
    changes: [['calls']],
  });
  const ask = async () => {
    const sure = await confirm({
      title: 'Delete this call?',
      body: 'Its transcript, its answers and what would have been delivered are gone for good.',
      action: 'Delete',
      danger: true,
    });
    if (sure) remove.mutate(undefined);
  };
  const download = () => save(`${call.callId}.json`, `${JSON.stringify(call, null, 2)}\n`, 'application/json');
  return (
    <>
      {canEdit && call.finished && (
        <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={() => setAgain(true)}>
          Analyse again
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={16} />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} />} onClick={download}>
            Export as JSON
          </Menu.Item>
          {canAdminister && (
            <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => void ask()}>
              Delete
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconArrowLeft size={16} />} onClick={() => router.history.back()}>
            Back
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {again && <AgainDialog call={call} onClose={() => setAgain(false)} />}
    </>
  );
}

function CallView({ call }: { call: WholeCall }) {
  const chosen = useSearch({ from: '/calls/$callId' }).analysis;
  const [lit, setLit] = useState<string | null>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const analysis = call.analyses.find((one) => String(one.number) === chosen) ?? call.analyses.find((one) => one.isCurrent);
  // The answer that one came to a turn from; it stays lit while the turn has the focus.
  const [from, setFrom] = useState<string | null>(null);
  const quote = useRef<Element>(null);
  const evidence = (analysis?.dispositionMetrics ?? []).filter(({ identifier }) => identifier === lit || identifier === from).flatMap((answer) => answer.evidence);
  const show = (turn: number, identifier: string) => {
    const element = document.getElementById(turnId(turn));
    quote.current = document.activeElement;
    setFrom(identifier);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: 'center', behavior: 'smooth' });
  };
  const back = () => from !== null && quote.current instanceof HTMLElement && quote.current.focus();
  const seek = (seconds: number) => {
    if (!audio.current) return;
    audio.current.currentTime = seconds;
    void audio.current.play();
  };
  return (
    <>
      <Section title="Overview">
        <CallFacts call={call} />
        {call.recordingUrl && (
          // eslint-disable-next-line jsx-a11y/media-has-caption -- the transcript stands below
          <audio ref={audio} controls preload="none" src={call.recordingUrl} className={classes.audio} aria-label="Recording" />
        )}
      </Section>
      <div className={classes.columns} data-evidence>
        <div className={classes.column}>
          <Section title="Metrics" beside={<AnalysisMenu call={call} shown={analysis} />}>
            <Progress call={call} />
            {analysis ? (
              <>
                {analysis.status === 'failed' ? (
                  <Alert color="red" title="The analysis failed" mb="sm">
                    {analysis.reason}
                  </Alert>
                ) : (
                  <p className={classes.summary}>{analysis.summary}</p>
                )}
                <Answers answers={analysis.dispositionMetrics} lit={lit ?? from} onPoint={setLit} onTurn={show} />
              </>
            ) : (
              <Text size="sm" c="dimmed">
                {call.finished ? 'There is no analysis yet.' : 'The call is not over. It is analysed when it is sent as finished.'}
              </Text>
            )}
          </Section>
          {analysis && (
            <Section title="Where the answers came from">
              <ProvenanceFacts analysis={analysis} />
            </Section>
          )}
        </div>
        <div className={classes.column}>
          <Section title="Transcript" className={classes.transcript}>
            {call.transcript.length === 0 ? (
              <Text size="sm" c="dimmed">
                Nothing was said.
              </Text>
            ) : (
              <Transcript turns={call.transcript} evidence={evidence} onSeek={call.recordingUrl ? seek : null} onBack={back} onLeave={() => setFrom(null)} />
            )}
          </Section>
        </div>
      </div>
      <div className={classes.columns}>
        <Section title="Events">
          <CallEvents call={call} />
        </Section>
        <Section title="Deliveries">
          <CallDeliveries callId={call.callId} />
        </Section>
      </div>
    </>
  );
}

function CallFacts({ call }: { call: WholeCall }) {
  const { data: agents = [] } = useQuery(agentNames);
  const agent = agents.find(({ _id }) => _id === call.agentId)?.name ?? call.agentId;
  const variables = Object.entries(call.variables);
  return (
    <Facts
      facts={[
        [
          'Agent',
          <TextLink key="a" to="/agents/$agentId" params={{ agentId: call.agentId }} size="sm">
            {agent}
          </TextLink>,
        ],
        ['Version', call.versionNumber == null ? null : String(call.versionNumber)],
        ['Status', call.status ? <Status state={call.status} /> : call.finished ? 'finished' : 'not finished'],
        ['Began', call.startedAt && <Time at={call.startedAt} zone={call.timezone} />],
        ['Length', call.durationSeconds == null ? null : duration(call.durationSeconds)],
        ['Type', call.type?.replaceAll('_', ' ')],
        ['From', call.from],
        ['To', call.to],
        ['Language', call.language],
        ['Caller’s zone', call.timezone],
        ['Ended by', call.disconnectionReason?.replaceAll('_', ' ')],
        ['Latency', call.latencySeconds == null ? null : `${number(call.latencySeconds)} s`],
        ['Campaign', call.campaignId],
        ['Retry of', call.retryOf && <TextLink to="/calls/$callId" params={{ callId: call.retryOf }} size="sm">{call.retryOf}</TextLink>],
        ['Retries', call.retryCount || null],
        ['Test', call.isTest ? 'yes' : null],
        ['Arrived', <Time key="t" at={call.createdAt} />],
        ...variables.map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      ]}
    />
  );
}

/** Whether an analysis is on its way. */
function Progress({ call }: { call: WholeCall }) {
  const job = call.jobs.find(({ state }) => state === 'queued' || state === 'running');
  const dead = call.analyses.length === 0 ? call.jobs.find(({ state }) => state === 'dead') : undefined;
  if (job) {
    return (
      <Group gap="xs" mb="sm" role="status">
        <Loader size="xs" />
        <Text size="sm">
          {job.state === 'running' ? 'Being analysed' : 'Waits to be analysed'}
          {job.lastError && `: the last attempt failed, ${job.lastError}`}
        </Text>
      </Group>
    );
  }
  if (!dead) return null;
  return (
    <Alert color="red" title="It could not be analysed" mb="sm">
      {dead.lastError}
      <div>
        <ButtonLink to="/jobs" search={{ callId: call.callId }} size="xs" variant="default" mt="xs">
          To the job
        </ButtonLink>
      </div>
    </Alert>
  );
}

function AnalysisMenu({ call, shown }: { call: WholeCall; shown: Analysis | undefined }) {
  const navigate = useNavigate({ from: '/calls/$callId' });
  if (call.analyses.length < 2 || !shown) return null;
  return (
    <Select
      aria-label="Analysis"
      size="xs"
      w={230}
      allowDeselect={false}
      data={call.analyses.map((one) => ({
        value: String(one.number),
        label: `${one.isCurrent ? 'Current' : 'Earlier'}: ${one.number}, ${dateTime(one.createdAt)}`,
      }))}
      value={String(shown.number)}
      onChange={(number) => void navigate({ search: { analysis: number ?? undefined }, replace: true })}
    />
  );
}
