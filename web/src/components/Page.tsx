import { Group, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import classes from './Page.module.css';

interface Props {
  title: string;
  /** Stands above the title: where one came from. */
  above?: ReactNode;
  /** Stands beside the title. */
  beside?: ReactNode;
  text?: ReactNode;
  actions?: ReactNode;
  /** Has columns for a wide screen. */
  wide?: boolean;
  children: ReactNode;
}

export function Page({ title, above, beside, text, actions, wide, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Aftercall`;
  }, [title]);
  return (
    <div className={classes.page} data-wide={wide}>
      {above && <div className={classes.above}>{above}</div>}
      <header className={classes.header}>
        <div className={classes.heading}>
          <Group gap="sm">
            <Title order={1}>{title}</Title>
            {beside}
          </Group>
          {text && (
            <Text c="dimmed" size="sm" mt={2} component="div">
              {text}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </header>
      {children}
    </div>
  );
}
