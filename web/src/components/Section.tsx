import { Group, Paper, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';

interface Props {
  title: string;
  beside?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

export function Section({ title, beside, children, className }: Props) {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} p="md" radius="lg" className={className}>
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2} id={id}>
          {title}
        </Title>
        {beside}
      </Group>
      {children}
    </Paper>
  );
}
