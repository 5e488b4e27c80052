import { Group, Pagination, Text } from '@mantine/core';
import { count } from '../lib/format';

interface Props {
  page: number;
  pages: number;
  total: number;
  what: string;
  onChange: (page: number) => void;
}

export function Pages({ page, pages, total, what, onChange }: Props) {
  return (
    <Group justify="space-between" mt="sm" mih={32}>
      <Text size="sm" c="dimmed">
        {count(total)} {what}
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
  );
}
