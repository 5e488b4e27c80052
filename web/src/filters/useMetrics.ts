import { useQueries } from '@tanstack/react-query';
import { agentConfig } from '../api/agents';
import type { ListedCall } from '../api/schema';
import type { Metric } from '../lib/metrics';

/** Metrics to offer: those of the chosen agents, and those that the calls shown were asked. */
export function useMetrics(agentIds: readonly string[], calls: readonly ListedCall[]): Metric[] {
  const configs = useQueries({ queries: agentIds.slice(0, 5).map((id) => agentConfig(id)) });
  const found = new Map<string, Metric>();
  for (const { data } of configs) {
    for (const metric of data?.postCallAnalyticsConfig.dispositionMetrics ?? []) found.set(metric.identifier, metric);
  }
  for (const call of calls) {
    for (const answer of call.analysis?.dispositionMetrics ?? []) {
      if (!found.has(answer.identifier)) found.set(answer.identifier, answer as Metric);
    }
  }
  return [...found.values()];
}
