import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ReactNode } from 'react';
import { ApiError, wordsOf } from '../api/problem';
import type { Session } from '../api/schema';
import { signIn } from '../api/session';
import { focusWrong } from './forms';

interface Props {
  onSignedIn: (session: Session) => void;
  /** Stands before the button; without it the button takes the whole line. */
  beside?: ReactNode;
}

/** Asks for a key and signs in with it. */
export function KeyForm({ onSignedIn, beside }: Props) {
  const form = useForm({
    initialValues: { key: '' },
    validate: { key: (key) => (key.trim() === '' ? 'Enter your key' : null) },
  });
  const submit = form.onSubmit(async ({ key }) => {
    try {
      const session = await signIn(key.trim());
      form.reset();
      onSignedIn(session);
    } catch (error) {
      form.setFieldError('key', reason(error));
    }
  }, focusWrong(form));
  const button = (
    <Button type="submit" size={beside ? 'sm' : 'md'} loading={form.submitting}>
      Sign in
    </Button>
  );
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        <PasswordInput
          label="API key"
          placeholder="sk_…"
          autoComplete="current-password"
          data-autofocus
          size="md"
          {...form.getInputProps('key')}
        />
        {beside ? (
          <Group justify="space-between" gap="xs">
            {beside}
            {button}
          </Group>
        ) : (
          button
        )}
      </Stack>
    </form>
  );
}

function reason(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return 'The server does not know this key. It may have been revoked.';
  if (error instanceof ApiError && error.status === 403) {
    return 'This key may only send calls in. Sign in with a viewer, editor or admin key.';
  }
  const { title, detail } = wordsOf(error);
  return title === detail ? title : `${title}. ${detail}`;
}
