import { Alert, Button, Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import dayjs from 'dayjs';
import { useState } from 'react';
import { agentNames } from '../api/agents';
import { modelsQuery, testEndpoint, usageQuery, } from '../api/models';
import type { ModelEndpoint, ModelSlot, ModelTest, UsageReport } from '../api/schema';
import { useAct } from '../components/act';
import { DataTable } from '../components/DataTable';
import { Facts } from '../components/Facts';
import { Lines } from '../components/Lines';
import { Loaded } from '../components/Loaded';
import { Page } from '../components/Page';
import { Section } from '../components/Section';
import { useSession } from '../components/session';
import { Status } from '../components/Status';
import { cost, count, milliseconds } from '../lib/format';
import classes from './Models.module.css';

const SLOTS: Record<string, string> = {
  internal: 'The server’s own model: what agents use unless they say otherwise',
  reasoning: 'For agents that ask for a reasoning model',
  'agent:*': 'For agents’ own models that have no endpoint of their own',
};

export function Models() {
  const query = useQuery(modelsQuery);
  return (
    <Page title="Models" text="Who answers the questions. The configuration of the server says which endpoint fills which slot.">
      <Loaded query={query} skeleton={<Lines rows={4} height={120} />}>
        {({ slots, endpoints }) => (
          <div className={classes.page}>
            <Section title="Slots">
              <Slots slots={slots} />
            </Section>
            {endpoints.map((endpoint) => (
              <EndpointSection key={endpoint.endpoint} endpoint={endpoint} />
            ))}
            <Usage />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Slots({ slots }: { slots: ModelSlot[] }) {
  return (
    <DataTable
      label="Slots and their endpoints"
      head={
        <Table.Tr>
          <Table.Th scope="col">Slot</Table.Th>
          <Table.Th scope="col">Endpoint</Table.Th>
        </Table.Tr>
      }
    >
      {slots.map(({ slot, endpoint }) => (
        <Table.Tr key={slot}>
          <Table.Td>
            <span className="mono">{slot}</span>
            <Text size="xs" c="dimmed">
              {SLOTS[slot] ?? 'For agents that speak with this model'}
            </Text>
          </Table.Td>
          <Table.Td>
            {endpoint ?? (
              <Text size="sm" c="dimmed">
                none: its calls wait until one is set up
              </Text>
            )}
          </Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}

function EndpointSection({ endpoint }: { endpoint: ModelEndpoint }) {
  const { canEdit } = useSession();
  const [tested, setTested] = useState<ModelTest | null>(null);
  const test = useAct(() => testEndpoint(endpoint.endpoint), { then: setTested, changes: [['models']] });
  return (
    <Section
      title={endpoint.endpoint}
      beside={
        <Group gap="sm">
          <Status state={endpoint.state} />
          {canEdit && (
            <Button size="xs" variant="default" onClick={() => test.mutate(undefined)} loading={test.isPending} aria-label={`Test ${endpoint.endpoint}`}>
              Test
            </Button>
          )}
        </Group>
      }
    >
      {endpoint.reason && (
        <Alert color={endpoint.state === 'starting' ? 'yellow' : 'red'} mb="sm">
          {endpoint.reason}
        </Alert>
      )}
      <Facts
        facts={[
          ['Model', endpoint.model],
          ['Slots', endpoint.slots.join(', ')],
          ['At work', endpoint.busy ? 'yes' : 'no'],
          ['Waiting', count(endpoint.waiting)],
          ['Restarts', endpoint.restarts > 0 ? count(endpoint.restarts) : null],
        ]}
      />
      <div role="status">
        {tested && (
          <Text size="sm" mt="sm" c={tested.ok ? undefined : 'red'}>
            {tested.ok ? `It answered in ${milliseconds(tested.milliseconds)}.` : `It did not answer: ${tested.error ?? 'no reason is known'}`}
          </Text>
        )}
      </div>
    </Section>
  );
}

/** The last 30 days, by agent and endpoint. */
function Usage() {
  const { data: agents = [] } = useQuery(agentNames);
  const today = dayjs();
  const query = useQuery(usageQuery({ from: today.subtract(29, 'day').format('YYYY-MM-DD'), to: today.format('YYYY-MM-DD') }));
  return (
    <Section title="Usage and cost, last 30 days">
      <Loaded query={query} skeleton={<Lines rows={3} />}>
        {(report) =>
          report.days.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nothing was analysed in this time.
            </Text>
          ) : (
            <DataTable
              label="Usage"
              head={
                <Table.Tr>
                  <Table.Th scope="col">Agent</Table.Th>
                  <Table.Th scope="col">Endpoint</Table.Th>
                  <Table.Th scope="col">Analyses</Table.Th>
                  <Table.Th scope="col">Tokens read</Table.Th>
                  <Table.Th scope="col">Written</Table.Th>
                  <Table.Th scope="col">Time</Table.Th>
                  <Table.Th scope="col">Cost</Table.Th>
                </Table.Tr>
              }
            >
              {byAgent(report).map((row) => (
                <Table.Tr key={`${row.agentId} ${row.endpoint}`}>
                  <Table.Td>{agents.find(({ _id }) => _id === row.agentId)?.name ?? row.agentId}</Table.Td>
                  <Table.Td>{row.endpoint}</Table.Td>
                  <Table.Td>{count(row.analyses)}</Table.Td>
                  <Table.Td>{count(row.tokensRead)}</Table.Td>
                  <Table.Td>{count(row.tokensWritten)}</Table.Td>
                  <Table.Td>{milliseconds(row.milliseconds)}</Table.Td>
                  <Table.Td>{cost(row.cost)}</Table.Td>
                </Table.Tr>
              ))}
            </DataTable>
          )
        }
      </Loaded>
    </Section>
  );
}

type Row = UsageReport['days'][number];

/** Days summed up, the busiest first. */
function byAgent({ days }: UsageReport): Row[] {
  const rows = new Map<string, Row>();
  for (const day of days) {
    const key = `${day.agentId} ${day.endpoint}`;
    const row = rows.get(key);
    if (!row) rows.set(key, { ...day });
    else for (const name of ['analyses', 'tokensRead', 'tokensWritten', 'milliseconds', 'cost'] as const) row[name] += day[name];
  }
  return [...rows.values()].sort((a, b) => b.analyses - a.analyses);
}
