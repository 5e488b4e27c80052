import { useQuery } from '@tanstack/react-query';
import dayjs from 'dayjs';
import { callStatistics } from '../api/statistics';
import { queryOf, spanIn, type Filters } from '../lib/filters';
import { endOfToday, type Range, type Span } from '../lib/ranges';

const SINCE = new Date('2000-01-01T00:00:00Z');

/** The time to show: the one of the filters, or for all time from the month of the first call on. Null until that is known. */
export function useSpan(filters: Filters, fallback: Range): { span: Span | null; isAll: boolean } {
  const now = new Date();
  const whole = spanIn(filters, fallback, now);
  const ever: Span = { from: SINCE, to: endOfToday(now) };
  const first = useQuery({ ...callStatistics(queryOf(filters, ever), 'month'), enabled: whole === null });
  if (whole) return { span: whole, isAll: false };
  if (first.isPending) return { span: null, isAll: true };
  const month = first.data?.series.find(({ calls }) => calls > 0);
  const from = month ? new Date(month.start) : dayjs(ever.to).subtract(7, 'day').toDate();
  return { span: { from, to: ever.to }, isAll: true };
}
