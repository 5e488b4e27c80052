import { Group, Text } from '@mantine/core';
import type { Answer } from '../api/schema';
import { TypeChip } from '../components/TypeChip';
import { Confidence } from './Confidence';
import { Value } from './Value';
import classes from './AnswerBlock.module.css';

/** An answer with all that stands behind it, where the transcript is not beside it. */
export function AnswerBlock({ answer }: { answer: Answer }) {
  return (
    <div className={classes.answer}>
      <Group gap="xs">
        <span className={classes.name}>{answer.identifier}</span>
        <TypeChip type={answer.dispositionMetricType} />
      </Group>
      <Group gap="sm" mt={4}>
        <Value answer={answer} strong />
        {answer.confidence > 0 && <Confidence value={answer.confidence} of={answer.value == null ? 'no value' : 'this value'} />}
      </Group>
      {answer.evidence.length > 0 ? (
        answer.evidence.map(({ turn, quote }) => (
          <blockquote key={`${turn} ${quote}`} className={classes.quote}>
            <Text span size="xs" c="dimmed">
              Turn {turn}{' '}
            </Text>
            {quote}
          </blockquote>
        ))
      ) : (
        <Text size="xs" c="dimmed" mt={4}>
          {answer.reasoning}
        </Text>
      )}
    </div>
  );
}
