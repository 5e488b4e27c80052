import { Button, Divider, Drawer, Group, NumberInput, Select, TagsInput, Text } from '@mantine/core';
import { useState } from 'react';
import { metricFilters, metricKey, outsidePanel, type Filters, type MetricFilter } from '../lib/filters';
import type { Metric } from '../lib/metrics';
import { emptyFilter } from '../lib/operators';
import { MetricFilterRow } from './MetricFilterRow';
import classes from './filters.module.css';

interface Props {
  filters: Filters;
  /** Metrics to choose from. */
  metrics: Metric[];
  onApply: (filters: Filters) => void;
  onClose: () => void;
}

const STATUSES = ['completed', 'no_answer', 'busy', 'failed', 'cancelled', 'in_progress'];
const TYPES = ['telephony_inbound', 'telephony_outbound', 'webcall', 'chat'];
const EITHER = { finished: 'Finished', analysed: 'Analysed', isRetry: 'Retry of an earlier call', isTest: 'Test call' } as const;

/** Every filter on facts and on what was answered. */
export function FilterDrawer({ filters, metrics, onApply, onClose }: Props) {
  const [facts, setFacts] = useState<Filters>(() => withoutMetrics(filters));
  const [rows, setRows] = useState<MetricFilter[]>(() => metricFilters(filters));
  const set = (change: Partial<Filters>) => setFacts((before) => ({ ...before, ...change }));
  const seconds = (value: string | number) => (value === '' ? undefined : String(value));
  const apply = () => {
    const whole = rows.filter(({ identifier, value }) => identifier !== '' && value !== '');
    const answers = Object.fromEntries(whole.map(({ identifier, operator, value }) => [metricKey(identifier, operator), value]));
    onApply({ ...facts, ...answers });
    onClose();
  };
  return (
    <Drawer opened onClose={onClose} position="right" size="min(38rem, 100vw)" title="Filters">
      <form noValidate
        className={classes.fields}
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <Text fw={600} component="h3" m={0}>
          What was answered
        </Text>
        {rows.map((row, at) => (
          <MetricFilterRow
            key={at}
            filter={row}
            metrics={metrics}
            onChange={(next) => setRows(rows.with(at, next))}
            onRemove={() => setRows(rows.filter((_, other) => other !== at))}
          />
        ))}
        <Group>
          <Button
            variant="default"
            size="xs"
            onClick={() => setRows([...rows, emptyFilter(metrics[0]?.identifier ?? '', metrics)])}
            disabled={rows.length >= 20}
          >
            Add a metric
          </Button>
        </Group>
        <Divider />
        <Text fw={600} component="h3" m={0}>
          The call
        </Text>
        <TagsInput label="Status" data={STATUSES} value={facts.status ?? []} onChange={(status) => set({ status })} clearable />
        <TagsInput label="Type" data={TYPES} value={facts.type ?? []} onChange={(type) => set({ type })} clearable />
        <TagsInput
          label="Ended by"
          value={facts.disconnectionReason ?? []}
          onChange={(disconnectionReason) => set({ disconnectionReason })}
          placeholder="user_hangup"
          clearable
        />
        <TagsInput label="Campaign" value={facts.campaignId ?? []} onChange={(campaignId) => set({ campaignId })} clearable />
        <div className={classes.pair}>
          <NumberInput
            label="Length at least"
            placeholder="Seconds"
            suffix=" s"
            min={0}
            allowDecimal={false}
            value={facts.minSeconds ?? ''}
            onChange={(value) => set({ minSeconds: seconds(value) })}
          />
          <NumberInput
            label="Length below"
            placeholder="Seconds"
            suffix=" s"
            min={0}
            allowDecimal={false}
            value={facts.maxSeconds ?? ''}
            onChange={(value) => set({ maxSeconds: seconds(value) })}
          />
        </div>
        <div className={classes.pair}>
          {(Object.entries(EITHER) as [keyof typeof EITHER, string][]).map(([name, label]) => (
            <Select
              key={name}
              label={label}
              placeholder="Either"
              data={[
                { value: 'true', label: 'Yes' },
                { value: 'false', label: 'No' },
              ]}
              value={facts[name] ?? null}
              onChange={(value) => set({ [name]: value ?? undefined })}
              clearable
            />
          ))}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => onApply(outsidePanel(filters))}>
            Clear
          </Button>
          <Button type="submit">Apply</Button>
        </Group>
      </form>
    </Drawer>
  );
}

function withoutMetrics(filters: Filters): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([name]) => !name.startsWith('metric.')));
}
