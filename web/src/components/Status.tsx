import { Badge } from '@mantine/core';

const COLOURS: Record<string, string> = {
  completed: 'teal',
  delivered: 'teal',
  done: 'teal',
  enabled: 'teal',
  ready: 'teal',
  running: 'blue',
  sending: 'blue',
  starting: 'blue',
  queued: 'yellow',
  waiting: 'yellow',
  paused: 'yellow',
  no_answer: 'yellow',
  busy: 'yellow',
  failed: 'red',
  not_ready: 'red',
  dead: 'red',
  disabled: 'red',
};

/** States whose name in the API is not what pages call them. */
const WORDS: Record<string, string> = { queued: 'waiting', dead: 'given up' };

/** A state in a word. The word says it; the colour only helps. */
export function Status({ state }: { state: string }) {
  return (
    <Badge color={COLOURS[state] ?? 'gray'} size="sm">
      {WORDS[state] ?? state.replaceAll('_', ' ')}
    </Badge>
  );
}
