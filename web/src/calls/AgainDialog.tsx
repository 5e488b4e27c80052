import { Button, Checkbox, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { agentVersions } from '../api/agents';
import { analyseAgain } from '../api/calls';
import type { WholeCall } from '../api/schema';
import { useAct } from '../components/act';
import { versionName } from '../editor/VersionMenu';

export function AgainDialog({ call, onClose }: { call: WholeCall; onClose: () => void }) {
  const { data: versions = [] } = useQuery(agentVersions(call.agentId));
  const form = useForm({ initialValues: { versionId: call.versionId ?? '', notify: false } });
  const again = useAct((values: typeof form.values) => analyseAgain(call.callId, { ...values, versionId: values.versionId || undefined }), {
    changes: [['call', call.callId], ['jobs']],
    done: 'It is analysed again; the answers appear here',
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title="Analyse again">
      <form noValidate onSubmit={form.onSubmit((values) => again.mutate(values))}>
        <Stack>
          <Text size="sm" c="dimmed">
            The answers that are there stay as an earlier analysis.
          </Text>
          <Select
            label="Metrics of"
            data={versions.map((version) => ({ value: version._id, label: `${versionName(version)}${version.isActive ? ' (active)' : ''}` }))}
            allowDeselect={false}
            data-autofocus
            {...form.getInputProps('versionId')}
          />
          <Checkbox label="Tell webhooks of it" {...form.getInputProps('notify', { type: 'checkbox' })} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={again.isPending}>
              Analyse
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
