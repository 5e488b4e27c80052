import { ActionIcon, Autocomplete, Select, Skeleton, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import type { MetricFilter } from '../lib/filters';
import { readInstant } from '../lib/instants';
import type { Metric } from '../lib/metrics';
import { emptyFilter, operatorOptions } from '../lib/operators';
import classes from './filters.module.css';

const Instant = lazy(() => import('./Instant'));

interface Props {
  filter: MetricFilter;
  metrics: Metric[];
  onChange: (filter: MetricFilter) => void;
  onRemove: () => void;
}

export function MetricFilterRow({ filter, metrics, onChange, onRemove }: Props) {
  const metric = metrics.find(({ identifier }) => identifier === filter.identifier);
  return (
    <div className={classes.metric}>
      <Autocomplete
        label="Metric"
        data={metrics.map(({ identifier }) => identifier)}
        value={filter.identifier}
        onChange={(identifier) => onChange(emptyFilter(identifier, metrics))}
      />
      <Select
        label="Comparison"
        data={operatorOptions(metric, filter.operator)}
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
  if (isInstant(operator, value, metric)) {
    return (
      <Suspense fallback={<Skeleton height={36} />}>
        <Instant label="Value" value={value} onChange={onChange} />
      </Suspense>
    );
  }
  const hint = operator.startsWith('confidence') ? '0.5' : '';
  return <TextInput label="Value" placeholder={hint} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** A metric that no call here has is known by what its filter says. */
function isInstant(operator: string, value: string, metric: Metric | undefined) {
  if (operator.startsWith('confidence')) return false;
  return metric ? metric.dispositionMetricType === 'DATETIME' : readInstant(value) !== null;
}

function optionsOf(operator: string, metric: Metric | undefined) {
  if (operator === 'missing') return YES_NO;
  if (operator === 'status') return STATUSES;
  if (operator !== '' && operator !== 'ne') return null;
  if (metric?.dispositionMetricType === 'BOOLEAN') return YES_NO;
  return metric?.dispositionMetricType === 'ENUM' ? (metric.choices ?? []).map((choice) => ({ value: choice, label: choice })) : null;
}
