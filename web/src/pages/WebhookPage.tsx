import { Alert, Button, Group, Menu, Select, Switch, Table, Text, UnstyledButton } from '@mantine/core';
import { IconArrowLeft, IconDots, IconPencil, IconRefresh, IconSend, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { agentNames } from '../api/agents';
import { isMissing } from '../api/problem';
import type { Webhook } from '../api/schema';
import { changeWebhook, deleteWebhook, deliveryPage, replayWebhook, testWebhook, webhookQuery } from '../api/webhooks';
import { useAct } from '../components/act';
import { useConfirm } from '../components/confirm';
import { DataTable } from '../components/DataTable';
import { Facts } from '../components/Facts';
import { Lines } from '../components/Lines';
import { TextLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { PagedList } from '../components/PagedList';
import { Section } from '../components/Section';
import { useSession } from '../components/session';
import { Status } from '../components/Status';
import { Time } from '../components/Time';
import { metricFilters } from '../lib/filters';
import { plural } from '../lib/format';
import { metricFilterWords } from '../lib/operators';
import { readPage } from '../lib/paging';
import { DeliveryDrawer } from '../webhooks/DeliveryDrawer';
import { EVENT_NAMES, subscribed } from '../webhooks/events';
import { Secret } from '../webhooks/Secret';
import { WebhookDialog } from '../webhooks/WebhookDialog';
import classes from './AgentPage.module.css';

export function WebhookPage() {
  const { webhookId } = useParams({ from: '/webhooks/$webhookId' });
  const { canAdminister } = useSession();
  const query = useQuery(webhookQuery(webhookId));
  if (!query.data && isMissing(query.error)) return <NotFound what="webhook" to="/webhooks" list="webhooks" />;
  return (
    <Page
      title={query.data?.url ?? 'Webhook'}
      above={
        <TextLink to="/webhooks" size="sm" className={classes.back}>
          <IconArrowLeft size={14} aria-hidden="true" /> Webhooks
        </TextLink>
      }
      text={query.data?.description}
      actions={query.data && <Actions webhook={query.data} />}
    >
      <Loaded query={query} skeleton={<Lines />}>
        {(webhook) => (
          <div className={classes.column}>
            <About webhook={webhook} />
            {canAdminister && (
              <Section title="Signing secret">
                <Secret webhookId={webhookId} />
              </Section>
            )}
            <Deliveries webhookId={webhookId} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Actions({ webhook }: { webhook: Webhook }) {
  const { canEdit } = useSession();
  const navigate = useNavigate({ from: '/webhooks/$webhookId' });
  const confirm = useConfirm();
  const [changing, setChanging] = useState(false);
  const test = useAct(() => testWebhook(webhook.id), {
    changes: [['deliveries']],
    then: ({ id }) => void navigate({ to: '.', search: (before) => ({ ...before, delivery: id }) }),
  });
  const replay = useAct(() => replayWebhook(webhook.id), {
    changes: [['deliveries']],
    done: ({ replayed }) => `${plural(replayed, 'delivery', 'deliveries')} will be sent again`,
  });
  const remove = useAct(() => deleteWebhook(webhook.id), {
    done: 'The webhook is deleted',
    changes: [['webhooks']],
    then: () => void navigate({ to: '/webhooks' }),
  });
  const ask = async () => {
    const sure = await confirm({
      title: 'Delete this webhook?',
      body: 'With it goes all that was or would have been delivered to it.',
      action: 'Delete',
      danger: true,
    });
    if (sure) remove.mutate(undefined);
  };
  if (!canEdit) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconSend size={16} />} onClick={() => test.mutate(undefined)} loading={test.isPending}>
        Send a test
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={16} />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setChanging(true)}>
            Change
          </Menu.Item>
          <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => replay.mutate(undefined)}>
            Send again what was given up
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => void ask()}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {changing && <WebhookDialog webhook={webhook} onClose={() => setChanging(false)} onDone={() => setChanging(false)} />}
    </>
  );
}

function About({ webhook }: { webhook: Webhook }) {
  const { canEdit } = useSession();
  const { data: names = [] } = useQuery(agentNames);
  const change = useAct((body: { paused?: boolean; enabled?: boolean }) => changeWebhook(webhook.id, body), { changes: [['webhooks']], done: 'Saved' });
  const { events, agents } = subscribed(webhook);
  const filters = metricFilters(Object.fromEntries(Object.entries(webhook.filter).map(([name, value]) => [`metric.${name}`, value])));
  return (
    <Section title="Settings">
      {webhook.status === 'disabled' && (
        <Alert color="red" mb="md" title="It is disabled">
          {webhook.reason ?? 'What it would get waits.'}
          {canEdit && (
            <div>
              <Button size="xs" variant="default" mt="xs" onClick={() => change.mutate({ enabled: true })}>
                Enable it
              </Button>
            </div>
          )}
        </Alert>
      )}
      <Facts
        facts={[
          ['Status', <Status key="s" state={webhook.status === 'enabled' && webhook.paused ? 'paused' : webhook.status} />],
          ['Events', events.join(', ')],
          ['Agents', agents.length === 0 ? 'all' : agents.map((id) => names.find(({ _id }) => _id === id)?.name ?? id).join(', ')],
          ['Only where', filters.length === 0 ? null : filters.map(metricFilterWords).join(', and ')],
          ['Headers of its own', webhook.headers.join(', ')],
          ['Requests at a time', webhook.concurrency],
          ['Failing since', webhook.failingSince && <Time at={webhook.failingSince} />],
          ['Created', <Time key="t" at={webhook.createdAt} />],
        ]}
      />
      {canEdit && (
        <Switch
          mt="md"
          label="Paused"
          description="Nothing is sent; what it would get waits."
          checked={webhook.paused}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ paused: event.currentTarget.checked })}
        />
      )}
    </Section>
  );
}

const PAGE = 25;

function Deliveries({ webhookId }: { webhookId: string }) {
  const search = useSearch({ from: '/webhooks/$webhookId' });
  const navigate = useNavigate({ from: '/webhooks/$webhookId' });
  const page = readPage(search.page);
  const set = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true });
  const filter = { ...(search.state ? { state: search.state } : {}), ...(search.event ? { event: search.event } : {}) };
  const query = useQuery(deliveryPage({ webhookId, ...filter, page: String(page), limit: String(PAGE) }));
  return (
    <Section
      title="Deliveries"
      beside={
        <Group gap="xs">
          <Select
            aria-label="State"
            placeholder="Any state"
            size="xs"
            w={140}
            clearable
            data={['waiting', 'sending', 'delivered', 'failed']}
            value={search.state ?? null}
            onChange={(state) => set({ state: state ?? undefined, page: undefined })}
          />
          <Select
            aria-label="Event"
            placeholder="Any event"
            size="xs"
            w={190}
            clearable
            data={[...EVENT_NAMES, 'test']}
            value={search.event ?? null}
            onChange={(event) => set({ event: event ?? undefined, page: undefined })}
          />
        </Group>
      }
    >
      <Loaded query={query} skeleton={<Lines rows={6} />}>
        {({ deliveries, total }) => (
          <PagedList
            page={page}
            pages={Math.ceil(total / PAGE)}
            rows={deliveries.length}
            total={total}
            one="delivery"
            many="deliveries"
            empty={
              <Text size="sm" c="dimmed">
                {Object.keys(filter).length === 0 ? 'Nothing yet. Send a test to see whether the address answers.' : 'None of these.'}
              </Text>
            }
            onChange={(next) => set({ page: String(next) })}
          >
            <DataTable
              label="List of deliveries"
              head={
                <Table.Tr>
                  <Table.Th scope="col">Created</Table.Th>
                  <Table.Th scope="col">Event</Table.Th>
                  <Table.Th scope="col">State</Table.Th>
                  <Table.Th scope="col">Call</Table.Th>
                  <Table.Th scope="col">Attempts</Table.Th>
                </Table.Tr>
              }
            >
              {deliveries.map((delivery) => (
                <Table.Tr key={delivery.id}>
                  <Table.Td>
                    <Time at={delivery.createdAt} />
                  </Table.Td>
                  <Table.Td>
                    <UnstyledButton onClick={() => set({ delivery: delivery.id })} className={classes.open} aria-label={`Open ${delivery.event} of ${delivery.callId ?? 'the test'}`}>
                      {delivery.event}
                    </UnstyledButton>
                  </Table.Td>
                  <Table.Td>
                    <Status state={delivery.state} />
                    {delivery.lastError && delivery.state !== 'delivered' && (
                      <Text size="xs" c="dimmed" lineClamp={1}>
                        {delivery.lastError}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    {delivery.callId ? (
                      <TextLink to="/calls/$callId" params={{ callId: delivery.callId }} size="sm" className="mono">
                        {delivery.callId}
                      </TextLink>
                    ) : (
                      '–'
                    )}
                  </Table.Td>
                  <Table.Td>{delivery.attempts}</Table.Td>
                </Table.Tr>
              ))}
            </DataTable>
          </PagedList>
        )}
      </Loaded>
      {search.delivery && <DeliveryDrawer id={search.delivery} onClose={() => set({ delivery: undefined })} />}
    </Section>
  );
}
