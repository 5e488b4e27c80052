import { Link } from '@tanstack/react-router';
import dayjs from 'dayjs';
import { useState } from 'react';
import { date, LOCALE, plural } from '../lib/format';
import type { Filters } from '../lib/filters';
import type { Search } from '../lib/search';
import classes from './Calendar.module.css';
import { useRoving } from './roving';

interface Props {
  label: string;
  days: { day: string; count: number }[];
  /** The calls whose answer falls on a day. */
  searchOf: (from: Date, to: Date) => Search;
}

const MOST_WEEKS = 53;

/** Days as squares, a week a column; the more answers fall on a day, the stronger it is. */
export function Calendar({ label, days, searchOf }: Props) {
  const [pointed, setPointed] = useState<string | null>(null);
  const counts = new Map(days.map(({ day, count }) => [day, count]));
  const roving = useRoving(days.length);
  if (days.length === 0) return null;
  const names = days.map(({ day }) => day).sort();
  const last = dayjs(names.at(-1));
  const earliest = last.subtract(MOST_WEEKS - 1, 'week');
  const first = dayjs(names[0]).isBefore(earliest) ? earliest : dayjs(names[0]);
  const start = monday(first);
  const weeks = monday(last).diff(start, 'week') + 1;
  const top = Math.max(...days.map(({ count }) => count));
  // The marks in the order of their days, as the arrow keys go.
  const marks = names.filter((name) => !dayjs(name).isBefore(start));
  return (
    <figure className={classes.figure} aria-label={label}>
      <figcaption className={classes.caption} aria-hidden="true">
        {pointed ?? `${date(first.toDate())} – ${date(last.toDate())}`}
      </figcaption>
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the marks in it have the focus */}
      <div className={classes.grid} onKeyDown={roving.onKeyDown} onMouseLeave={() => setPointed(null)}>
        {Array.from({ length: weeks * 7 }, (_, at) => {
          const day = start.add(at, 'day');
          const name = day.format('YYYY-MM-DD');
          const count = counts.get(name) ?? 0;
          if (count === 0) return <span key={at} className={classes.day} />;
          const place = marks.indexOf(name);
          const words = `${new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full' }).format(day.toDate())}: ${plural(count, 'call')}`;
          return (
            <Link
              key={at}
              to="/calls"
              search={searchOf(day.toDate(), day.add(1, 'day').toDate()) as Filters}
              className={classes.day}
              style={{ '--strength': 0.35 + 0.65 * (count / top) } as React.CSSProperties}
              data-mark
              data-count={count}
              tabIndex={roving.tabIndex(place)}
              aria-label={words}
              onFocus={() => {
                roving.onFocus(place);
                setPointed(words);
              }}
              onMouseEnter={() => setPointed(words)}
              onBlur={() => setPointed(null)}
            />
          );
        })}
      </div>
    </figure>
  );
}

const monday = (day: dayjs.Dayjs) => day.subtract((day.day() + 6) % 7, 'day').startOf('day');
