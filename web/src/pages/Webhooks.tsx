import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { agentNames } from '../api/agents';
import type { Webhook } from '../api/schema';
import { webhookList } from '../api/webhooks';
import { DataTable } from '../components/DataTable';
import { Lines } from '../components/Lines';
import { TextLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { Nothing } from '../components/Nothing';
import { Page } from '../components/Page';
import { useSession } from '../components/session';
import { Status } from '../components/Status';
import { Time } from '../components/Time';
import { subscribed } from '../webhooks/events';
import { WebhookDialog } from '../webhooks/WebhookDialog';

export function Webhooks() {
  const { canEdit } = useSession();
  const navigate = useNavigate();
  const query = useQuery(webhookList);
  const [creating, setCreating] = useState(false);
  const create = canEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
      Create webhook
    </Button>
  );
  return (
    <Page title="Webhooks" text="Addresses that are told when a call has been analysed, or something else has happened." actions={create}>
      <Loaded query={query} skeleton={<Lines rows={4} />}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <Nothing icon={<IconWebhook />} title="No webhook yet" action={create}>
              Give an address of your own, and every answer is sent there as soon as it is there, signed and tried again until it arrives.
            </Nothing>
          ) : (
            <DataTable
              label="Webhooks"
              head={
                <Table.Tr>
                  <Table.Th scope="col">Address</Table.Th>
                  <Table.Th scope="col">Status</Table.Th>
                  <Table.Th scope="col">Events</Table.Th>
                  <Table.Th scope="col">Agents</Table.Th>
                  <Table.Th scope="col">Created</Table.Th>
                </Table.Tr>
              }
            >
              {webhooks.map((webhook) => (
                <Row key={webhook.id} webhook={webhook} />
              ))}
            </DataTable>
          )
        }
      </Loaded>
      {creating && (
        <WebhookDialog
          onClose={() => setCreating(false)}
          onDone={({ id }) => void navigate({ to: '/webhooks/$webhookId', params: { webhookId: id } })}
        />
      )}
    </Page>
  );
}

function Row({ webhook }: { webhook: Webhook }) {
  const { data: names = [] } = useQuery(agentNames);
  const { events, agents } = subscribed(webhook);
  const shown = agents.map((id) => names.find(({ _id }) => _id === id)?.name ?? id);
  return (
    <Table.Tr>
      <Table.Td>
        <TextLink to="/webhooks/$webhookId" params={{ webhookId: webhook.id }} size="sm" fw={550}>
          {webhook.url}
        </TextLink>
        <Text size="xs" c="dimmed" lineClamp={1}>
          {webhook.description}
        </Text>
      </Table.Td>
      <Table.Td>
        <Status state={webhook.status === 'enabled' && webhook.paused ? 'paused' : webhook.status} />
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {events.map((event) => (
            <Badge key={event} color="gray" size="sm">
              {event}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>{shown.length === 0 ? 'all' : shown.join(', ')}</Table.Td>
      <Table.Td>
        <Time at={webhook.createdAt} />
      </Table.Td>
    </Table.Tr>
  );
}
