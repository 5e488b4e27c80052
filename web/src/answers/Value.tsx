import { Text, Tooltip } from '@mantine/core';
import type { Answer } from '../api/schema';
import { statusWords, valueText } from '../lib/answers';
import { dateTime, ZONE } from '../lib/format';

/** The value of an answer, or why there is none. */
export function Value({ answer, strong }: { answer: Answer; strong?: boolean }) {
  const text = valueText(answer);
  if (text === null) {
    const colour = answer.status === 'failed' ? 'red' : 'dimmed';
    const words = (
      <Text span size="sm" c={colour} fs="italic">
        {statusWords(answer.status)}
      </Text>
    );
    return answer.status === 'failed' ? <Tooltip label={answer.reasoning}>{words}</Tooltip> : words;
  }
  const shown = (
    <Text span size="sm" fw={strong ? 600 : undefined}>
      {text}
    </Text>
  );
  const zone = answer.datetime?.timezone;
  if (typeof answer.value !== 'string' || !zone || zone === ZONE || answer.datetime?.precision === 'day') return shown;
  return <Tooltip label={`${dateTime(answer.value, zone)} in ${zone.replaceAll('_', ' ')}`}>{shown}</Tooltip>;
}
