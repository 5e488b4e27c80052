import { Button, Checkbox, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { publishDraft, type Draft, type Version } from '../api/agents';
import { useAct } from '../components/act';

interface Props {
  agentId: string;
  draft: Draft;
  onPublished: (version: Version) => void;
  onClose: () => void;
}

export function PublishDialog({ agentId, draft, onPublished, onClose }: Props) {
  const form = useForm({ initialValues: { label: '', description: '', activate: true } });
  const publish = useAct((values: typeof form.values) => publishDraft(agentId, draft.draftId, values), {
    changes: [['agents']],
    done: (version) => `Version ${version.versionNumber} is published${version.isActive ? ' and active' : ''}`,
    then: onPublished,
  });
  return (
    <Modal opened onClose={onClose} title={`Publish ${draft.draftName}`}>
      <form noValidate onSubmit={form.onSubmit((values) => publish.mutate(values))}>
        <Stack>
          <Text size="sm" c="dimmed">
            A version cannot be changed any more. Calls that come in are asked the metrics of the active version.
          </Text>
          <TextInput label="Label" description="What is new, in a few words" maxLength={200} data-autofocus {...form.getInputProps('label')} />
          <Textarea label="Description" autosize minRows={2} maxLength={2000} {...form.getInputProps('description')} />
          <Checkbox
            label="Activate"
            description="Calls from now on are asked these metrics; those before keep their answers."
            {...form.getInputProps('activate', { type: 'checkbox' })}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={publish.isPending}>
              Publish
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
