import { Badge, Button, Group, Modal, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { createKey, keyList, revokeKey } from '../api/keys';
import type { Key, MadeKey, Role } from '../api/schema';
import { useAct } from '../components/act';
import { useConfirm } from '../components/confirm';
import { DataTable } from '../components/DataTable';
import { focusWrong } from '../components/forms';
import { Lines } from '../components/Lines';
import { Loaded } from '../components/Loaded';
import { Page } from '../components/Page';
import { useSession } from '../components/session';
import { ShownOnce } from '../components/ShownOnce';
import { Time } from '../components/Time';

const ROLES: Record<Role, string> = {
  viewer: 'Sees everything but secrets, changes nothing',
  editor: 'Changes agents, metrics and webhooks',
  admin: 'May do everything, keys and secrets included',
  intake: 'Only sends calls in; cannot sign in here',
};

export function Keys() {
  const { canAdminister } = useSession();
  const query = useQuery(keyList);
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<MadeKey | null>(null);
  return (
    <Page
      title="Keys"
      text="For people who sign in here, and programs that use the API."
      actions={
        canAdminister && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
            Create key
          </Button>
        )
      }
    >
      <Loaded query={query} skeleton={<Lines rows={5} />}>
        {(keys) => (
          <DataTable
            label="Keys"
            head={
              <Table.Tr>
                <Table.Th scope="col">Name</Table.Th>
                <Table.Th scope="col">Role</Table.Th>
                <Table.Th scope="col">Begins with</Table.Th>
                <Table.Th scope="col">Created</Table.Th>
                <Table.Th scope="col">Last used</Table.Th>
                <Table.Th scope="col">
                  <span className="hidden">What to do</span>
                </Table.Th>
              </Table.Tr>
            }
          >
            {keys.map((key) => (
              <Row key={key.id} data={key} />
            ))}
          </DataTable>
        )}
      </Loaded>
      {creating && (
        <KeyDialog
          onClose={() => setCreating(false)}
          onMade={(key) => {
            setCreating(false);
            setMade(key);
          }}
        />
      )}
      {made && (
        <ShownOnce title={`The key ${made.key.name}`} text={made.secret} what="the key" onClose={() => setMade(null)}>
          <Text size="sm">This is the only time that it is shown. Copy it now to where it is used.</Text>
        </ShownOnce>
      )}
    </Page>
  );
}

function Row({ data }: { data: Key }) {
  const confirm = useConfirm();
  const revoke = useAct(() => revokeKey(data.id), { changes: [['keys']], done: `${data.name} is revoked` });
  const ask = async () => {
    const sure = await confirm({
      title: `Revoke ${data.name}?`,
      body: 'Whoever uses it is let in no more, and whoever signed in with it is signed out. It cannot be brought back.',
      action: 'Revoke',
      danger: true,
    });
    if (sure) revoke.mutate(undefined);
  };
  return (
    <Table.Tr>
      <Table.Td>{data.name}</Table.Td>
      <Table.Td>
        <Badge color="gray">{data.role}</Badge>
      </Table.Td>
      <Table.Td className="mono">{data.prefix}…</Table.Td>
      <Table.Td>
        <Time at={data.createdAt} />
      </Table.Td>
      <Table.Td>{data.lastUsedAt ? <Time at={data.lastUsedAt} /> : 'never'}</Table.Td>
      <Table.Td ta="right">
        {data.revokedAt ? (
          <Text size="sm" c="dimmed">
            revoked <Time at={data.revokedAt} />
          </Text>
        ) : (
          <Button size="compact-sm" variant="subtle" color="red" onClick={() => void ask()} aria-label={`Revoke ${data.name}`}>
            Revoke
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function KeyDialog({ onMade, onClose }: { onMade: (key: MadeKey) => void; onClose: () => void }) {
  const form = useForm({
    initialValues: { name: '', role: 'viewer' as Role },
    validate: { name: (name) => (name.trim() === '' ? 'Say who or what uses it' : null) },
  });
  const make = useAct(createKey, { changes: [['keys']], then: onMade });
  return (
    <Modal opened onClose={onClose} title="Create a key">
      <form noValidate onSubmit={form.onSubmit((values) => make.mutate(values), focusWrong(form))}>
        <Stack>
          <TextInput label="Name" description="Who or what uses it" required data-autofocus maxLength={100} {...form.getInputProps('name')} />
          <Select
            label="Role"
            description={ROLES[form.values.role]}
            data={Object.keys(ROLES)}
            allowDeselect={false}
            {...form.getInputProps('role')}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
