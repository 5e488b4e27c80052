import { Button, Group, Modal, PasswordInput, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { putSource } from '../api/intake';
import type { IntakeSource, MadeSource } from '../api/schema';
import { useAct } from '../components/act';
import { focusWrong, refuse } from '../components/forms';
import { ShownOnce } from '../components/ShownOnce';
import { platformOf } from '../lib/platforms';

interface Props {
  agentId: string;
  /** The one to change; without, one is added. */
  source: IntakeSource | undefined;
  /** Names of those that can be added. */
  available: string[];
  onDone: (source: MadeSource) => void;
  onClose: () => void;
}

export function SourceDialog({ agentId, source, available, onDone, onClose }: Props) {
  const form = useForm({
    initialValues: { source: source?.source ?? '', signingSecret: '', fetchKey: '' },
    validate: { source: (name) => (name === '' ? 'Choose a platform' : null) },
  });
  const platform = form.values.source === '' ? undefined : platformOf(form.values.source);
  const submit = useAct(
    ({ source: name, signingSecret, fetchKey }: typeof form.values) =>
      putSource(agentId, name, { ...(signingSecret && { signingSecret }), ...(fetchKey && platformOf(name).key && { fetchKey }) }),
    {
      changes: [['intake', agentId]],
      then: onDone,
      onError: refuse(form),
    },
  );
  return (
    <Modal opened onClose={onClose} title={source ? `Change ${platform?.name ?? ''}` : 'Add a platform'}>
      <form noValidate onSubmit={form.onSubmit((values) => submit.mutate(values), focusWrong(form))}>
        <Stack>
          {!source && (
            <Select
              label="Platform"
              description={platform?.where ?? 'Who sends the calls, or the form of their transcripts.'}
              data={available.map((name) => ({ value: name, label: platformOf(name).name }))}
              searchable
              openOnFocus={false}
              required
              allowDeselect={false}
              data-autofocus
              {...form.getInputProps('source')}
            />
          )}
          {platform && (
            <PasswordInput
              label="Signing secret"
              description={
                platform.secret
                  ? `${platform.secret}. Without it, a secret in the address shows who sends.`
                  : 'The platform does not sign: leave this empty, and a secret in the address shows who sends.'
              }
              autoComplete="off"
              maxLength={1000}
              {...form.getInputProps('signingSecret')}
            />
          )}
          {source?.signed && (
            <Text size="xs" c="dimmed">
              The secret before it counts for another 24 hours.
            </Text>
          )}
          {platform?.key && (
            <PasswordInput
              label="Key to fetch calls with"
              description={`${platform.key}.${source?.fetches ? ' One is set; another takes its place.' : ''}`}
              autoComplete="off"
              maxLength={1000}
              {...form.getInputProps('fetchKey')}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={submit.isPending} disabled={Boolean(source) && form.values.signingSecret === '' && form.values.fetchKey === ''}>
              {source ? 'Save' : 'Add'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What to give to the platform. An address with a secret is shown this once. */
export function SourceMade({ source, onClose }: { source: MadeSource; onClose: () => void }) {
  const { name, where } = platformOf(source.source);
  const bySecret = !source.signed && source.pathWithSecret;
  const address = window.location.origin + (bySecret || source.path);
  return (
    <ShownOnce
      title={`The address for ${name}`}
      text={address}
      what="the address"
      onClose={onClose}
      after={
        bySecret && (
          <Text size="sm" c="dimmed">
            Its last part is a secret, which is shown this once. Copy it now.
          </Text>
        )
      }
    >
      <Text size="sm">{where}</Text>
    </ShownOnce>
  );
}
