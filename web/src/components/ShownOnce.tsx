import { Button, Code, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Copy } from './Copy';

interface Props {
  title: string;
  /** What to do with it. */
  children: ReactNode;
  text: string;
  /** What the text is. */
  what: string;
  /** Said below it. */
  after?: ReactNode;
  onClose: () => void;
}

/** Something that is not shown again, so that nothing but its button closes it. */
export function ShownOnce({ title, children, text, what, after, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeOnClickOutside={false} closeOnEscape={false}>
      <Stack>
        {children}
        <Group gap="xs" wrap="nowrap">
          <Code block style={{ flex: 1, overflowWrap: 'anywhere', whiteSpace: 'normal' }}>
            {text}
          </Code>
          <Copy text={text} what={what} />
        </Group>
        {after}
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
