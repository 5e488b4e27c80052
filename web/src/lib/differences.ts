import type { Change, Diff } from '../api/agents';
import { TYPE_WORDS, type Metric } from './metrics';

/** What changed between two versions, in words. */
export interface Difference {
  kind: 'added' | 'removed' | 'changed' | 'moved';
  /** The metric or the setting. */
  name: string;
  /** Each in a sentence without a full stop; texts before and after where they are long. */
  changes: { words: string; before?: string; after?: string }[];
}

export function metricDifferences(before: readonly Metric[], after: readonly Metric[]): Difference[] {
  const old = new Map(before.map((metric) => [metric.identifier, metric]));
  const now = new Map(after.map((metric) => [metric.identifier, metric]));
  const out: Difference[] = [];
  for (const metric of after) {
    const earlier = old.get(metric.identifier);
    if (!earlier) {
      out.push({ kind: 'added', name: metric.identifier, changes: [{ words: `asks for ${TYPE_WORDS[metric.dispositionMetricType].gives}`, after: metric.dispositionMetricPrompt }] });
      continue;
    }
    const changes = changesOf(earlier, metric);
    if (changes.length > 0) out.push({ kind: 'changed', name: metric.identifier, changes });
  }
  for (const metric of before) {
    if (!now.has(metric.identifier)) out.push({ kind: 'removed', name: metric.identifier, changes: [{ words: 'is not asked any more' }] });
  }
  const order = (list: readonly Metric[], other: ReadonlyMap<string, Metric>) =>
    list.map((metric) => metric.identifier).filter((name) => other.has(name));
  const [was, is] = [order(before, now), order(after, old)];
  if (was.join() !== is.join()) out.push({ kind: 'moved', name: 'Order', changes: [{ words: 'metrics stand in another order', after: is.join(', ') }] });
  return out;
}

function changesOf(before: Metric, after: Metric): Difference['changes'] {
  const changes: Difference['changes'] = [];
  if (before.dispositionMetricType !== after.dispositionMetricType) {
    const [was, is] = [before, after].map((metric) => TYPE_WORDS[metric.dispositionMetricType].name);
    changes.push({ words: `type was ${was}, is ${is}: answers before and after are counted apart` });
  }
  if (before.dispositionMetricPrompt !== after.dispositionMetricPrompt) {
    changes.push({ words: 'prompt was changed', before: before.dispositionMetricPrompt, after: after.dispositionMetricPrompt });
  }
  const [was, is] = [before.choices ?? [], after.choices ?? []];
  const gained = is.filter((choice) => !was.includes(choice));
  const lost = was.filter((choice) => !is.includes(choice));
  if (gained.length > 0) changes.push({ words: `new choices: ${gained.join(', ')}` });
  if (lost.length > 0) changes.push({ words: `choices that are gone: ${lost.join(', ')}` });
  if (gained.length + lost.length === 0 && was.join('\n') !== is.join('\n')) changes.push({ words: 'choices stand in another order' });
  return changes;
}

const METRICS = 'postCallAnalyticsConfig.dispositionMetrics';

const NAMES: Record<string, string> = {
  'postCallAnalyticsConfig.useReasoningModel': 'Reasoning model',
  'postCallAnalyticsConfig.useInternalAnalyticsModel': 'Internal analytics model',
  'postCallAnalyticsConfig.summaryPrompt': 'Summary prompt',
};

/** Whatever else changed, from the server's own comparison. */
export function otherDifferences(diff: Diff): Difference[] {
  const changes = diff.diffs.flatMap((section) => section.changes);
  return changes.filter((change) => !change.path.startsWith(METRICS)).map(difference);
}

function difference({ path, oldValue, newValue }: Change): Difference {
  const name = NAMES[path] ?? path.replace(/^postCallAnalyticsConfig\./, '');
  const [was, is] = [shown(oldValue), shown(newValue)];
  const words = oldValue === undefined ? `was set to ${is}` : newValue === undefined ? `was taken away (was ${was})` : `was ${was}, is ${is}`;
  return { kind: oldValue === undefined ? 'added' : newValue === undefined ? 'removed' : 'changed', name, changes: [{ words }] };
}

function shown(value: unknown): string {
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text || 'empty';
}
