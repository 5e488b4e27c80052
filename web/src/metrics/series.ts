import type { CountedVersion, MetricBucket, MetricFigures, Value } from '../api/schema';
import type { Bar } from '../charts/Bars';
import { coloursOf, NO, YES } from '../charts/colours';
import type { Point } from '../charts/MeanLine';
import { bucketPlace, count, number, percent, title } from '../lib/format';
import type { Filters } from '../lib/filters';
import type { Bucket, Span } from '../lib/ranges';
import { callsBehind, countOf, shareOf, versionsIn, withStatus } from '../lib/statistics';

/** What the marks of a report have in common. */
export interface Ground {
  filters: Filters;
  bucket: Bucket;
  versions: CountedVersion[];
}

const spanOf = ({ start, end }: { start: string; end: string }): Span => ({ from: new Date(start), to: new Date(end) });

/** Answers over time, by value where there are few of them. */
export function answerBars(metric: MetricFigures, { filters, bucket, versions }: Ground, other?: MetricFigures): Bar[] {
  const values = metric.type === 'BOOLEAN' ? [true, false] : metric.type === 'ENUM' ? (metric.values ?? []).map(({ value }) => value) : [];
  const colour = coloursFor(metric, values);
  return metric.series.map((step, at) => {
    const parts = values.map((value) => ({ value, count: countOf(step.values, value) })).filter(({ count: some }) => some > 0);
    const said = parts.map(({ value, count: some }) => `${valueName(value)} ${count(some)}`);
    const { name, ...place } = bucketPlace(step.start, bucket);
    return {
      key: step.start,
      ...place,
      words: `${name}: ${count(step.answered)} answered${said.length > 0 ? `, ${said.join(', ')}` : ''}`,
      search: callsBehind(filters, spanOf(step), withStatus(metric.identifier, 'answered')),
      segments: values.length > 0 ? values.map((value) => ({ value: countOf(step.values, value), colour: colour(value) })) : [{ value: step.answered, colour: YES }],
      before: other?.series[at]?.answered,
      event: versionsIn(versions, step.start, step.end),
    };
  });
}

export function valueName(value: Value): string {
  return value === true ? 'Yes' : value === false ? 'No' : String(value);
}

/** The colours of a metric's values. */
export function coloursFor({ type }: Pick<MetricFigures, 'type'>, values: readonly Value[]): (value: Value) => string {
  if (type === 'BOOLEAN') return (value) => (value ? YES : NO);
  const colours = coloursOf(values.map(String));
  return (value) => colours.get(String(value)) ?? NO;
}

/** The values that were answered; of choices those too that were only answered in what one compares with. */
export function shownValues(metric: MetricFigures, other: MetricFigures | undefined): { value: Value; count: number }[] {
  const values = metric.values ?? [];
  if (metric.type !== 'ENUM') return values;
  const gone = (other?.values ?? []).filter(({ value }) => !values.some((one) => one.value === value));
  return [...values, ...gone.map(({ value }) => ({ value, count: 0 }))];
}

/** A number over time: the mean of an integer, or the share of *yes*. */
export function line(metric: MetricFigures, { filters, bucket, versions }: Ground, other?: MetricFigures): Point[] {
  const value = (step: MetricBucket | undefined) => (metric.type === 'BOOLEAN' ? shareOf(step?.values, true) : (step?.mean ?? null));
  const shown = metric.type === 'BOOLEAN' ? percent : number;
  return metric.series.map((step, at) => {
    const own = value(step);
    const { name } = bucketPlace(step.start, bucket);
    return {
      key: step.start,
      name,
      words: `${title(metric.identifier)}, ${name}: ${own === null ? 'no answer' : shown(own)}`,
      value: own,
      ...(other ? { before: value(other.series[at]) } : {}),
      search: callsBehind(filters, spanOf(step), withStatus(metric.identifier, 'answered')),
      event: versionsIn(versions, step.start, step.end),
    };
  });
}
