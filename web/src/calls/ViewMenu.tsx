import { ActionIcon, Button, Group, Popover, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconBookmark, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { isShown, readViews, searchOf, withView, writeViews } from '../lib/savedViews';
import type { Search } from '../lib/search';
import classes from './ViewMenu.module.css';

interface Props {
  search: Record<string, unknown>;
  onOpen: (search: Search) => void;
}

/** Filters and columns under a name. They stay in this browser. */
export function ViewMenu({ search, onOpen }: Props) {
  const [views, setViews] = useState(() => readViews(localStorage));
  const [name, setName] = useState('');
  const [open, setOpen] = useState(false);
  const keep = (next: typeof views) => {
    setViews(next);
    writeViews(localStorage, next);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconBookmark size={16} />} onClick={() => setOpen(!open)}>
          Views
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Saved views">
        <Stack gap="xs" w={260}>
          {views.length === 0 && (
            <Text size="sm" c="dimmed">
              Keep filters and columns that you need often.
            </Text>
          )}
          {views.map((view) => (
            <Group key={view.name} wrap="nowrap" gap={4}>
              <UnstyledButton
                className={classes.view}
                aria-current={isShown(view, search) || undefined}
                onClick={() => {
                  onOpen(searchOf(view));
                  setOpen(false);
                }}
              >
                {view.name}
              </UnstyledButton>
              <ActionIcon
                size="sm"
                aria-label={`Remove view ${view.name}`}
                onClick={() => keep(views.filter((one) => one.name !== view.name))}
              >
                <IconX size={14} />
              </ActionIcon>
            </Group>
          ))}
          <form noValidate
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() === '') return;
              keep(withView(views, name, search));
              setName('');
            }}
          >
            <Group wrap="nowrap" gap="xs">
              <TextInput
                aria-label="Name of the view"
                placeholder="Name of this view"
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                maxLength={60}
              />
              <Button type="submit" variant="light" flex="none" disabled={name.trim() === ''}>
                Keep
              </Button>
            </Group>
          </form>
          <Text size="xs" c="dimmed">
            Views stay in this browser. To share one, send the page’s address.
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
