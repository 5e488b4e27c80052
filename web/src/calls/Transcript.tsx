import { Text, UnstyledButton } from '@mantine/core';
import type { Evidence, Turn } from '../api/schema';
import { clock } from '../lib/format';
import { highlighted } from '../lib/highlight';
import classes from './Transcript.module.css';

interface Props {
  turns: Turn[];
  /** What the answer that is pointed at rests on. */
  evidence: Evidence[];
  /** Plays the recording from there, where there is one. */
  onSeek: ((seconds: number) => void) | null;
  /** Goes back to the answer that one came from. */
  onBack: () => void;
  /** The turn that one came to loses the focus. */
  onLeave: () => void;
}

export const turnId = (turn: number) => `turn-${turn}`;

export function Transcript({ turns, evidence, onSeek, onBack, onLeave }: Props) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a turn has the focus where one came to it from an answer
    <ol className={classes.turns} onKeyDown={({ key }) => key === 'Escape' && onBack()} onBlur={onLeave}>
      {turns.map(({ turn, role, content, start }) => {
        const quotes = evidence.filter((one) => one.turn === turn).map((one) => one.quote);
        return (
          <li key={turn} id={turnId(turn)} tabIndex={-1} className={classes.turn} data-role={role} data-lit={quotes.length > 0 || undefined}>
            <div className={classes.meta}>
              <span className={classes.role}>{role}</span>
              <span>
                {start != null &&
                  (onSeek ? (
                    <UnstyledButton className={classes.seek} onClick={() => onSeek(start)} aria-label={`Play from ${clock(start)}`}>
                      {clock(start)}
                    </UnstyledButton>
                  ) : (
                    clock(start)
                  ))}{' '}
                <Text span inherit aria-label={`Turn ${turn}`}>
                  #{turn}
                </Text>
              </span>
            </div>
            <div>
              {highlighted(content, quotes).map(({ text, marked }, at) =>
                marked ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>,
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
