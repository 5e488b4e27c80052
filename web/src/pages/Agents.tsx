import { Badge, Button, Group, Switch, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPlus, IconRobot, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { agentList, archiveAgent, type Agent } from '../api/agents';
import { AgentDialog } from '../agents/AgentDialog';
import { useAct } from '../components/act';
import { useConfirm } from '../components/confirm';
import { DataTable } from '../components/DataTable';
import { Lines } from '../components/Lines';
import { TextLink } from '../components/links';
import { Loaded } from '../components/Loaded';
import { Nothing } from '../components/Nothing';
import { Page } from '../components/Page';
import { PagedList } from '../components/PagedList';
import { useSession } from '../components/session';
import { Time } from '../components/Time';
import { count } from '../lib/format';
import { readPage } from '../lib/paging';

export function Agents() {
  const search = useSearch({ from: '/agents' });
  const navigate = useNavigate({ from: '/agents' });
  const { canEdit } = useSession();
  const [creating, setCreating] = useState(false);
  const page = readPage(search.page);
  const archived = search.archived === 'true';
  const query = useQuery(agentList({ page, archived, ...(search.search ? { search: search.search } : {}) }));
  const set = useDebouncedCallback((text: string) => void navigate({ search: { ...search, search: text || undefined, page: undefined } }), 300);
  return (
    <Page
      title="Agents"
      text="Whose calls are measured. Each has metrics of its own."
      actions={
        canEdit && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
            Create agent
          </Button>
        )
      }
    >
      <Group mb="md">
        <TextInput
          aria-label="Search agents"
          placeholder="Search by name"
          leftSection={<IconSearch size={16} />}
          defaultValue={search.search}
          onChange={(event) => set(event.currentTarget.value.trim())}
        />
        <Switch
          label="Archived"
          checked={archived}
          onChange={(event) => void navigate({ search: { archived: event.currentTarget.checked ? 'true' : undefined } })}
        />
      </Group>
      <Loaded query={query} skeleton={<Lines rows={8} />}>
        {({ agents, totalCount, totalPages }) => (
          <PagedList
            page={page}
            pages={totalPages}
            rows={agents.length}
            total={totalCount}
            one="agent"
            empty={<NoAgents filtered={Boolean(search.search) || archived} onCreate={canEdit ? () => setCreating(true) : null} />}
            onChange={(next) => void navigate({ search: { ...search, page: String(next) } })}
          >
            <DataTable label="Agents" head={<Head />}>
              {agents.map((agent) => (
                <Row key={agent._id} agent={agent} />
              ))}
            </DataTable>
          </PagedList>
        )}
      </Loaded>
      {creating && (
        <AgentDialog
          onClose={() => setCreating(false)}
          onDone={(agentId) => void navigate({ to: '/agents/$agentId/metrics', params: { agentId }, search: {} })}
        />
      )}
    </Page>
  );
}

function Head() {
  return (
    <Table.Tr>
      <Table.Th scope="col">Name</Table.Th>
      <Table.Th scope="col">Calls</Table.Th>
      <Table.Th scope="col">Created</Table.Th>
      <Table.Th scope="col">Changed</Table.Th>
      <Table.Th scope="col">
        <span className="hidden">What to do</span>
      </Table.Th>
    </Table.Tr>
  );
}

function Row({ agent }: { agent: Agent }) {
  const { canEdit } = useSession();
  const confirm = useConfirm();
  const archive = useAct((on: boolean) => archiveAgent(agent._id, on), {
    changes: [['agents']],
    done: agent.archived ? `${agent.name} is back` : `${agent.name} is archived`,
  });
  const ask = async () => {
    const sure = await confirm({
      title: `Archive ${agent.name}?`,
      body: 'It no longer stands in lists. Its calls and answers stay, and it can be brought back.',
      action: 'Archive',
    });
    if (sure) archive.mutate(true);
  };
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <TextLink to="/agents/$agentId" params={{ agentId: agent._id }} size="sm" fw={550}>
            {agent.name}
          </TextLink>
          {agent.archived && <Badge color="gray">archived</Badge>}
        </Group>
        <Text size="xs" c="dimmed" lineClamp={1}>
          {agent.description}
        </Text>
      </Table.Td>
      <Table.Td>
        <TextLink to="/calls" search={{ agentId: [agent._id] }} size="sm">
          {count(agent.totalCalls ?? 0)}
        </TextLink>
      </Table.Td>
      <Table.Td>
        <Time at={agent.createdAt} />
      </Table.Td>
      <Table.Td>
        <Time at={agent.updatedAt} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <TextLink to="/agents/$agentId/metrics" params={{ agentId: agent._id }} size="sm">
            Metrics
          </TextLink>
          {canEdit && (
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => (agent.archived ? archive.mutate(false) : void ask())}>
              {agent.archived ? 'Bring back' : 'Archive'}
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function NoAgents({ filtered, onCreate }: { filtered: boolean; onCreate: (() => void) | null }) {
  return (
    <Nothing
      icon={<IconRobot />}
      title={filtered ? 'No such agent' : 'No agent yet'}
      action={!filtered && onCreate && <Button onClick={onCreate}>Create agent</Button>}
    >
      {filtered ? 'Search for a part of its name.' : 'An agent is whoever speaks in the calls: a voice assistant, a team, a line. Its metrics are asked of its calls.'}
    </Nothing>
  );
}
