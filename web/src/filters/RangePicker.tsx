import { Button, Group, Popover, Skeleton, Stack, UnstyledButton } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import dayjs from 'dayjs';
import { lazy, Suspense, useState } from 'react';
import { spanIn, type Filters } from '../lib/filters';
import { date, dateTime } from '../lib/format';
import { RANGES, type Range } from '../lib/ranges';
import classes from './RangePicker.module.css';

const Days = lazy(() => import('./Days'));

interface Props {
  filters: Filters;
  fallback: Range;
  onChange: (change: Pick<Filters, 'range' | 'from' | 'to'>) => void;
}

/** A span of days: one of the usual ones, or any. */
export function RangePicker({ filters, fallback, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const own = filters.from !== undefined || filters.to !== undefined;
  const span = spanIn(filters, fallback, new Date());
  const [days, setDays] = useState<[string | null, string | null]>([null, null]);
  const choose = (change: Pick<Filters, 'range' | 'from' | 'to'>) => {
    onChange({ range: undefined, from: undefined, to: undefined, ...change });
    setOpen(false);
  };
  const pick = (next: [string | null, string | null]) => {
    setDays(next);
    const [first, last] = next;
    if (!first || !last) return;
    choose({ from: dayjs(first).toISOString(), to: dayjs(last).add(1, 'day').toISOString() });
    setDays([null, null]);
  };
  const name = own && span ? spanWords(span.from, span.to) : RANGES[filters.range ?? fallback];
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconCalendar size={16} />} onClick={() => setOpen(!open)} aria-label={`Time: ${name}`}>
          {name}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Group align="flex-start" gap="md" className={classes.both}>
          <Stack gap={2}>
            {Object.entries(RANGES).map(([range, words]) => (
              <UnstyledButton
                key={range}
                className={classes.range}
                aria-pressed={!own && range === (filters.range ?? fallback)}
                onClick={() => choose({ range: range as Range })}
              >
                {words}
              </UnstyledButton>
            ))}
          </Stack>
          <Suspense fallback={<Skeleton width={252} height={276} />}>
            <Days value={days} onChange={pick} />
          </Suspense>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Whole days by their names, anything else with its times. */
function spanWords(from: Date, to: Date): string {
  const whole = [from, to].every((instant) => dayjs(instant).startOf('day').isSame(instant));
  if (!whole) return `${from.getTime() > 0 ? dateTime(from) : 'Until'} – ${dateTime(to)}`;
  const last = dayjs(to).subtract(1, 'day').toDate();
  return dayjs(from).isSame(last, 'day') ? date(from) : `${date(from)} – ${date(last)}`;
}
