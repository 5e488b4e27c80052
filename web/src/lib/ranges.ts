import dayjs, { type Dayjs } from 'dayjs';

/** Spans to choose, as they stand in the address. Days are the viewer's. */
export const RANGES = {
  today: 'Today',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  '365d': 'Last 12 months',
  all: 'All time',
} as const;
export type Range = keyof typeof RANGES;

export interface Span {
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
}

export function isRange(value: unknown): value is Range {
  return typeof value === 'string' && value in RANGES;
}

/** Ends with the day of `now`, so that it is the same all day long; null for all time. */
export function spanOf(range: Range, now: Date): Span | null {
  const tomorrow = dayjs(now).startOf('day').add(1, 'day');
  switch (range) {
    case 'all':
      return null;
    case 'today':
      return span(tomorrow.subtract(1, 'day'), tomorrow);
    default:
      return span(tomorrow.subtract(parseInt(range, 10), 'day'), tomorrow);
  }
}

/** The span of the same length just before. Whole days stay whole days when clocks change. */
export function previous({ from, to }: Span): Span {
  const whole = dayjs(from).startOf('day').isSame(from) && dayjs(to).startOf('day').isSame(to);
  if (whole) return span(dayjs(from).subtract(dayjs(to).diff(from, 'day'), 'day'), dayjs(from));
  return span(dayjs(from).subtract(to.getTime() - from.getTime(), 'ms'), dayjs(from));
}

export type Bucket = 'hour' | 'day' | 'week' | 'month';

/** Steps that make a chart of some dozens of marks. */
export function bucketFor({ from, to }: Span): Bucket {
  const days = (to.getTime() - from.getTime()) / 86_400_000;
  if (days <= 2) return 'hour';
  if (days <= 100) return 'day';
  return days <= 400 ? 'week' : 'month';
}

function span(from: Dayjs, to: Dayjs): Span {
  return { from: from.toDate(), to: to.toDate() };
}
