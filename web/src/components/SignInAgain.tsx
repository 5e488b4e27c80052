import { Button, Modal, Text } from '@mantine/core';
import { useDidUpdate, useWindowEvent } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { askSession, changeSession, resumeSession } from '../api/session';
import { KeyForm } from './KeyForm';

/** The question for the key over a page whose session has ended: what was typed there is not lost. */
export function SignInAgain({ opened }: { opened: boolean }) {
  const client = useQueryClient();
  // What is open below would hear the key too, and close. This listener is older than theirs.
  useWindowEvent('keydown', (event) => opened && event.key === 'Escape' && event.stopImmediatePropagation(), { capture: true });
  // Somebody may have signed in in another window of this browser.
  useWindowEvent('focus', () => opened && void askSession().then((session) => resumeSession(client, session), () => undefined));
  // The button that was pressed loses the focus while it waits for the server, so that the dialog cannot know where to give it back.
  const last = useRef<HTMLElement>(null);
  useWindowEvent('focusin', ({ target }) => {
    if (!opened && target instanceof HTMLElement) last.current = target;
  });
  useDidUpdate(() => {
    if (!opened) last.current?.focus({ preventScroll: true });
  }, [opened]);
  return (
    <Modal
      opened={opened}
      returnFocus={false}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Sign in again"
      centered
      zIndex={500}
      overlayProps={{ blur: 3 }}
    >
      <Text size="sm" mb="md">
        Your session has ended, and what you sent last was not taken. The page stays as it is: sign in, and go on.
      </Text>
      <KeyForm
        onSignedIn={(session) => resumeSession(client, session)}
        beside={
          <Button variant="default" onClick={() => changeSession(client, null)}>
            Sign out
          </Button>
        }
      />
    </Modal>
  );
}
