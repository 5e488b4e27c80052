import type { MetricFilter } from './filters';
import { dateTime } from './format';
import { readInstant } from './instants';
import type { Metric, MetricType } from './metrics';

/** What each comparison of the API is called. */
const LABELS: Record<string, string> = {
  '': 'is',
  ne: 'is not',
  in: 'is one of',
  lt: 'below',
  lte: 'at most',
  gt: 'above',
  gte: 'at least',
  missing: 'has no value',
  status: 'status is',
  'confidence.lt': 'confidence below',
  'confidence.lte': 'confidence at most',
  'confidence.gt': 'confidence above',
  'confidence.gte': 'confidence at least',
};
/** The same between points in time. */
const LABELS_IN_TIME: Record<string, string> = { gte: 'from', lt: 'before', gt: 'after', lte: 'until' };

const SAME = ['', 'ne'];
const ORDER = ['lt', 'lte', 'gt', 'gte'];
const BY_TYPE: Record<MetricType, string[]> = {
  STRING: SAME,
  BOOLEAN: [''],
  INTEGER: [...SAME, ...ORDER],
  ENUM: [...SAME, 'in'],
  DATETIME: Object.keys(LABELS_IN_TIME),
};
const ALWAYS = ['missing', 'status', 'confidence.lt', 'confidence.gte'];

function labelOf(operator: string, inTime: boolean): string {
  return (inTime ? LABELS_IN_TIME[operator] : undefined) ?? LABELS[operator] ?? operator;
}

/** What can be asked of the answers to a metric; of one that is not known, whatever may be. */
function operatorsOf(metric: Metric | undefined): string[] {
  return [...(metric ? BY_TYPE[metric.dispositionMetricType] : [...SAME, ...ORDER]), ...ALWAYS];
}

/** The comparisons to choose from, with the one that is chosen: an address may have any that the API knows. */
export function operatorOptions(metric: Metric | undefined, chosen: string): { value: string; label: string }[] {
  const inTime = metric?.dispositionMetricType === 'DATETIME';
  return [...new Set([...operatorsOf(metric), chosen])].map((value) => ({ value, label: labelOf(value, inTime) }));
}

/** A filter as it begins, with the first comparison that its metric knows. */
export function emptyFilter(identifier: string, metrics: readonly Metric[]): MetricFilter {
  const metric = metrics.find((one) => one.identifier === identifier);
  return { identifier, operator: operatorsOf(metric)[0] ?? '', value: '' };
}

/** A filter on a metric as one reads it. */
export function metricFilterWords({ identifier, operator, value }: MetricFilter): string {
  if (operator === 'missing') return `${identifier} ${value === 'true' ? 'has no value' : 'has a value'}`;
  const instant = readInstant(value);
  const said = instant ? dateTime(instant) : value.split(',').join(', ');
  return `${identifier} ${labelOf(operator, instant !== null)} ${said}`;
}
