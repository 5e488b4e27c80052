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

/** The end of the day of `now`: the same all day long, so that nothing is asked for twice. */
export function endOfToday(now: Date): Date {
  return dayjs(now).startOf('day').add(1, 'day').toDate();
}

/** Ends with the day of `now`; null for all time. */
export function spanOf(range: Range, now: Date): Span | null {
  const tomorrow = dayjs(endOfToday(now));
  switch (range) {
    case 'all':
      return null;
    case 'today':
      return span(tomorrow.subtract(1, 'day'), tomorrow);
    default:
      return span(tomorrow.subtract(parseInt(range, 10), 'day'), tomorrow);
  }
}

const isWhole = ({ from, to }: Span) => [from, to].every((instant) => dayjs(instant).startOf('day').isSame(instant));

/** The span of the same length just before. Whole days stay whole days when clocks change. */
export function previous({ from, to }: Span): Span {
  if (isWhole({ from, to })) return span(dayjs(from).subtract(dayjs(to).diff(from, 'day'), 'day'), dayjs(from));
  return span(dayjs(from).subtract(to.getTime() - from.getTime(), 'ms'), dayjs(from));
}

/** When the time just before a span was, in words: `in the 7 days before`. */
export function previousWords({ from, to }: Span): string {
  const days = dayjs(to).diff(from, 'day');
  return !isWhole({ from, to }) ? 'in the time before' : days === 1 ? 'on the day before' : `in the ${days} days before`;
}

/** The first and the last day of a span; none where it has no beginning. */
export function daysOf(span: Span | null): [string | null, string | null] {
  if (!span || span.from.getTime() <= 0) return [null, null];
  return [dayjs(span.from), dayjs(span.to).subtract(1, 'ms')].map((day) => day.format('YYYY-MM-DD')) as [string, string];
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
