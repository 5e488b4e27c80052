import { endOfToday, isRange, spanOf, type Range, type Span } from './ranges';
import { list, text, type Search } from './search';

/** Filters on calls, as the address of a page has them. Names and values are those of the API, `range` aside. */
export interface Filters {
  range?: Range;
  from?: string;
  to?: string;
  agentId?: string[];
  versionId?: string[];
  type?: string[];
  status?: string[];
  disconnectionReason?: string[];
  campaignId?: string[];
  search?: string;
  minSeconds?: string;
  maxSeconds?: string;
  isRetry?: string;
  isTest?: string;
  finished?: string;
  analysed?: string;
  [metric: `metric.${string}`]: string | undefined;
}

const LISTS = ['agentId', 'versionId', 'type', 'status', 'disconnectionReason', 'campaignId'] as const;
const TEXTS = ['from', 'to', 'search', 'minSeconds', 'maxSeconds', 'isRetry', 'isTest', 'finished', 'analysed'] as const;
const METRIC = /^metric\.[a-z0-9_]{1,128}(\.(ne|in|lt|lte|gt|gte|missing|status|confidence\.(lt|lte|gt|gte)))?$/;

/** Takes what it knows from an address and leaves the rest. */
export function readFilters(search: Record<string, unknown>): Filters {
  const filters: Filters = {};
  const range = text(search.range);
  if (isRange(range)) filters.range = range;
  for (const name of LISTS) {
    const values = list(search[name]);
    if (values.length > 0) filters[name] = values;
  }
  for (const name of TEXTS) {
    const value = text(search[name]);
    if (value !== undefined) filters[name] = value;
  }
  for (const [name, value] of Object.entries(search)) {
    const one = text(value);
    if (METRIC.test(name) && one !== undefined) filters[name as `metric.${string}`] = one;
  }
  return filters;
}

/** The time that the filters name; null for all time. */
export function spanIn(filters: Filters, fallback: Range, now: Date): Span | null {
  if (filters.from || filters.to) {
    const to = filters.to ? new Date(filters.to) : endOfToday(now);
    const from = filters.from ? new Date(filters.from) : new Date(0);
    if (!Number.isNaN(from.getTime()) && !Number.isNaN(to.getTime())) return { from, to };
  }
  return spanOf(filters.range ?? fallback, now);
}

/** The filters as the API takes them: the span in instants. */
export function queryOf(filters: Filters, span: Span | null): Search {
  const { range: _, from: __, to: ___, ...rest } = filters;
  const query: Search = { ...(rest as Search) };
  if (span) {
    if (span.from.getTime() > 0) query.from = span.from.toISOString();
    query.to = span.to.toISOString();
  }
  return query;
}

export interface MetricFilter {
  identifier: string;
  operator: string;
  value: string;
}

export function metricFilters(filters: Filters): MetricFilter[] {
  return Object.entries(filters)
    .filter(([name]) => name.startsWith('metric.'))
    .map(([name, value]) => {
      const [, identifier = '', ...operator] = name.split('.');
      return { identifier, operator: operator.join('.'), value: String(value) };
    });
}

export function metricKey(identifier: string, operator: string): `metric.${string}` {
  return `metric.${identifier}${operator ? `.${operator}` : ''}`;
}

const TIME = ['range', 'from', 'to'];
/** What is chosen beside the panel of filters, each in a place of its own. */
const BESIDE = [...TIME, 'search', 'agentId', 'versionId'];

/** The time alone. */
export const onlyTime = (filters: Filters): Filters => pick(filters, (name) => TIME.includes(name));

/** Whatever is not set in the panel of filters. */
export const outsidePanel = (filters: Filters): Filters => pick(filters, (name) => BESIDE.includes(name));

/** How many filters are set in the panel. */
export const filterCount = (filters: Filters): number => Object.keys(pick(filters, (name) => !BESIDE.includes(name))).length;

/** Whether anything but the time keeps calls away. */
export const isFiltered = (filters: Filters): boolean => Object.keys(pick(filters, (name) => !TIME.includes(name))).length > 0;

function pick(filters: Filters, is: (name: string) => boolean): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([name, value]) => value !== undefined && is(name)));
}
