import { Group, Skeleton } from '@mantine/core';
import { IconPhoneIncoming } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { jobCounts } from '../api/jobs';
import type { CallStatistics } from '../api/schema';
import { callStatistics, metricStatistics } from '../api/statistics';
import { Bars, type Bar } from '../charts/Bars';
import { ButtonLink, TextLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { Nothing } from '../components/Nothing';
import { Page } from '../components/Page';
import { Section } from '../components/Section';
import { AgentFilter } from '../filters/AgentFilter';
import { RangePicker } from '../filters/RangePicker';
import { useSpan } from '../filters/useSpan';
import { queryOf, readFilters, type Filters } from '../lib/filters';
import { bucketPlace, change, count, duration, percent, plural } from '../lib/format';
import { bucketFor, previous, previousWords, type Bucket, type Span } from '../lib/ranges';
import { callsBehind, counterpart } from '../lib/statistics';
import { ChosenMetrics } from '../overview/ChosenMetrics';
import { Tile } from '../overview/Tile';
import classes from './Overview.module.css';

export function Overview() {
  const search = useSearch({ from: '/' });
  const navigate = useNavigate({ from: '/' });
  const filters = readFilters(search);
  const { span, isAll } = useSpan(filters, '7d');
  const earlier = span && !isAll ? previous(span) : null;
  const bucket = span ? bucketFor(span) : 'month';
  const calls = useQuery({ ...callStatistics(queryOf(filters, span), bucket), enabled: span !== null });
  const before = useQuery({ ...callStatistics(earlier ? queryOf(filters, earlier) : {}, bucket), enabled: earlier !== null });
  const metrics = useQuery({ ...metricStatistics(queryOf(filters, span), bucket), enabled: span !== null });
  const metricsBefore = useQuery({ ...metricStatistics(earlier ? queryOf(filters, earlier) : {}, bucket), enabled: earlier !== null });
  const set = (next: Partial<Filters>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  return (
    <Page wide title="Overview">
      <Group mb="md" gap="xs">
        <RangePicker filters={filters} fallback="7d" onChange={set} />
        <AgentFilter filters={filters} onChange={set} />
      </Group>
      <Loaded query={calls} skeleton={<OverviewSkeleton />}>
        {(report) => span && (
          <div className={report.totals.calls === 0 ? classes.column : classes.columns}>
            <div className={classes.column}>
              <Tiles report={report} before={earlier ? before.data : undefined} filters={filters} span={span} isAll={isAll} />
              {report.totals.calls === 0 ? (
                <Empty />
              ) : (
                <Section title="Calls" beside={<TextLink to="/calls" search={callsBehind(filters, span) as Filters} size="sm">All of them</TextLink>}>
                  <Bars label="Calls over time" bars={barsOf(report, filters, bucket)} height={150} />
                </Section>
              )}
            </div>
            {report.totals.calls > 0 && (
              <ChosenMetrics
                report={metrics.data}
                before={(metric) => counterpart(metric, earlier ? metricsBefore.data?.metrics : undefined)}
                filters={filters}
                span={span}
                show={search.show}
                onShow={(show) => void navigate({ search: (old) => ({ ...old, show }), replace: true })}
              />
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

interface TilesProps {
  report: CallStatistics;
  before: CallStatistics | undefined;
  filters: Filters;
  span: Span;
  isAll: boolean;
}

function Tiles({ report: { totals }, before, filters, span, isAll }: TilesProps) {
  const jobs = useQuery(jobCounts).data;
  const old = before?.totals;
  const share = (part: { analysed: number; finished: number }) => (part.finished === 0 ? null : part.analysed / part.finished);
  const behind = callsBehind(filters, span) as Filters;
  const [now, was] = [share(totals), old ? share(old) : null];
  const { mean = null } = totals.durationSeconds;
  const meanBefore = old?.durationSeconds.mean;
  /** What is said where a tile has nothing to stand against. */
  const none = (what: string) => {
    if (isAll) return totals.calls > 0 ? 'since the first call' : undefined;
    return old && `${old.calls === 0 ? 'no calls' : what} ${previousWords(span)}`;
  };
  const waiting = jobs ? jobs.queued + jobs.running : 0;
  return (
    <div className={classes.tiles}>
      <Tile
        name="Calls"
        value={count(totals.calls)}
        change={old ? change(totals.calls, old.calls) : null}
        nothing={none('no calls')}
        to="/calls"
        search={behind}
      />
      <Tile
        name="Analysed"
        value={now === null ? '–' : percent(now)}
        change={now !== null && was !== null ? now - was : null}
        nothing={was === null ? none('none finished') : undefined}
        unit="points"
        note={totals.analysisFailed > 0 ? `${count(totals.analysisFailed)} failed` : undefined}
        to="/calls"
        search={{ ...behind, analysed: 'true' }}
      />
      <Tile
        name="Length, on average"
        value={mean === null ? '–' : duration(mean)}
        change={mean !== null && meanBefore ? change(mean, meanBefore) : null}
        nothing={meanBefore ? undefined : none('no length known')}
        to="/calls"
        search={behind}
      />
      <Tile
        name="Waiting to be analysed"
        value={jobs ? count(waiting) : '–'}
        note={jobs?.oldestQueuedSeconds != null ? `the oldest for ${duration(jobs.oldestQueuedSeconds)}` : jobs?.dead ? `${plural(jobs.dead, 'job')} given up` : 'now, all agents'}
        to="/jobs"
      />
    </div>
  );
}

function barsOf(report: CallStatistics, filters: Filters, bucket: Bucket): Bar[] {
  return report.series.map(({ start, end, calls, analysed, analysisFailed }) => {
    const { name, ...place } = bucketPlace(start, bucket);
    const failed = analysisFailed > 0 ? `, ${count(analysisFailed)} failed` : '';
    return {
      key: start,
      ...place,
      words: `${name}: ${plural(calls, 'call')}, ${count(analysed)} analysed${failed}`,
      search: callsBehind(filters, { from: new Date(start), to: new Date(end) }),
      segments: [
        { value: analysed, colour: 'var(--bar)' },
        { value: analysisFailed, colour: 'var(--bar-bad)' },
        { value: Math.max(calls - analysed - analysisFailed, 0), colour: 'var(--bar-quiet)' },
      ],
    };
  });
}

function OverviewSkeleton() {
  return (
    <div className={classes.columns}>
      <div className={classes.column}>
        <div className={classes.tiles}>
          {[1, 2, 3, 4].map((tile) => (
            <Skeleton key={tile} height={104} radius="lg" />
          ))}
        </div>
        <Skeleton height={260} radius="lg" />
      </div>
      <Skeleton height={220} radius="lg" />
    </div>
  );
}

function Empty() {
  return (
    <Nothing icon={<IconPhoneIncoming />} title="No calls in this time" action={<ButtonLink to="/agents">To the agents</ButtonLink>}>
      Choose a longer time. Or begin: an agent, its post-call metrics, then calls by <span className="mono">POST /v1/calls</span>.
    </Nothing>
  );
}
