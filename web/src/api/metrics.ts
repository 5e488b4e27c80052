import { json, send } from './client';
import type { MetricCheck, TrialResult } from './schema';
import type { Metric } from '../lib/metrics';
import { lines } from '../lib/ndjson';

/** What was found out about a list of metrics; where there are no problems, they have the shape that they should have. */
export type Checked = Omit<MetricCheck, 'metrics'> & { metrics: Metric[] };

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

/** Answers as they get ready, one call after the other. Nothing is stored. */
export async function* tryMetrics(agentId: string, attempt: Attempt, signal: AbortSignal): AsyncGenerator<TrialResult> {
  const response = await send(`/v1/agents/${agentId}/try`, { method: 'POST', body: attempt, signal });
  for await (const line of lines(response.body)) yield JSON.parse(line) as TrialResult;
}
