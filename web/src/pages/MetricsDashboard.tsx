import { Group, Select, Skeleton, Stack } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { agentNames, agentVersions } from '../api/agents';
import { metricStatistics } from '../api/statistics';
import { ButtonLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { Nothing } from '../components/Nothing';
import { Page } from '../components/Page';
import { versionName } from '../editor/VersionMenu';
import { AgentFilter } from '../filters/AgentFilter';
import { Chips } from '../filters/Chips';
import { RangePicker } from '../filters/RangePicker';
import { useSpan } from '../filters/useSpan';
import { queryOf, readFilters, type Filters } from '../lib/filters';
import { dateTime, plural } from '../lib/format';
import { bucketFor } from '../lib/ranges';
import { changesOfVersion, compared, counterpart } from '../lib/statistics';
import { MetricSection } from '../metrics/MetricSection';
import classes from './MetricsDashboard.module.css';

export function MetricsDashboard() {
  const search = useSearch({ from: '/dashboard' });
  const navigate = useNavigate({ from: '/dashboard' });
  const filters = readFilters(search);
  const { span } = useSpan(filters, '30d');
  const bucket = span ? bucketFor(span) : 'month';
  const query = useQuery({ ...metricStatistics(queryOf(filters, span), bucket), enabled: span !== null });
  const against = span && compared(filters, span, search.compare, search.with);
  const other = useQuery({
    ...metricStatistics(against ? queryOf(against.filters, against.span) : {}, bucket),
    enabled: against !== null,
  });
  const change = (next: Partial<Filters> & { compare?: string | undefined; with?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <Page wide title="Metrics dashboard" text="What the calls said. Every mark leads to the calls behind it.">
      <Group mb="sm" gap="xs">
        <RangePicker filters={filters} fallback="30d" onChange={change} />
        <AgentFilter filters={filters} onChange={change} />
        <CompareMenu filters={filters} compare={search.compare} id={search.with} onChange={change} />
      </Group>
      <Group mb="sm" mih={8}>
        <Chips filters={filters} onChange={change} />
      </Group>
      <Loaded query={query} skeleton={<DashboardSkeleton />}>
        {(report) => {
          if (!span) return null;
          const marks = { filters, bucket, versions: changesOfVersion(report.versions) };
          if (report.metrics.length === 0) return <Empty />;
          return (
            <Stack>
              {report.versions.length > 1 && (
                <p className="figures" style={{ margin: 0, fontSize: 'var(--mantine-font-size-xs)', color: 'var(--mantine-color-dimmed)' }}>
                  {plural(report.versions.length, 'version')} answered in this time; a dashed line marks where one began.
                </p>
              )}
              <div className={classes.sections}>
                {report.metrics.map((metric) => (
                  <MetricSection
                    key={`${metric.identifier} ${metric.type}`}
                    metric={metric}
                    ground={marks}
                    span={span}
                    comparing={against !== null}
                    other={against ? counterpart(metric, other.data?.metrics) : undefined}
                  />
                ))}
              </div>
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}

function DashboardSkeleton() {
  return (
    <div className={classes.sections}>
      {[1, 2, 3].map((row) => (
        <Skeleton key={row} height={380} radius="lg" />
      ))}
    </div>
  );
}

function Empty() {
  return (
    <Nothing
      icon={<IconChartBar />}
      title="No answers in this time"
      action={<ButtonLink to="/post-call-metrics">To the metrics</ButtonLink>}
    >
      Choose a longer time, or set up metrics and send calls: whatever is answered is counted here at once.
    </Nothing>
  );
}

interface CompareProps {
  filters: Filters;
  compare: string | undefined;
  id: string | undefined;
  onChange: (change: { compare: string | undefined; with: string | undefined }) => void;
}

/** What to compare with: the time before, another version, or another agent. */
function CompareMenu({ filters, compare, id, onChange }: CompareProps) {
  const { data: agents = [] } = useQuery(agentNames);
  const agentId = filters.agentId?.length === 1 ? filters.agentId[0] : agents.length === 1 ? agents[0]?._id : undefined;
  const { data: versions = [] } = useQuery({ ...agentVersions(agentId ?? ''), enabled: agentId !== undefined });
  const options = [
    { group: 'Time', items: [{ value: 'previous', label: 'The time before' }] },
    {
      group: 'Version',
      items: versions.map((version) => ({ value: `version:${version._id}`, label: `${versionName(version)}, ${dateTime(version.publishedAt)}` })),
    },
    {
      group: 'Agent',
      items: agents.filter(({ _id }) => _id !== agentId).map(({ _id, name }) => ({ value: `agent:${_id}`, label: name })),
    },
  ].filter(({ items }) => items.length > 0);
  const value = compare === 'previous' ? 'previous' : compare && id ? `${compare}:${id}` : null;
  return (
    <Select
      aria-label="Compare with"
      placeholder="Compare with…"
      data={options}
      value={value}
      clearable
      w={230}
      onChange={(next) => {
        const [kind, other] = (next ?? '').split(':');
        onChange({ compare: kind || undefined, with: other });
      }}
    />
  );
}
