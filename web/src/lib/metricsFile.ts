import { cleaned, type Metric } from './metrics';

export type FileForm = 'yaml' | 'json';

/** A metrics file as `aftercall analyze` and the import take it. */
export async function metricsFile(metrics: readonly Metric[], form: FileForm): Promise<string> {
  const list = metrics.map(cleaned);
  if (form === 'json') return `${JSON.stringify(list, null, 2)}\n`;
  const { stringify } = await import('yaml');
  return stringify(list, { lineWidth: 100, blockQuote: 'folded' });
}

/** The two lists as one: an imported metric takes the place of the one with its identifier, new ones follow. */
export function merged(present: readonly Metric[], imported: readonly Metric[]): Metric[] {
  const incoming = new Map(imported.map((metric) => [metric.identifier, metric]));
  const kept = present.map((metric) => {
    const replacement = incoming.get(metric.identifier);
    incoming.delete(metric.identifier);
    return replacement ?? metric;
  });
  return [...kept, ...incoming.values()];
}
