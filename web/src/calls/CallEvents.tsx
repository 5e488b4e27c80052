import { Timeline, Text } from '@mantine/core';
import type { WholeCall } from '../api/schema';
import { Time } from '../components/Time';

interface Event {
  at: string;
  words: string;
}

/** What happened to the call, the earliest first. */
export function CallEvents({ call }: { call: WholeCall }) {
  return (
    <Timeline bulletSize={12} lineWidth={2} active={-1}>
      {eventsOf(call).map(({ at, words }) => (
        <Timeline.Item key={`${at} ${words}`} title={<Text size="sm">{words}</Text>}>
          <Text size="xs" c="dimmed">
            <Time at={at} zone={call.timezone} />
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function eventsOf(call: WholeCall): Event[] {
  const events: (Event | null)[] = [
    call.startedAt ? { at: call.startedAt, words: 'The call began' } : null,
    call.endedAt ? { at: call.endedAt, words: 'The call ended' } : null,
    { at: call.createdAt, words: 'It arrived here' },
    ...call.analyses.map((analysis) => ({
      at: analysis.createdAt,
      words: `Analysis ${analysis.number} ${analysis.status === 'failed' ? `failed: ${analysis.reason ?? 'no reason is known'}` : 'was made'}`,
    })),
    ...call.jobs
      .filter((job) => job.state === 'dead' || job.state === 'cancelled')
      .map((job) => ({ at: job.updatedAt, words: job.state === 'dead' ? `An analysis was given up: ${job.lastError ?? ''}` : 'An analysis was cancelled' })),
  ];
  return events.filter((event) => event !== null).sort((a, b) => a.at.localeCompare(b.at));
}
