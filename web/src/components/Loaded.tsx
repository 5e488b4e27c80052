import type { ReactNode } from 'react';
import { ErrorNote } from './ErrorNote';

interface Props<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  /** Keeps the place of what comes. */
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}

/** What a query brought; before that its skeleton, or why it could not be had. Older data stay while newer ones are awaited. */
export function Loaded<T>({ query, skeleton, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorNote error={query.error} retry={() => query.refetch()} />;
  return (
    <div role="status" aria-label="Loading">
      {skeleton}
    </div>
  );
}
