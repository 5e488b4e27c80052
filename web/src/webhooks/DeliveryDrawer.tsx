import { Button, Code, Drawer, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DeliveryAttempt } from '../api/schema';
import { deliveryQuery, replayDelivery } from '../api/webhooks';
import { useAct } from '../components/act';
import { Copy } from '../components/Copy';
import { Facts } from '../components/Facts';
import { Lines } from '../components/Lines';
import { TextLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { useSession } from '../components/session';
import { Status } from '../components/Status';
import { Time } from '../components/Time';
import { milliseconds } from '../lib/format';
import classes from './DeliveryDrawer.module.css';

/** What was sent, and what came of every attempt. */
export function DeliveryDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { canEdit } = useSession();
  const query = useQuery(deliveryQuery(id));
  const replay = useAct(() => replayDelivery(id), { done: 'It is sent again', changes: [['delivery', id], ['deliveries']] });
  return (
    <Drawer opened onClose={onClose} position="right" size="min(44rem, 100vw)" title="Delivery">
      <Loaded query={query} skeleton={<Lines />}>
        {(delivery) => {
          const payload = delivery.payload == null ? null : JSON.stringify(delivery.payload, null, 2);
          return (
            <Stack>
              <Facts
                facts={[
                  ['Event', delivery.event],
                  ['State', <Status key="s" state={delivery.state} />],
                  [
                    'Call',
                    delivery.callId && (
                      <TextLink to="/calls/$callId" params={{ callId: delivery.callId }} size="sm">
                        {delivery.callId}
                      </TextLink>
                    ),
                  ],
                  ['Attempts', delivery.attempts],
                  ['Next attempt', delivery.nextAt && <Time at={delivery.nextAt} />],
                  ['Delivered', delivery.deliveredAt && <Time at={delivery.deliveredAt} />],
                  ['Id', <span key="i" className="mono">{delivery.id}</span>],
                ]}
              />
              {canEdit && delivery.state !== 'sending' && (
                <Group>
                  <Button size="xs" variant="default" onClick={() => replay.mutate(undefined)} loading={replay.isPending}>
                    Send again
                  </Button>
                </Group>
              )}
              <div>
                <Text fw={600} size="sm" component="h3" m={0}>
                  Attempts
                </Text>
                {delivery.log.length === 0 && (
                  <Text size="sm" c="dimmed">
                    None yet.
                  </Text>
                )}
                {delivery.log.map((attempt) => (
                  <Attempt key={attempt.number} attempt={attempt} />
                ))}
              </div>
              <div>
                <Group justify="space-between">
                  <Text fw={600} size="sm" component="h3" m={0}>
                    Payload
                  </Text>
                  {payload && <Copy text={payload} what="the payload" />}
                </Group>
                {payload ? (
                  <Code block className={classes.code}>
                    {payload}
                  </Code>
                ) : (
                  <Text size="sm" c="dimmed">
                    Its call was deleted.
                  </Text>
                )}
              </div>
            </Stack>
          );
        }}
      </Loaded>
    </Drawer>
  );
}

function Attempt({ attempt }: { attempt: DeliveryAttempt }) {
  const { number, startedAt, milliseconds: took, status, error, body, cut, headers } = attempt;
  return (
    <details className={classes.attempt}>
      <summary>
        <span>#{number}</span> <strong>{status ?? 'no answer'}</strong> {error && <span className={classes.error}>{error}</span>}{' '}
        <Text span size="xs" c="dimmed">
          <Time at={startedAt} /> · {milliseconds(took)}
        </Text>
      </summary>
      <Code block className={classes.code}>
        {headers.map(([name, value]) => `${name}: ${value}`).join('\n')}
        {`\n\n${body}${cut ? ' …' : ''}`}
      </Code>
    </details>
  );
}
