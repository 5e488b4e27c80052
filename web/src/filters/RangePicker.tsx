import { Button, Popover, Skeleton, UnstyledButton } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import dayjs from 'dayjs';
import { lazy, Suspense, useState } from 'react';
import { spanIn, type Filters } from '../lib/filters';
import { date, dateTime } from '../lib/format';
import { daysOf, RANGES, type Range } from '../lib/ranges';
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
  // The first day of a new span, until the last one is chosen too.
  const [first, setFirst] = useState<string | null>(null);
  const toggle = (next: boolean) => {
    setOpen(next);
    setFirst(null);
  };
  const choose = (change: Pick<Filters, 'range' | 'from' | 'to'>) => {
    onChange({ range: undefined, from: undefined, to: undefined, ...change });
    toggle(false);
  };
  const pick = ([begin, end]: [string | null, string | null]) => {
    if (begin && end) choose({ from: dayjs(begin).toISOString(), to: dayjs(end).add(1, 'day').toISOString() });
    else setFirst(begin);
  };
  const name = own && span ? spanWords(span.from, span.to) : RANGES[filters.range ?? fallback];
  return (
    <Popover opened={open} onChange={toggle} position="bottom-start" middlewares={{ size: true }} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" classNames={{ root: classes.button, label: classes.label }} leftSection={<IconCalendar size={16} />} onClick={() => toggle(!open)} aria-label={`Time: ${name}`}>
          {name}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown}>
        <div className={classes.both}>
          <div className={classes.ranges}>
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
          </div>
          <Suspense fallback={<Skeleton width={252} height={276} />}>
            <Days value={first ? [first, null] : daysOf(span)} onChange={pick} />
          </Suspense>
        </div>
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
