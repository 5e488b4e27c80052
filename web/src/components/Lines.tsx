import { Skeleton, Stack } from '@mantine/core';

/** The skeleton of a list. */
export function Lines({ rows = 6, height = 44 }: { rows?: number; height?: number }) {
  return (
    <Stack gap={8}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} />
      ))}
    </Stack>
  );
}
