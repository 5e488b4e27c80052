import { Anchor, Paper, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { changeSession } from '../api/session';
import { KeyForm } from './KeyForm';
import { Logo } from './Logo';
import classes from './SignIn.module.css';

export function SignIn() {
  const client = useQueryClient();
  return (
    <main className={classes.page}>
      <Paper className={classes.card} p="xl" shadow="sm">
        <Stack>
          <Logo />
          <div>
            <Title order={1}>Sign in</Title>
            <Text c="dimmed" size="sm" mt={4}>
              With a key of this server. The first one was printed when the server started for the first time.
            </Text>
          </div>
          <KeyForm onSignedIn={(session) => changeSession(client, session)} />
          <Text size="xs" c="dimmed">
            No key? An admin makes one under Keys, or on the machine itself with <code>aftercall key create</code>. The API is
            described <Anchor href="/v1/docs" inherit underline="always">here</Anchor>.
          </Text>
        </Stack>
      </Paper>
    </main>
  );
}
