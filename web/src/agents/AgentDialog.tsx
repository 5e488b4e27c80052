import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { createAgent, updateAgent, type Agent } from '../api/agents';
import { useAct } from '../components/act';
import { focusWrong, refuse } from '../components/forms';

interface Props {
  /** The agent to change; without, one is made. */
  agent?: Agent;
  onDone: (id: string) => void;
  onClose: () => void;
}

export function AgentDialog({ agent, onDone, onClose }: Props) {
  const form = useForm({
    initialValues: { name: agent?.name ?? '', description: agent?.description ?? '' },
    validate: { name: (name) => (name.trim() === '' ? 'Give it a name' : null) },
  });
  const submit = useAct(
    (values: typeof form.values) => (agent ? updateAgent(agent._id, values) : createAgent(values)),
    {
      changes: [['agents']],
      done: agent ? 'Saved' : 'The agent is there; now its metrics',
      then: onDone,
      onError: refuse(form),
    },
  );
  return (
    <Modal opened onClose={onClose} title={agent ? `Rename ${agent.name}` : 'Create an agent'}>
      <form noValidate onSubmit={form.onSubmit((values) => submit.mutate(values), focusWrong(form))}>
        <Stack>
          <TextInput label="Name" required maxLength={200} data-autofocus {...form.getInputProps('name')} />
          <Textarea label="Description" autosize minRows={2} maxLength={4000} {...form.getInputProps('description')} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={submit.isPending}>
              {agent ? 'Save' : 'Create'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
