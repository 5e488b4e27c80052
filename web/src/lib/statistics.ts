import type { CountedVersion, MetricFigures, Value, ValueCount } from '../api/schema';
import { metricKey, queryOf, type Filters } from './filters';
import { previous, type Span } from './ranges';
import type { Search } from './search';

type Values = readonly ValueCount[] | null | undefined;

/** The address of the calls behind a mark: the filters of the page, the mark's time, and what was answered. */
export function callsBehind(filters: Filters, span: Span | null, narrower: Search = {}): Search {
  return { ...queryOf(filters, span), ...narrower };
}

export const answeredWith = (identifier: string, value: Value): Search => ({
  [metricKey(identifier, '')]: String(value),
});

export const withStatus = (identifier: string, status: string): Search => ({ [metricKey(identifier, 'status')]: status });

/** The answers of one step of a histogram; its end belongs to the next one, but for the last. */
export function between(identifier: string, from: number, to: number, last: boolean): Search {
  return { [metricKey(identifier, 'gte')]: String(from), [metricKey(identifier, last ? 'lte' : 'lt')]: String(to) };
}

export function countOf(values: Values, value: Value): number {
  return values?.find((one) => one.value === value)?.count ?? 0;
}

/** The share of one value among the answers; null where there are none. */
export function shareOf(values: Values, value: Value): number | null {
  const all = (values ?? []).reduce((sum, one) => sum + one.count, 0);
  return all === 0 ? null : countOf(values, value) / all;
}

/** The same metric in another report: by its name and type, as one whose type changed is another metric. */
export function counterpart(metric: MetricFigures, others: readonly MetricFigures[] | undefined): MetricFigures | undefined {
  return others?.find(({ identifier, type }) => identifier === metric.identifier && type === metric.type);
}

/** The versions that came after another one of their agent: each of them is a change. */
export function changesOfVersion(versions: readonly CountedVersion[]): CountedVersion[] {
  const agents = new Set<string>();
  return versions.filter(({ agentId }) => agents.has(agentId) || !agents.add(agentId));
}

/** Versions that began within a bucket, as `v3`. */
export function versionsIn(versions: readonly CountedVersion[], start: string, end: string): string | undefined {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const names = versions
    .filter(({ firstCallAt }) => {
      const at = Date.parse(firstCallAt);
      return at >= from && at < to;
    })
    .map(({ number }) => `v${number}`);
  return names.length === 0 ? undefined : [...new Set(names)].join(', ');
}

export type Compare = 'previous' | 'version' | 'agent';

/** What a report is compared with: other filters, another time, or both as they are. */
export function compared(filters: Filters, span: Span, compare: string | undefined, id: string | undefined): { filters: Filters; span: Span } | null {
  switch (compare) {
    case 'previous':
      return { filters, span: previous(span) };
    case 'version':
      return id ? { filters: { ...filters, versionId: [id] }, span } : null;
    case 'agent':
      return id ? { filters: { ...filters, agentId: [id], versionId: undefined }, span } : null;
    default:
      return null;
  }
}
