import { ActionIcon, Autocomplete, Select, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { MetricFilter } from '../lib/filters';
import type { Metric, MetricType } from '../lib/metrics';
import classes from './filters.module.css';

const ALWAYS = [
  { value: 'missing', label: 'has no value' },
  { value: 'status', label: 'status is' },
  { value: 'confidence.lt', label: 'confidence below' },
  { value: 'confidence.gte', label: 'confidence at least' },
];
const SAME = [
  { value: '', label: 'is' },
  { value: 'ne', label: 'is not' },
];
const ORDER = [
  { value: 'lt', label: 'below' },
  { value: 'lte', label: 'at most' },
  { value: 'gt', label: 'above' },
  { value: 'gte', label: 'at least' },
];
const BY_TYPE: Record<MetricType, { value: string; label: string }[]> = {
  STRING: SAME,
  BOOLEAN: [{ value: '', label: 'is' }],
  INTEGER: [...SAME, ...ORDER],
  ENUM: [...SAME, { value: 'in', label: 'is one of' }],
  DATETIME: ORDER,
};

interface Props {
  filter: MetricFilter;
  metrics: Metric[];
  onChange: (filter: MetricFilter) => void;
  onRemove: () => void;
}

export function MetricFilterRow({ filter, metrics, onChange, onRemove }: Props) {
  const metric = metrics.find(({ identifier }) => identifier === filter.identifier);
  const operators = [...(metric ? BY_TYPE[metric.dispositionMetricType] : [...SAME, ...ORDER]), ...ALWAYS];
  return (
    <div className={classes.metric}>
      <Autocomplete
        label="Metric"
        data={metrics.map(({ identifier }) => identifier)}
        value={filter.identifier}
        onChange={(identifier) => onChange({ identifier, operator: '', value: '' })}
      />
      <Select
        label="Comparison"
        data={operators}
        value={filter.operator}
        allowDeselect={false}
        onChange={(operator) => onChange({ ...filter, operator: operator ?? '', value: '' })}
      />
      <ValueInput filter={filter} metric={metric} onChange={(value) => onChange({ ...filter, value })} />
      <ActionIcon size="input-sm" aria-label={`Remove ${filter.identifier}`} onClick={onRemove}>
        <IconX size={16} />
      </ActionIcon>
    </div>
  );
}

interface ValueProps {
  filter: MetricFilter;
  metric: Metric | undefined;
  onChange: (value: string) => void;
}

const YES_NO = [
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
];
const STATUSES = [
  { value: 'answered', label: 'answered' },
  { value: 'not_mentioned', label: 'not mentioned' },
  { value: 'failed', label: 'failed' },
];

function ValueInput({ filter: { operator, value }, metric, onChange }: ValueProps) {
  const choices = optionsOf(operator, metric);
  if (choices) {
    return <Select label="Value" data={choices} value={value || null} onChange={(next) => onChange(next ?? '')} />;
  }
  const hint = operator.startsWith('confidence') ? '0.5' : metric?.dispositionMetricType === 'DATETIME' ? '2026-03-01T00:00:00Z' : '';
  return <TextInput label="Value" placeholder={hint} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
}

function optionsOf(operator: string, metric: Metric | undefined) {
  if (operator === 'missing') return YES_NO;
  if (operator === 'status') return STATUSES;
  if (operator !== '' && operator !== 'ne') return null;
  if (metric?.dispositionMetricType === 'BOOLEAN') return YES_NO;
  return metric?.dispositionMetricType === 'ENUM' ? (metric.choices ?? []).map((choice) => ({ value: choice, label: choice })) : null;
}
