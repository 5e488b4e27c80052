import type { MetricFilter } from './filters';
import type { Metric, MetricType } from './metrics';

interface Operator {
  value: string;
  label: string;
}

const ALWAYS: Operator[] = [
  { value: 'missing', label: 'has no value' },
  { value: 'status', label: 'status is' },
  { value: 'confidence.lt', label: 'confidence below' },
  { value: 'confidence.gte', label: 'confidence at least' },
];
const SAME: Operator[] = [
  { value: '', label: 'is' },
  { value: 'ne', label: 'is not' },
];
const ORDER: Operator[] = [
  { value: 'lt', label: 'below' },
  { value: 'lte', label: 'at most' },
  { value: 'gt', label: 'above' },
  { value: 'gte', label: 'at least' },
];
export const IN_TIME: Operator[] = [
  { value: 'gte', label: 'from' },
  { value: 'lt', label: 'before' },
  { value: 'gt', label: 'after' },
  { value: 'lte', label: 'until' },
];
const BY_TYPE: Record<MetricType, Operator[]> = {
  STRING: SAME,
  BOOLEAN: [{ value: '', label: 'is' }],
  INTEGER: [...SAME, ...ORDER],
  ENUM: [...SAME, { value: 'in', label: 'is one of' }],
  DATETIME: IN_TIME,
};

/** What can be asked of the answers to a metric; of one that is not known, whatever may be. */
export function operatorsOf(metric: Metric | undefined): Operator[] {
  return [...(metric ? BY_TYPE[metric.dispositionMetricType] : [...SAME, ...ORDER]), ...ALWAYS];
}

/** A filter as it begins, with the first comparison that its metric knows. */
export function emptyFilter(identifier: string, metrics: readonly Metric[]): MetricFilter {
  const metric = metrics.find((one) => one.identifier === identifier);
  return { identifier, operator: operatorsOf(metric)[0]?.value ?? '', value: '' };
}
