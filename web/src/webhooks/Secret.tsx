import { Button, Code, Group, NumberInput, Modal, Stack, Text } from '@mantine/core';
import { useQueryClient, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { readSecret, rotateSecret } from '../api/webhooks';
import { useAct } from '../components/act';
import { Copy } from '../components/Copy';
import { ErrorNote } from '../components/ErrorNote';
import { Time } from '../components/Time';

/** The signing secret. It is read when somebody asks to see it, and forgotten with the page. */
export function Secret({ webhookId }: { webhookId: string }) {
  const client = useQueryClient();
  const [shown, setShown] = useState(false);
  const [rotating, setRotating] = useState(false);
  const key = ['secret', webhookId];
  const query = useQuery({ queryKey: key, queryFn: () => readSecret(webhookId), enabled: shown, gcTime: 0, staleTime: Infinity });
  const [hours, setHours] = useState<number | string>(24);
  const rotate = useAct(() => rotateSecret(webhookId, Number(hours)), {
    done: 'The secret is replaced',
    then: (secret) => {
      client.setQueryData(key, secret);
      setShown(true);
      setRotating(false);
    },
  });
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        Deliveries are signed with it, so that the receiver knows who sent them.
      </Text>
      {shown && query.data && (
        <>
          <SecretLine name="As a text, for X-Signature" secret={query.data.secret} />
          <SecretLine name="For libraries of Standard Webhooks" secret={query.data.standard} />
          {query.data.previous.map((old) => (
            <Text key={old.secret} size="xs" c="dimmed">
              The one before signs beside it until <Time at={old.expiresAt} />
            </Text>
          ))}
        </>
      )}
      {query.error && <ErrorNote error={query.error} />}
      <Group gap="xs">
        <Button variant="default" size="xs" onClick={() => setShown(!shown)} loading={query.isFetching}>
          {shown ? 'Hide' : 'Show the secret'}
        </Button>
        <Button variant="default" size="xs" onClick={() => setRotating(true)}>
          Rotate
        </Button>
      </Group>
      {rotating && (
        <Modal opened onClose={() => setRotating(false)} title="Replace the secret?">
          <Stack>
            <Text size="sm">
              A new secret signs from now on. For some hours the old one signs beside it in <Code>webhook-signature</Code>, so that the receiver can be
              given the new one without a gap; <Code>X-Signature</Code> has the new one alone at once.
            </Text>
            <NumberInput label="Hours with both" min={0} max={720} value={hours} onChange={setHours} />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={() => setRotating(false)} data-autofocus>
                Cancel
              </Button>
              <Button color="red.8" onClick={() => rotate.mutate(undefined)} loading={rotate.isPending}>
                Replace
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </Stack>
  );
}

function SecretLine({ name, secret }: { name: string; secret: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Group gap={6} wrap="nowrap">
        <Code style={{ wordBreak: 'break-all' }}>{secret}</Code>
        <Copy text={secret} what="the secret" />
      </Group>
    </div>
  );
}
