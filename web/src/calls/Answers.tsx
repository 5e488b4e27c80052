import { Group, Text, UnstyledButton } from '@mantine/core';
import { Confidence } from '../answers/Confidence';
import { Value } from '../answers/Value';
import type { Answer } from '../api/schema';
import { TypeChip } from '../components/TypeChip';
import classes from './Answers.module.css';

interface Props {
  answers: Answer[];
  /** The answer that is pointed at. */
  lit: string | null;
  onPoint: (identifier: string | null) => void;
  onTurn: (turn: number, identifier: string) => void;
}

/** The answers of an analysis. Whichever is pointed at, or has the focus, lights up its evidence in the transcript. */
export function Answers({ answers, lit, onPoint, onTurn }: Props) {
  return (
    <ul className={classes.answers}>
      {answers.map((answer) => (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the buttons in it do the same for the keyboard
        <li
          key={answer.identifier}
          className={classes.answer}
          data-lit={lit === answer.identifier || undefined}
          onMouseEnter={() => onPoint(answer.identifier)}
          onMouseLeave={() => onPoint(null)}
          onFocus={() => onPoint(answer.identifier)}
          onBlur={() => onPoint(null)}
        >
          <Group gap="xs" justify="space-between">
            <Group gap="xs">
              <h3 className={classes.name}>{answer.identifier}</h3>
              <TypeChip type={answer.dispositionMetricType} />
            </Group>
            {answer.confidence > 0 && <Confidence value={answer.confidence} of={answer.value == null ? 'no value' : 'this value'} />}
          </Group>
          <div className={classes.value}>
            <Value answer={answer} strong />
            {answer.datetime && (
              <Text span size="xs" c="dimmed">
                {' '}
                from “{answer.datetime.phrase}”
              </Text>
            )}
          </div>
          {answer.evidence.map(({ turn, quote }) => (
            <UnstyledButton key={`${turn} ${quote}`} className={classes.quote} onClick={() => onTurn(turn, answer.identifier)} aria-label={`Show turn ${turn}: ${quote}`}>
              <span className={classes.turn}>#{turn}</span> {quote}
            </UnstyledButton>
          ))}
          {!isQuoted(answer) && (
            <Text size="xs" c={answer.status === 'failed' ? 'red' : 'dimmed'} mt={4}>
              {answer.reasoning}
            </Text>
          )}
          <details className={classes.prompt}>
            <summary>Prompt</summary>
            {answer.dispositionMetricPrompt}
          </details>
        </li>
      ))}
    </ul>
  );
}

/** A reason that only quotes the evidence says nothing beside it. */
const isQuoted = ({ reasoning, evidence }: Answer) => evidence.some(({ quote }) => reasoning.includes(quote.replace(/[.!?]+$/, '')));
