import { Text } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import classes from './Advice.module.css';

/** What the server advises on a prompt. It never holds anybody up. */
export function Advice({ messages, waiting, wrong }: { messages: string[]; waiting: boolean; wrong: boolean }) {
  return (
    <div aria-live="polite" className={classes.advice}>
      {messages.length === 0 ? (
        <Text size="xs" c="dimmed">
          {waiting ? 'Comes while you write.' : wrong ? 'Comes when what is marked is mended.' : 'Nothing to add.'}
        </Text>
      ) : (
        <ul className={classes.list}>
          {messages.map((message) => (
            <li key={message}>
              <IconBulb size={15} aria-hidden="true" />
              <span>{sentence(message)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const sentence = (message: string) => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
