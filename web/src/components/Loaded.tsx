import { Alert, Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError, mayPass, wordsOf } from '../api/problem';
import { ErrorNote } from './ErrorNote';

interface Props<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  /** Keeps the place of what comes. */
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}

/** What a query brought; before that its skeleton, or why it could not be had. Older data stay while newer ones are awaited, and where
 * those cannot be had it is said so. */
export function Loaded<T>({ query, skeleton, children }: Props<T>) {
  if (query.data !== undefined && !isForbidden(query.error)) {
    return (
      <>
        {Boolean(query.error) && (
          <Alert color="orange" mb="sm" p="xs" role="alert">
            <Group gap="sm" justify="space-between">
              <span>This is as it was before: {wordsOf(query.error).title}</span>
              {mayPass(query.error) && (
                <Button size="compact-xs" variant="default" onClick={() => query.refetch()}>
                  Try again
                </Button>
              )}
            </Group>
          </Alert>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <ErrorNote error={query.error} retry={() => query.refetch()} />;
  return (
    <div role="status" aria-label="Loading">
      {skeleton}
    </div>
  );
}

/** Somebody with fewer rights has signed in meanwhile. */
const isForbidden = (error: unknown) => error instanceof ApiError && error.status === 403;
