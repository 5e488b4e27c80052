import { ActionIcon, Button, Checkbox, Group, Modal, MultiSelect, NumberInput, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { agentNames } from '../api/agents';
import { ApiError } from '../api/problem';
import type { Event, Webhook } from '../api/schema';
import { changeWebhook, createWebhook } from '../api/webhooks';
import { useAct } from '../components/act';
import { focusWrong } from '../components/forms';
import { failed } from '../components/toast';
import { EVENT_NAMES, EVENTS, subscribed } from './events';

interface Props {
  /** The webhook to change; without, one is made. */
  webhook?: Webhook;
  onDone: (webhook: Webhook) => void;
  onClose: () => void;
}

type Pair = { name: string; value: string };
const pairs = (map: Record<string, string>): Pair[] => Object.entries(map).map(([name, value]) => ({ name, value }));
const map = (list: Pair[]) => Object.fromEntries(list.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value]));

export function WebhookDialog({ webhook, onDone, onClose }: Props) {
  const { data: agents = [] } = useQuery(agentNames);
  const present = webhook && subscribed(webhook);
  const form = useForm({
    initialValues: {
      url: webhook?.url ?? '',
      description: webhook?.description ?? '',
      events: present?.events ?? (['analytics-completed'] as Event[]),
      agents: present?.agents ?? [],
      filter: pairs(webhook?.filter ?? {}),
      concurrency: webhook?.concurrency ?? 8,
      // Their values cannot be read again: they are replaced all together, or not at all.
      headers: [] as Pair[],
    },
    validate: {
      url: (url) => (url.trim() === '' ? 'Say where to' : /^https?:\/\//.test(url.trim()) ? null : 'Begins with https://'),
      events: (events) => (events.length === 0 ? 'Choose at least one' : null),
    },
    validateInputOnBlur: true,
  });
  const submit = useAct(
    ({ headers, filter, url, description, agents: chosen, ...rest }: typeof form.values) => {
      const body = {
        ...rest,
        url: url.trim(),
        ...(description.trim() ? { description: description.trim() } : {}),
        // None is not the same as an empty list, which would be nobody's calls.
        ...(chosen.length > 0 ? { agents: chosen } : {}),
        filter: map(filter),
        ...(headers.length > 0 ? { headers: map(headers) } : {}),
      };
      return webhook ? changeWebhook(webhook.id, body) : createWebhook(body);
    },
    {
      changes: [['webhooks']],
      done: webhook ? 'Saved' : 'The webhook is there',
      then: onDone,
      onError: (error) => {
        const problems = error instanceof ApiError ? error.fields : [];
        if (problems.length === 0) failed(error);
        for (const { field, rule } of problems) form.setFieldError(field.split(/[.[]/)[0] ?? field, rule);
      },
    },
  );
  return (
    <Modal opened onClose={onClose} title={webhook ? 'Change webhook' : 'Create a webhook'} size="lg">
      <form noValidate onSubmit={form.onSubmit((values) => submit.mutate(values), focusWrong(form))}>
        <Stack>
          <TextInput label="Address" placeholder="https://example.com/hooks/calls" required data-autofocus {...form.getInputProps('url')} />
          <TextInput label="Description" maxLength={1000} {...form.getInputProps('description')} />
          <Checkbox.Group label="Events" required {...form.getInputProps('events')}>
            <Stack gap={6} mt={6}>
              {EVENT_NAMES.map((event) => (
                <Checkbox key={event} value={event} label={event} description={EVENTS[event]} />
              ))}
            </Stack>
          </Checkbox.Group>
          <MultiSelect
            label="Agents"
            description="None chosen: every agent, also those to come"
            data={agents.map(({ _id, name }) => ({ value: _id, label: name }))}
            searchable
            clearable
            {...form.getInputProps('agents')}
          />
          <PairList
            label="Only where"
            description="What an analysis must have answered, all of it: call_outcome is escalated, csat.lt is 3"
            add="Add a condition"
            names="Metric"
            pairs={form.values.filter}
            error={form.errors.filter}
            onChange={(filter) => form.setFieldValue('filter', filter)}
          />
          <PairList
            label="Headers of its own"
            description={
              webhook && webhook.headers.length > 0
                ? `Sent now: ${webhook.headers.join(', ')}. Their values are not shown; what you enter takes the place of all of them.`
                : 'Sent with every delivery, such as a key that the receiver asks for'
            }
            add="Add a header"
            names="Header"
            pairs={form.values.headers}
            error={form.errors.headers}
            onChange={(headers) => form.setFieldValue('headers', headers)}
          />
          <NumberInput label="Requests at a time" min={1} max={64} {...form.getInputProps('concurrency')} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={submit.isPending}>
              {webhook ? 'Save' : 'Create'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface PairListProps {
  label: string;
  description: string;
  add: string;
  names: string;
  pairs: Pair[];
  error: React.ReactNode;
  onChange: (pairs: Pair[]) => void;
}

function PairList({ label, description, add, names, pairs: rows, error, onChange }: PairListProps) {
  const set = (at: number, change: Partial<Pair>) => onChange(rows.map((row, other) => (other === at ? { ...row, ...change } : row)));
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <Text component="legend" size="sm" fw={500} p={0}>
        {label}
      </Text>
      <Text size="xs" c="dimmed">
        {description}
      </Text>
      {rows.map((row, at) => (
        <Group key={at} gap="xs" mt={6} wrap="nowrap">
          <TextInput aria-label={`${names} ${at + 1}`} placeholder={names} value={row.name} onChange={(event) => set(at, { name: event.currentTarget.value })} />
          <Textarea
            aria-label={`Value ${at + 1}`}
            placeholder="Value"
            autosize
            rows={1}
            value={row.value}
            onChange={(event) => set(at, { value: event.currentTarget.value })}
          />
          <ActionIcon aria-label={`Remove ${names.toLowerCase()} ${at + 1}`} onClick={() => onChange(rows.filter((_, other) => other !== at))}>
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      {error && (
        <Text size="xs" c="red" role="alert">
          {error}
        </Text>
      )}
      <Button variant="subtle" size="compact-sm" mt={4} ml={-8} onClick={() => onChange([...rows, { name: '', value: '' }])}>
        {add}
      </Button>
    </fieldset>
  );
}
