import { LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { useNavigate } from '@tanstack/react-router';
import { getNiceTickValues } from 'recharts';
import { number } from '../lib/format';
import type { Filters } from '../lib/filters';
import type { Search } from '../lib/search';
import classes from './MeanLine.module.css';

export interface Point {
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

const HEIGHT = 150;
/** So that a point at the end of the scale is whole. */
const MARGIN = 8;
const DOT = { r: 3, strokeWidth: 1.5 };

/** A number over time, broken where there is none. The times stand under the bars above it. A point is a link to the calls behind it. */
export default function MeanLine({ label, points, format = number, range }: Props) {
  const navigate = useNavigate();
  const open = (search: Search) => void navigate({ to: '/calls', search: search as Filters });
  const comparing = points.some(({ before }) => before !== undefined);
  const series = [
    { name: 'value', label, color: 'var(--bar)' },
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
        <circle cx={cx} cy={cy} r={4} fill="var(--bar)" stroke="var(--mantine-color-body)" strokeWidth={1.5} />
      </a>
    );
  };
  const values = points.flatMap(({ value, before }) => [value, before]).filter((one) => one != null);
  const ticks = range ? [range[0], (range[0] + range[1]) / 2, range[1]] : getNiceTickValues([Math.min(...values), Math.max(...values)], 5);
  return (
    <>
      <div className={classes.scale} style={{ height: HEIGHT, paddingBlock: MARGIN }} aria-hidden="true">
        {ticks.toReversed().map((tick) => (
          <span key={tick}>{format(tick)}</span>
        ))}
      </div>
      <LineChart
        h={HEIGHT}
        data={points}
        dataKey="key"
        series={series}
        curveType="linear"
        connectNulls={false}
        valueFormatter={format}
        lineChartProps={{ margin: { top: MARGIN, right: 0, bottom: MARGIN, left: 0 } }}
        withXAxis={false}
        xAxisProps={{ scale: 'band' }}
        withYAxis={false}
        yAxisProps={{ domain: [ticks[0] ?? 0, ticks.at(-1) ?? 1], ticks, interval: 0 }}
        tooltipProps={{ labelFormatter: (shown) => points.find(({ key }) => key === shown)?.name }}
        referenceLines={points.filter(({ event }) => event).map(({ key: x, event }) => ({ x, label: event ?? '', color: 'gray.6', position: 'start' }))}
        lineProps={(line) => ({ isAnimationActive: false, dot: line.name === 'value' ? (Dot as never) : { ...DOT, strokeDasharray: '0' } })}
      />
    </>
  );
}
