import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Nothing.module.css';

interface Props {
  icon: ReactNode;
  title: string;
  /** What to do next. */
  children: ReactNode;
  action?: ReactNode;
}

/** An empty state. */
export function Nothing({ icon, title, children, action }: Props) {
  return (
    <Stack align="center" className={classes.nothing} gap="xs">
      <span className={classes.icon} aria-hidden="true">
        {icon}
      </span>
      <Title order={2} size="h3" ta="center">
        {title}
      </Title>
      <Text c="dimmed" size="sm" ta="center" maw={460} component="div">
        {children}
      </Text>
      {action && <div className={classes.action}>{action}</div>}
    </Stack>
  );
}
