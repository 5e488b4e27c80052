import { Button, Group, SegmentedControl, Table, Text } from '@mantine/core';
import { IconBriefcase } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { cancelJob, jobCounts, jobPage, retryJob } from '../api/jobs';
import type { Job } from '../api/schema';
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
import { Status } from '../components/Status';
import { Time } from '../components/Time';
import { count, duration } from '../lib/format';
import { readPage } from '../lib/paging';

const PAGE = 50;

export function Jobs() {
  const search = useSearch({ from: '/jobs' });
  const navigate = useNavigate({ from: '/jobs' });
  const counts = useQuery(jobCounts).data;
  const page = readPage(search.page);
  const query = useQuery(
    jobPage({
      page: String(page),
      limit: String(PAGE),
      ...(search.state ? { state: search.state } : {}),
      ...(search.callId ? { callId: search.callId } : {}),
    }),
  );
  const named = (name: string, number: number | undefined) => (number === undefined ? name : `${name} (${count(number)})`);
  return (
    <Page
      title="Jobs"
      text={
        counts?.oldestQueuedSeconds != null
          ? `Analyses that wait, run, or were given up. The oldest has waited for ${duration(counts.oldestQueuedSeconds)}.`
          : 'Analyses that wait, run, or were given up.'
      }
    >
      <Group mb="md" gap="xs">
        <SegmentedControl
          aria-label="State"
          value={search.state ?? ''}
          onChange={(state) => void navigate({ search: { ...search, state: state || undefined, page: undefined } })}
          data={[
            { value: '', label: 'All' },
            { value: 'queued', label: named('Waiting', counts?.queued) },
            { value: 'running', label: named('Running', counts?.running) },
            { value: 'dead', label: named('Given up', counts?.dead) },
          ]}
        />
        {search.callId && (
          <Button variant="default" size="xs" onClick={() => void navigate({ search: { ...search, callId: undefined, page: undefined } })}>
            Only of {search.callId}: show all
          </Button>
        )}
      </Group>
      <Loaded query={query} skeleton={<Lines rows={8} />}>
        {({ jobs, total }) => (
          <PagedList
            page={page}
            pages={Math.ceil(total / PAGE)}
            rows={jobs.length}
            total={total}
            one="job"
            empty={<NoJobs dead={search.state === 'dead'} />}
            onChange={(next) => void navigate({ search: { ...search, page: String(next) } })}
          >
            <DataTable label="Jobs" head={<Head />}>
              {jobs.map((job) => (
                <Row key={job.id} job={job} />
              ))}
            </DataTable>
          </PagedList>
        )}
      </Loaded>
    </Page>
  );
}

function NoJobs({ dead }: { dead: boolean }) {
  return (
    <Nothing icon={<IconBriefcase />} title={dead ? 'Nothing was given up' : 'Nothing here'}>
      {dead
        ? 'An analysis that fails too often would stand here, with the reason and a way to try again.'
        : 'Every call that comes in makes a job; it is done when its answers are there.'}
    </Nothing>
  );
}

function Head() {
  return (
    <Table.Tr>
      <Table.Th scope="col">Call</Table.Th>
      <Table.Th scope="col">State</Table.Th>
      <Table.Th scope="col">Slot</Table.Th>
      <Table.Th scope="col">Attempts</Table.Th>
      <Table.Th scope="col">Made</Table.Th>
      <Table.Th scope="col">Last change</Table.Th>
      <Table.Th scope="col">
        <span className="hidden">What to do</span>
      </Table.Th>
    </Table.Tr>
  );
}

function Row({ job }: { job: Job }) {
  const { canEdit } = useSession();
  const confirm = useConfirm();
  const retry = useAct(() => retryJob(job.id), { changes: [['jobs']], done: 'It is tried again' });
  const cancel = useAct(() => cancelJob(job.id), { changes: [['jobs']], done: 'It is cancelled' });
  const waits = job.state === 'queued' || job.state === 'running';
  const ask = async () => {
    const sure = await confirm({
      title: 'Cancel this job?',
      body: `${job.callId} gets no answers from it. It can be tried again.`,
      action: 'Cancel the job',
      cancel: 'Leave it',
      danger: true,
    });
    if (sure) cancel.mutate(undefined);
  };
  return (
    <Table.Tr>
      <Table.Td>
        <TextLink to="/calls/$callId" params={{ callId: job.callId }} size="sm" className="mono">
          {job.callId}
        </TextLink>
        {job.lastError && job.state !== 'done' && (
          <Text size="xs" c={job.state === 'dead' ? 'red' : 'dimmed'} maw={480}>
            {job.lastError}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Status state={job.state} />
      </Table.Td>
      <Table.Td>{job.slot}</Table.Td>
      <Table.Td>
        {job.attempts} of {job.maxAttempts}
      </Table.Td>
      <Table.Td>
        <Time at={job.createdAt} />
      </Table.Td>
      <Table.Td>
        <Time at={job.updatedAt} />
      </Table.Td>
      <Table.Td ta="right">
        {canEdit && (job.state === 'dead' || job.state === 'cancelled') && (
          <Button size="compact-sm" variant="default" onClick={() => retry.mutate(undefined)} loading={retry.isPending}>
            Try again
          </Button>
        )}
        {canEdit && waits && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => void ask()}>
            Cancel
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
