import { json, send } from './client';
import type { Analysis } from './schema';
import type { Metric } from '../lib/metrics';
import { lines } from '../lib/ndjson';
import type { FieldProblem } from './problem';

export interface Advice {
  /** The metric's place in the list; null where it is about the list. */
  metric: number | null;
  identifier: string | null;
  rule: string;
  message: string;
}

export interface Checked {
  metrics: Metric[];
  problems: (FieldProblem & { value: unknown })[];
  advice: Advice[];
}

const PATH = '/v1/metrics/check';

export const checkMetrics = (dispositionMetrics: Metric[], signal?: AbortSignal) =>
  json<Checked>(PATH, { method: 'POST', body: { dispositionMetrics }, signal });

/** A file's text, JSON or YAML: the one is a part of the other. */
export const checkFile = (yaml: string) => json<Checked>(PATH, { method: 'POST', yaml });

export interface Attempt {
  dispositionMetrics: Metric[];
  useInternalAnalyticsModel: boolean;
  useReasoningModel: boolean;
  callIds?: string[];
  transcript?: string;
}

export type Tried = { callId: string | null } & ({ result: Pick<Analysis, 'summary' | 'dispositionMetrics'> } | { error: string });

/** Answers as they get ready, one call after the other. Nothing is stored. */
export async function* tryMetrics(agentId: string, attempt: Attempt, signal: AbortSignal): AsyncGenerator<Tried> {
  const response = await send(`/v1/agents/${agentId}/try`, { method: 'POST', body: attempt, signal });
  for await (const line of lines(response.body)) yield JSON.parse(line) as Tried;
}
