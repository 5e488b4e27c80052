import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { deliveryPage } from '../api/webhooks';
import { DataTable } from '../components/DataTable';
import { Lines } from '../components/Lines';
import { TextLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { Status } from '../components/Status';
import { Time } from '../components/Time';

export function CallDeliveries({ callId }: { callId: string }) {
  const query = useQuery(deliveryPage({ callId, limit: '100' }));
  return (
    <Loaded query={query} skeleton={<Lines rows={2} />}>
      {({ deliveries }) =>
        deliveries.length === 0 ? (
          <Text size="sm" c="dimmed">
            No webhook was told of this call.
          </Text>
        ) : (
          <DataTable
            label="List of deliveries"
            head={
              <Table.Tr>
                <Table.Th>Event</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Attempts</Table.Th>
                <Table.Th>Last change</Table.Th>
              </Table.Tr>
            }
          >
            {deliveries.map((delivery) => (
              <Table.Tr key={delivery.id}>
                <Table.Td>
                  <TextLink to="/webhooks/$webhookId" params={{ webhookId: delivery.webhookId }} search={{ delivery: delivery.id }} size="sm">
                    {delivery.event}
                  </TextLink>
                </Table.Td>
                <Table.Td>
                  <Status state={delivery.state} />
                </Table.Td>
                <Table.Td>{delivery.attempts}</Table.Td>
                <Table.Td>
                  <Time at={delivery.updatedAt} />
                </Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )
      }
    </Loaded>
  );
}
