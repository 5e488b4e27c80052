import { Skeleton, Table } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, type MouseEvent } from 'react';
import type { ListedCall } from '../api/schema';
import { DataTable } from '../components/DataTable';
import { FACTS, isFact, metricOf, ORDERED_BY } from '../lib/columns';
import { title } from '../lib/format';
import { Cell } from './Cell';
import classes from './CallTable.module.css';

interface Props {
  calls: ListedCall[];
  columns: string[];
  agents: Map<string, string>;
}

export function CallTable({ calls, columns, agents }: Props) {
  const navigate = useNavigate();
  const fresh = useFresh(calls);
  const open = (event: MouseEvent, callId: string) => {
    // A link in the row, or words that are being marked, come first.
    if ((event.target as Element).closest('a, button') || getSelection()?.toString()) return;
    void navigate({ to: '/calls/$callId', params: { callId } });
  };
  return (
    <DataTable label="Calls" head={<Head columns={columns} />}>
      {calls.map((call) => (
        <Table.Tr
          key={call.callId}
          className={classes.row}
          data-fresh={fresh(call.callId) || undefined}
          onClick={(event) => open(event, call.callId)}
        >
          {columns.map((column, at) => (
            <Table.Td key={column} className={widthOf(column, call)}>
              {at === 0 ? (
                <Link to="/calls/$callId" params={{ callId: call.callId }} className={classes.link}>
                  <Cell column={column} call={call} agents={agents} />
                </Link>
              ) : (
                <Cell column={column} call={call} agents={agents} />
              )}
            </Table.Td>
          ))}
        </Table.Tr>
      ))}
    </DataTable>
  );
}

export function CallTableSkeleton({ columns }: { columns: string[] }) {
  return (
    <DataTable label="Calls" head={<Head columns={columns} />}>
      {Array.from({ length: 12 }, (_, row) => (
        <Table.Tr key={row}>
          {columns.map((column) => (
            <Table.Td key={column}>
              <Skeleton height={20} />
            </Table.Td>
          ))}
        </Table.Tr>
      ))}
    </DataTable>
  );
}

function Head({ columns }: { columns: string[] }) {
  return (
    <Table.Tr>
      {columns.map((column) => (
        <Table.Th key={column} scope="col" aria-sort={column === ORDERED_BY ? 'descending' : undefined}>
          {isFact(column) ? FACTS[column] : title(metricOf(column) ?? column)}
          {column === ORDERED_BY && <IconArrowDown size={14} className={classes.order} aria-hidden="true" />}
        </Table.Th>
      ))}
    </Table.Tr>
  );
}

/** Words may take two lines, what is short stays on one. */
function widthOf(column: string, call: ListedCall) {
  if (column === 'summary') return classes.long;
  const answer = call.analysis?.dispositionMetrics.find(({ identifier }) => identifier === metricOf(column));
  return answer?.dispositionMetricType === 'STRING' ? classes.words : classes.cell;
}

/** Calls that came while one looked at the list. */
function useFresh(calls: ListedCall[]) {
  const seen = useRef<Set<string> | null>(null);
  const known = (seen.current ??= new Set(calls.map(({ callId }) => callId)));
  return (callId: string) => !known.has(callId);
}
