import { Button, Group, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDownload, IconFilter, IconPhone, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { agentNames } from '../api/agents';
import { callPages } from '../api/calls';
import { callStatistics } from '../api/statistics';
import { CallTable, CallTableSkeleton } from '../calls/CallTable';
import { ColumnMenu } from '../calls/ColumnMenu';
import { ExportDialog } from '../calls/ExportDialog';
import { ViewMenu } from '../calls/ViewMenu';
import { Loaded } from '../components/Loaded';
import { Nothing } from '../components/Nothing';
import { Page } from '../components/Page';
import { AgentFilter } from '../filters/AgentFilter';
import { Chips } from '../filters/Chips';
import { FilterDrawer } from '../filters/FilterDrawer';
import { RangePicker } from '../filters/RangePicker';
import { useMetrics } from '../filters/useMetrics';
import { DEFAULT_FACTS, identifiersIn, metricOf, readColumns } from '../lib/columns';
import { filterCount, isFiltered, onlyTime, queryOf, readFilters, spanIn, type Filters } from '../lib/filters';
import { count, plural } from '../lib/format';

export function Calls() {
  const search = useSearch({ from: '/calls' });
  const navigate = useNavigate({ from: '/calls' });
  const filters = readFilters(search);
  const span = spanIn(filters, 'all', new Date());
  const query = queryOf(filters, span);
  const [live, setLive] = useState(true);
  const [open, setOpen] = useState<'filters' | 'export' | null>(null);
  const pages = useInfiniteQuery(callPages(query, live));
  const calls = pages.data?.pages.flatMap((page) => page.calls) ?? [];
  const { data: agents = [] } = useQuery(agentNames);
  const metrics = useMetrics(filters.agentId ?? [], calls);
  const total = useTotal(query);
  const asked = identifiersIn(calls);
  const columns = readColumns(search.columns, asked);
  const identifiers = [...new Set([...asked, ...metrics.map(({ identifier }) => identifier), ...columns.map((one) => metricOf(one) ?? '')])].filter(Boolean);

  const change = (filter: Partial<Filters>) => void navigate({ search: (before) => ({ ...before, ...filter }), replace: true });
  const show = (next: Filters) => void navigate({ search: { ...next, columns: search.columns } });
  const more = () => void pages.fetchNextPage();

  return (
    <Page
      wide
      title="Call logs"
      text={total === undefined ? ' ' : `${plural(total, 'call')}${total > 1 ? ', the latest to arrive first' : ''}`}
      actions={
        <>
          <ViewMenu search={search} onOpen={(view) => void navigate({ search: view as Filters })} />
          <ColumnMenu
            columns={columns}
            identifiers={identifiers}
            onChange={(next) => void navigate({ search: (before) => ({ ...before, columns: next.join(',') }), replace: true })}
          />
          <Button variant="default" leftSection={<IconDownload size={16} />} onClick={() => setOpen('export')}>
            Export
          </Button>
        </>
      }
    >
      <Group mb="sm" gap="xs">
        <SearchField value={filters.search ?? ''} onChange={(text) => change({ search: text || undefined })} />
        <RangePicker filters={filters} fallback="all" onChange={change} />
        <AgentFilter filters={filters} onChange={change} />
        <Button variant="default" leftSection={<IconFilter size={16} />} onClick={() => setOpen('filters')}>
          Filters{filterCount(filters) > 0 && ` (${filterCount(filters)})`}
        </Button>
        <Switch
          label="Live"
          checked={live}
          onChange={(event) => setLive(event.currentTarget.checked)}
          aria-description="Looks for new calls every few seconds"
        />
      </Group>
      <Group mb="sm" mih={8}>
        <Chips filters={filters} onChange={change} />
      </Group>
      <Loaded query={pages} skeleton={<CallTableSkeleton columns={search.columns ? columns : [...DEFAULT_FACTS, 'metric.', 'metric._']} />}>
        {() =>
          calls.length === 0 ? (
            <Empty
              filtered={isFiltered(filters)}
              timed={span !== null}
              onClear={() => show(onlyTime(filters))}
              onAllTime={() => change({ range: undefined, from: undefined, to: undefined })}
            />
          ) : (
            <>
              <CallTable
                key={JSON.stringify(query)}
                calls={calls}
                columns={columns}
                agents={new Map(agents.map(({ _id, name }) => [_id, name]))}
              />
              <Group justify="center" mt="md">
                {pages.hasNextPage ? (
                  <Button variant="default" onClick={more} loading={pages.isFetchingNextPage}>
                    Show more
                  </Button>
                ) : (
                  <Text size="sm" c="dimmed">
                    {calls.length > 10 ? `All ${count(calls.length)} are shown` : ''}
                  </Text>
                )}
              </Group>
            </>
          )
        }
      </Loaded>
      {open === 'filters' && (
        <FilterDrawer
          filters={filters}
          metrics={metrics}
          onClose={() => setOpen(null)}
          onApply={(next) => {
            setOpen(null);
            show(next);
          }}
        />
      )}
      {open === 'export' && <ExportDialog filters={query} calls={total} onClose={() => setOpen(null)} />}
    </Page>
  );
}

/** How many calls pass; the count is worth no error. */
function useTotal(query: ReturnType<typeof queryOf>): number | undefined {
  const from = query.from ?? '2000-01-01T00:00:00Z';
  return useQuery(callStatistics({ ...query, from }, 'month')).data?.totals.calls;
}

function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [sent, setSent] = useState(value);
  const settle = useDebouncedCallback((next: string) => {
    setSent(next);
    onChange(next);
  }, 400);
  // Another address, such as that of a saved view.
  if (value !== sent) {
    setSent(value);
    setText(value);
  }
  return (
    <TextInput
      aria-label="Search calls"
      placeholder="Call id or number"
      leftSection={<IconSearch size={16} />}
      value={text}
      maxLength={256}
      onChange={(event) => {
        setText(event.currentTarget.value);
        settle(event.currentTarget.value.trim());
      }}
    />
  );
}

interface EmptyProps {
  filtered: boolean;
  timed: boolean;
  onClear: () => void;
  onAllTime: () => void;
}

function Empty({ filtered, timed, onClear, onAllTime }: EmptyProps) {
  if (filtered) {
    return (
      <Nothing
        icon={<IconPhone />}
        title="No call passes these filters"
        action={
          <Button variant="default" onClick={onClear}>
            Clear the filters
          </Button>
        }
      >
        {timed ? 'Take one away, or choose a longer time.' : 'Take one away.'}
      </Nothing>
    );
  }
  if (timed) {
    return (
      <Nothing
        icon={<IconPhone />}
        title="No calls in this time"
        action={
          <Button variant="default" onClick={onAllTime}>
            Show all time
          </Button>
        }
      >
        Choose a longer one.
      </Nothing>
    );
  }
  return (
    <Nothing icon={<IconPhone />} title="No calls yet">
      Calls are sent to this server by your voice platform, or by you: <span className="mono">POST /v1/calls</span> with a transcript. They appear
      here by themselves. Help says how.
    </Nothing>
  );
}
