import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { json, setToken } from './client';
import { ApiError } from './problem';
import type { Session } from './schema';

const PATH = '/v1/session';

/** Who is signed in; null where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      return kept(await json<Session>(PATH));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Infinity,
  retry: false,
});

export async function signIn(key: string): Promise<Session> {
  return kept(await json<Session>(PATH, { method: 'POST', body: { key } }));
}

export async function signOut(): Promise<void> {
  await json(PATH, { method: 'DELETE' });
  setToken(null);
}

/** Whoever signs in or out finds nothing of whoever was there before. */
export function changeSession(client: QueryClient, session: Session | null) {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
  client.setQueryData(sessionQuery.queryKey, session);
}

function kept(session: Session): Session {
  setToken(session.csrfToken);
  return session;
}
