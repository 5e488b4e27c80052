import type { CountedVersion, MetricBucket, MetricFigures, Value } from '../api/schema';
import type { Bar } from '../charts/Bars';
import { colourOf, NO, YES } from '../charts/colours';
import type { Point } from '../charts/MeanLine';
import { bucketLabel, count, number, percent, title } from '../lib/format';
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
  return metric.series.map((step, at) => {
    const parts = values.map((value) => ({ value, count: countOf(step.values, value) })).filter(({ count: some }) => some > 0);
    const said = parts.map(({ value, count: some }) => `${valueName(value)} ${count(some)}`);
    const label = bucketLabel(step.start, bucket);
    return {
      key: step.start,
      label,
      words: `${label}: ${count(step.answered)} answered${said.length > 0 ? `, ${said.join(', ')}` : ''}`,
      search: callsBehind(filters, spanOf(step), withStatus(metric.identifier, 'answered')),
      segments: values.length > 0 ? values.map((value, place) => ({ value: countOf(step.values, value), colour: colourFor(metric, value, place) })) : [{ value: step.answered, colour: YES }],
      before: other?.series[at]?.answered,
      event: versionsIn(versions, step.start, step.end),
    };
  });
}

export function valueName(value: Value): string {
  return value === true ? 'Yes' : value === false ? 'No' : String(value);
}

export function colourFor(metric: Pick<MetricFigures, 'type'>, value: Value, place: number): string {
  return metric.type === 'BOOLEAN' ? (value ? YES : NO) : colourOf(place);
}

/** A number over time: the mean of an integer, or the share of *yes*. */
export function line(metric: MetricFigures, { filters, bucket, versions }: Ground, other?: MetricFigures): Point[] {
  const value = (step: MetricBucket | undefined) => (metric.type === 'BOOLEAN' ? shareOf(step?.values, true) : (step?.mean ?? null));
  const shown = metric.type === 'BOOLEAN' ? percent : number;
  return metric.series.map((step, at) => {
    const own = value(step);
    const label = bucketLabel(step.start, bucket);
    return {
      label,
      words: `${title(metric.identifier)}, ${label}: ${own === null ? 'no answer' : shown(own)}`,
      value: own,
      ...(other ? { before: value(other.series[at]) } : {}),
      search: callsBehind(filters, spanOf(step), withStatus(metric.identifier, 'answered')),
      event: versionsIn(versions, step.start, step.end),
    };
  });
}
