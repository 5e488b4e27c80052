import { LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { useNavigate } from '@tanstack/react-router';
import type { Place } from '../lib/axis';
import { number } from '../lib/format';
import type { Filters } from '../lib/filters';
import type { Search } from '../lib/search';
import { useAxis } from './useAxis';

export interface Point extends Place {
  key: string;
  /** Its time, where it stands alone. */
  name: string;
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

/** As wide as `--scale`, which keeps that room beside bars: one point stands below one bar. */
const SCALE = 44;
const DOT = { r: 3, strokeWidth: 1.5 };

/** A number over time, broken where there is none. A point is a link to the calls behind it. */
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
        <circle cx={cx} cy={cy} r={12} fill="transparent" />
        <circle cx={cx} cy={cy} r={4} fill="var(--mantine-color-pine-6)" stroke="var(--mantine-color-body)" strokeWidth={1.5} />
      </a>
    );
  };
  const labels = useAxis(points);
  const at = new Map(points.map(({ key }, place) => [key, place]));
  const Tick = ({ x, y, payload }: { x: number; y: number; payload: { value: string } }) => (
    <text x={x} y={y} textAnchor="middle" fontSize={11} fill="currentColor">
      {labels[at.get(payload.value) ?? -1]?.split('\n').map((line) => (
        <tspan key={line} x={x} dy="1.2em">
          {line}
        </tspan>
      ))}
    </text>
  );
  return (
    <LineChart
      h={170}
      data={points}
      dataKey="key"
      series={series}
      curveType="linear"
      connectNulls={false}
      valueFormatter={format}
      lineChartProps={{ margin: { top: 8, right: 0, bottom: 0, left: 0 } }}
      xAxisProps={{
        scale: 'band',
        ticks: points.filter((_, place) => labels[place]).map(({ key }) => key),
        interval: 0,
        height: points[0]?.day === undefined ? 20 : 34,
        tick: Tick as never,
      }}
      yAxisProps={{
        width: SCALE,
        interval: 0,
        tick: { fontSize: 11, fill: 'currentColor' },
        ...(range ? { domain: range, ticks: [range[0], (range[0] + range[1]) / 2, range[1]] } : { domain: ['auto', 'auto'] }),
      }}
      tooltipProps={{ labelFormatter: (shown) => points.find(({ key }) => key === shown)?.name }}
      referenceLines={points.filter(({ event }) => event).map(({ key: x, event }) => ({ x, label: event ?? '', color: 'gray.6', position: 'start' }))}
      lineProps={(line) => ({ isAnimationActive: false, dot: line.name === 'value' ? (Dot as never) : { ...DOT, strokeDasharray: '0' } })}
    />
  );
}
