import { Text } from '@mantine/core';
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Filters } from '../lib/filters';
import { number, percent } from '../lib/format';
import classes from './Tile.module.css';

interface Props {
  name: string;
  value: string;
  /** Against the time before; null where there is nothing to compare with. */
  change?: number | null;
  /** A change of a share is told in points. */
  unit?: 'share' | 'points';
  note?: string | undefined;
  to: '/calls' | '/jobs';
  search?: Filters;
}

export function Tile({ name, value, change = null, unit = 'share', note, to, search }: Props) {
  const Arrow = change !== null && change < 0 ? IconArrowDownRight : IconArrowUpRight;
  const words = change === null ? null : unit === 'points' ? `${number(Math.abs(change * 100))} points` : percent(Math.abs(change));
  return (
    <Link to={to} search={(search ?? {}) as never} className={classes.tile}>
      <span className={classes.name}>{name}</span>
      <span className={classes.value}>{value}</span>
      <Text span size="xs" c="dimmed" className={classes.note}>
        {words !== null && change !== null && (
          <>
            {change !== 0 && <Arrow size={14} aria-label={change < 0 ? 'down' : 'up'} />}
            {change === 0 ? 'as in the time before' : `${words} against the time before`}
          </>
        )}
        {words !== null && note ? ' · ' : ''}
        {note}
      </Text>
    </Link>
  );
}
