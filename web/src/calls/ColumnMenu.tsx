import { ActionIcon, Button, Checkbox, Group, Popover, ScrollArea, Stack, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconColumns } from '@tabler/icons-react';
import { FACTS, isFact, metricOf } from '../lib/columns';
import { title } from '../lib/format';
import { moved } from '../lib/metrics';

interface Props {
  columns: string[];
  identifiers: string[];
  onChange: (columns: string[]) => void;
}

const nameOf = (column: string) => (isFact(column) ? FACTS[column] : title(metricOf(column) ?? column));

/** Which columns the log has, and in which order. */
export function ColumnMenu({ columns, identifiers, onChange }: Props) {
  const all = [...Object.keys(FACTS), ...identifiers.map((identifier) => `metric.${identifier}`)];
  const rest = all.filter((column) => !columns.includes(column));
  const row = (column: string, at: number) => (
    <Group key={column} justify="space-between" wrap="nowrap" gap="xs">
      <Checkbox
        size="xs"
        label={nameOf(column)}
        checked={at !== -1}
        disabled={at !== -1 && columns.length === 1}
        onChange={() => onChange(at === -1 ? [...columns, column] : columns.filter((one) => one !== column))}
      />
      {at !== -1 && (
        <Group gap={0} wrap="nowrap">
          <ActionIcon size="sm" disabled={at === 0} aria-label={`Move ${nameOf(column)} left`} onClick={() => onChange(moved(columns, at, at - 1))}>
            <IconArrowUp size={14} />
          </ActionIcon>
          <ActionIcon
            size="sm"
            disabled={at === columns.length - 1}
            aria-label={`Move ${nameOf(column)} right`}
            onClick={() => onChange(moved(columns, at, at + 1))}
          >
            <IconArrowDown size={14} />
          </ActionIcon>
        </Group>
      )}
    </Group>
  );
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns size={16} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <ScrollArea.Autosize mah="60vh" offsetScrollbars>
          <Stack gap={8} miw={230}>
            <Text size="xs" c="dimmed">
              Shown, from left to right
            </Text>
            {columns.map(row)}
            {rest.length > 0 && (
              <Text size="xs" c="dimmed" mt={4}>
                Not shown
              </Text>
            )}
            {rest.map((column) => row(column, -1))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
