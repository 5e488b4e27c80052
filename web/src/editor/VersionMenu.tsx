import { Badge, Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { Draft, Version } from '../api/agents';
import { dateTime } from '../lib/format';
import classes from './VersionMenu.module.css';

interface Props {
  versions: Version[];
  drafts: Draft[];
  /** Id of the version or draft that is shown. */
  shown: string;
  onVersion: (id: string) => void;
  onDraft: (id: string) => void;
}

export function versionName({ versionNumber, label }: Pick<Version, 'versionNumber' | 'label'>): string {
  return label ? `Version ${versionNumber} · ${label}` : `Version ${versionNumber}`;
}

/** What is published and what is being worked on. */
export function VersionMenu({ versions, drafts, shown, onVersion, onDraft }: Props) {
  const version = versions.find(({ _id }) => _id === shown);
  const draft = drafts.find(({ draftId }) => draftId === shown);
  const name = draft ? draft.draftName : version ? versionName(version) : 'Version';
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={16} />} aria-label={`Version: ${name}`} classNames={{ label: classes.label }}>
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.list}>
        {drafts.length > 0 && <Menu.Label>Drafts</Menu.Label>}
        {drafts.map(({ draftId, draftName, updatedAt, lastEditorName }) => (
          <Menu.Item key={draftId} onClick={() => onDraft(draftId)} aria-current={draftId === shown || undefined}>
            {draftName}
            <Text size="xs" c="dimmed">
              {dateTime(updatedAt)}
              {lastEditorName && ` · ${lastEditorName}`}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Label>Published</Menu.Label>
        {versions.map((one) => (
          <Menu.Item
            key={one._id}
            onClick={() => onVersion(one._id)}
            aria-current={one._id === shown || undefined}
            rightSection={one.isActive && <Badge size="sm">active</Badge>}
          >
            {versionName(one)}
            <Text size="xs" c="dimmed">
              {dateTime(one.publishedAt)}
              {one.publishedByName && ` · ${one.publishedByName}`}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
