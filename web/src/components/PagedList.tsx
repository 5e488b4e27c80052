import { Button, Group, Pagination, Text } from '@mantine/core';
import { IconFileOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { count, plural } from '../lib/format';
import { shownOf } from '../lib/paging';
import { Nothing } from './Nothing';

interface Props {
  page: number;
  pages: number;
  /** How many the page has. */
  rows: number;
  /** How many the list has. */
  total: number;
  /** What they are called. */
  one: string;
  many?: string;
  /** Instead of a list that has nothing. */
  empty: ReactNode;
  onChange: (page: number) => void;
  children: ReactNode;
}

/** A page of a list, and the way to the others. */
export function PagedList({ page, pages, rows, total, one, many, empty, onChange, children }: Props) {
  const shown = shownOf(rows, total);
  if (shown === 'nothing') return empty;
  if (shown === 'past the end') return <PastTheEnd page={page} pages={pages} onChange={onChange} />;
  return (
    <>
      {children}
      <Group justify="space-between" mt="sm" mih={32}>
        <Text size="sm" c="dimmed">
          {plural(total, one, many)}
        </Text>
        {pages > 1 && (
          <Pagination
            total={pages}
            value={page}
            onChange={onChange}
            size="sm"
            getControlProps={(control) => ({ 'aria-label': `${control} page` })}
            getItemProps={(number) => ({ 'aria-label': `Page ${number}` })}
          />
        )}
      </Group>
    </>
  );
}

function PastTheEnd({ page, pages, onChange }: Pick<Props, 'page' | 'pages' | 'onChange'>) {
  return (
    <Nothing
      icon={<IconFileOff />}
      title={`There is no page ${count(page)}`}
      action={
        <Group gap="xs">
          <Button variant="default" onClick={() => onChange(1)}>
            To the first page
          </Button>
          {pages > 1 && (
            <Button variant="default" onClick={() => onChange(pages)}>
              To the last page
            </Button>
          )}
        </Group>
      }
    >
      It is past the end: the list has {plural(pages, 'page')}.
    </Nothing>
  );
}
