import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Value } from '../answers/Value';
import type { ListedCall } from '../api/schema';
import { Status } from '../components/Status';
import { Time } from '../components/Time';
import { isFact, metricOf, type Fact } from '../lib/columns';
import { duration, number } from '../lib/format';

interface Props {
  column: string;
  call: ListedCall;
  agents: Map<string, string>;
}

export function Cell({ column, call, agents }: Props) {
  if (isFact(column)) return SHOW[column](call, agents) ?? <None />;
  const identifier = metricOf(column);
  const answer = call.analysis?.dispositionMetrics.find((one) => one.identifier === identifier);
  if (answer) return <Value answer={answer} />;
  if (call.analysis?.status === 'failed') return <Quiet>failed</Quiet>;
  return call.finished && !call.analysis ? <Quiet>waits</Quiet> : <None />;
}

const None = () => <Quiet>–</Quiet>;

const Quiet = ({ children }: { children: ReactNode }) => (
  <Text span size="sm" c="dimmed">
    {children}
  </Text>
);

const small = (text: string | null | undefined) =>
  text ? (
    <Text span size="sm">
      {text}
    </Text>
  ) : null;

const SHOW: Record<Fact, (call: ListedCall, agents: Map<string, string>) => ReactNode> = {
  startedAt: (call) => call.startedAt
    ? <Text span size="sm"><Time at={call.startedAt} zone={call.timezone} /></Text>
    : <Quiet>arrived <Time at={call.createdAt} /></Quiet>,
  callId: (call) => <span className="mono">{call.callId}</span>,
  agentId: (call, agents) => small(agents.get(call.agentId) ?? call.agentId),
  versionNumber: (call) => small(call.versionNumber == null ? null : String(call.versionNumber)),
  type: (call) => small(call.type?.replaceAll('_', ' ')),
  status: (call) => (call.status ? <Status state={call.status} /> : call.finished ? null : <Status state="not finished" />),
  durationSeconds: (call) => small(call.durationSeconds == null ? null : duration(call.durationSeconds)),
  latencySeconds: (call) => small(call.latencySeconds == null ? null : `${number(call.latencySeconds)} s`),
  from: (call) => small(call.from),
  to: (call) => small(call.to),
  language: (call) => small(call.language),
  disconnectionReason: (call) => small(call.disconnectionReason?.replaceAll('_', ' ')),
  campaignId: (call) => small(call.campaignId),
  retryCount: (call) => small(call.retryCount ? String(call.retryCount) : null),
  createdAt: (call) => <Text span size="sm"><Time at={call.createdAt} /></Text>,
  summary: (call) => small(call.analysis?.summary),
};
