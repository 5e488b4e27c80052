import { Tooltip } from '@mantine/core';
import { percent } from '../lib/format';
import classes from './Confidence.module.css';

/** How sure the answer is: a short bar and its share. */
export function Confidence({ value, of }: { value: number; of: string }) {
  const sure = value >= 0.8 ? 'high' : value >= 0.5 ? 'middling' : 'low';
  return (
    <Tooltip label={`Confidence is ${sure}: the probability that ${of} is right`}>
      <span className={classes.confidence}>
        <span className={classes.track} aria-hidden="true">
          <span className={classes.bar} data-sure={sure} style={{ width: `${Math.round(value * 100)}%` }} />
        </span>
        {percent(value)}
      </span>
    </Tooltip>
  );
}
