import { LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { useNavigate } from '@tanstack/react-router';
import { number } from '../lib/format';
import type { Filters } from '../lib/filters';
import type { Search } from '../lib/search';

export interface Point {
  label: string;
  words: string;
  value: number | null;
  before?: number | null | undefined;
  search: Search;
  event?: string | undefined;
}

interface Props {
  label: string;
  points: Point[];
  format?: (value: number) => string;
  range?: [number, number];
}

/** A number over time. A point is a link to the calls behind it. */
export default function MeanLine({ label, points, format = number, range }: Props) {
  const navigate = useNavigate();
  const open = (search: Search) => void navigate({ to: '/calls', search: search as Filters });
  const comparing = points.some(({ before }) => before !== undefined);
  const series = [
    { name: 'value', label, color: 'pine.6' },
    ...(comparing ? [{ name: 'before', label: 'compared with', color: 'gray.6', strokeDasharray: '4 4' }] : []),
  ];
  const Dot = ({ cx, cy, payload }: { cx?: number; cy?: number; payload?: Point }) => {
    if (payload?.value == null || cx === undefined || cy === undefined) return <g />;
    return (
      // eslint-disable-next-line jsx-a11y/anchor-is-valid -- a link in a drawing
      <a
        role="link"
        tabIndex={0}
        aria-label={payload.words}
        style={{ cursor: 'pointer' }}
        onClick={() => open(payload.search)}
        onKeyDown={(event) => event.key === 'Enter' && open(payload.search)}
      >
        <circle cx={cx} cy={cy} r={4} fill="var(--mantine-color-pine-6)" stroke="var(--mantine-color-body)" strokeWidth={1.5} />
      </a>
    );
  };
  return (
    <LineChart
      h={170}
      data={points}
      dataKey="label"
      series={series}
      curveType="linear"
      connectNulls
      valueFormatter={format}
      {...(range ? { yAxisProps: { domain: range } } : { yAxisProps: { domain: ['auto', 'auto'] } })}
      referenceLines={points.filter(({ event }) => event).map(({ label: x, event }) => ({ x, label: event ?? '', color: 'gray.6' }))}
      lineProps={(line) => (line.name === 'value' ? { dot: Dot as never, isAnimationActive: false } : { dot: false, isAnimationActive: false })}
    />
  );
}
