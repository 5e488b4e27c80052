import { Anchor, Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { changeSession, signIn } from '../api/session';
import { ApiError, wordsOf } from '../api/problem';
import { focusWrong } from './forms';
import { Logo } from './Logo';
import classes from './SignIn.module.css';

export function SignIn() {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { key: '' },
    validate: { key: (key) => (key.trim() === '' ? 'Enter your key' : null) },
  });
  const submit = form.onSubmit(async ({ key }) => {
    try {
      changeSession(client, await signIn(key.trim()));
    } catch (error) {
      form.setFieldError('key', reason(error));
    }
  }, focusWrong(form));
  return (
    <main className={classes.page}>
      <Paper className={classes.card} p="xl" shadow="sm">
        <form noValidate onSubmit={submit}>
          <Stack>
            <Logo />
            <div>
              <Title order={1}>Sign in</Title>
              <Text c="dimmed" size="sm" mt={4}>
                With a key of this server. The first one was printed when the server started for the first time.
              </Text>
            </div>
            <PasswordInput
              label="API key"
              placeholder="sk_…"
              autoComplete="current-password"
              data-autofocus
              size="md"
              {...form.getInputProps('key')}
            />
            <Button type="submit" size="md" loading={form.submitting}>
              Sign in
            </Button>
            <Text size="xs" c="dimmed">
              No key? An admin makes one under Keys, or on the machine itself with <code>aftercall key create</code>. The API is
              described <Anchor href="/v1/docs" inherit underline="always">here</Anchor>.
            </Text>
          </Stack>
        </form>
      </Paper>
    </main>
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
