import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { metricFilters, metricKey, type Filters } from '../lib/filters';
import { duration } from '../lib/format';
import { metricFilterWords } from '../lib/operators';
import classes from './filters.module.css';

interface Props {
  filters: Filters;
  onChange: (change: Partial<Filters>) => void;
}

/** The filters that are set, in words, each with a way to take it away. */
export function Chips({ filters, onChange }: Props) {
  const chips = chipsOf(filters);
  if (chips.length === 0) return null;
  return (
    <div className={classes.chips} role="group" aria-label="Filters that are set">
      {chips.map(({ words, without }) => (
        <span key={words} className={classes.chip}>
          {words}
          <ActionIcon size="xs" radius="xl" color="pine" aria-label={`Remove filter: ${words}`} onClick={() => onChange(without)}>
            <IconX size={12} />
          </ActionIcon>
        </span>
      ))}
    </div>
  );
}

interface Chip {
  words: string;
  without: Partial<Filters>;
}

const FLAGS = {
  finished: ['not finished', 'finished'],
  analysed: ['not analysed', 'analysed'],
  isRetry: ['no retries', 'retries'],
  isTest: ['no tests', 'tests'],
} as const;

const LISTS = { type: 'type', status: 'status', disconnectionReason: 'ended by', campaignId: 'campaign' } as const;

function chipsOf(filters: Filters): Chip[] {
  const chips: Chip[] = [];
  for (const [name, words] of Object.entries(LISTS) as [keyof typeof LISTS, string][]) {
    const values = filters[name];
    if (values?.length) chips.push({ words: `${words} ${values.join(' or ')}`, without: { [name]: undefined } });
  }
  for (const [name, [no, yes]] of Object.entries(FLAGS) as [keyof typeof FLAGS, readonly [string, string]][]) {
    if (filters[name]) chips.push({ words: filters[name] === 'true' ? yes : no, without: { [name]: undefined } });
  }
  if (filters.minSeconds) chips.push({ words: `length at least ${duration(Number(filters.minSeconds))}`, without: { minSeconds: undefined } });
  if (filters.maxSeconds) chips.push({ words: `length below ${duration(Number(filters.maxSeconds))}`, without: { maxSeconds: undefined } });
  for (const filter of metricFilters(filters)) {
    chips.push({ words: metricFilterWords(filter), without: { [metricKey(filter.identifier, filter.operator)]: undefined } });
  }
  return chips;
}
