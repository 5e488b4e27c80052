import type { ListedCall } from '../api/schema';

/** A column of the call log. Metrics are `metric.IDENTIFIER`, as in filters and exports. */
export const FACTS = {
  startedAt: 'Began',
  callId: 'Call',
  agentId: 'Agent',
  versionNumber: 'Version',
  type: 'Type',
  status: 'Status',
  durationSeconds: 'Length',
  latencySeconds: 'Latency',
  from: 'From',
  to: 'To',
  language: 'Language',
  disconnectionReason: 'Ended by',
  campaignId: 'Campaign',
  retryCount: 'Retries',
  createdAt: 'Arrived',
  summary: 'Summary',
} as const;
export type Fact = keyof typeof FACTS;

export const DEFAULT_FACTS: Fact[] = ['startedAt', 'callId', 'status', 'durationSeconds'];

/** What the API lists calls by, the newest first. It offers no other order. */
export const ORDERED_BY: Fact = 'createdAt';

export function isFact(column: string): column is Fact {
  return column in FACTS;
}

export const metricOf = (column: string) => (column.startsWith('metric.') ? column.slice(7) : null);

/** The columns that an address names; without, some facts and the first metrics that occur. */
export function readColumns(text: string | undefined, identifiers: readonly string[]): string[] {
  const named = (text ?? '').split(',').filter((column) => isFact(column) || metricOf(column));
  if (named.length > 0) return named;
  return [...DEFAULT_FACTS, ...identifiers.slice(0, 5).map((identifier) => `metric.${identifier}`)];
}

/** The metrics of some calls, in the order in which they are asked; those of newer calls first. */
export function identifiersIn(calls: readonly Pick<ListedCall, 'analysis'>[]): string[] {
  const found = new Set<string>();
  for (const call of calls) for (const answer of call.analysis?.dispositionMetrics ?? []) found.add(answer.identifier);
  return [...found];
}
