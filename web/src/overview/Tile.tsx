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
  /** Why there is nothing. */
  nothing?: string | undefined;
  /** A change of a share is told in points. */
  unit?: 'share' | 'points';
  note?: string | undefined;
  to: '/calls' | '/jobs';
  search?: Filters;
}

export function Tile({ name, value, change = null, nothing, unit = 'share', note, to, search }: Props) {
  const Arrow = change !== null && change < 0 ? IconArrowDownRight : IconArrowUpRight;
  const words =
    change === null
      ? nothing
      : change === 0
        ? 'as in the time before'
        : `${unit === 'points' ? `${number(Math.abs(change * 100))} points` : percent(Math.abs(change))} against the time before`;
  return (
    <Link to={to} search={(search ?? {}) as never} className={classes.tile}>
      <span className={classes.name}>{name}</span>
      <span className={classes.value}>{value}</span>
      <Text span size="xs" c="dimmed" className={classes.note}>
        {change !== null && change !== 0 && <Arrow size={14} aria-label={change < 0 ? 'down' : 'up'} />}
        {words}
        {words && note ? ' · ' : ''}
        {note}
      </Text>
    </Link>
  );
}
