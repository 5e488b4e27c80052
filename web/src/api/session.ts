import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { json, SESSION, setToken } from './client';
import { ApiError } from './problem';
import type { Session } from './schema';

/** A session that has ended stays known, with what was read in it, until somebody signs in again or leaves. */
export type Known = Session & { ended?: true };

/** Who is signed in; null where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Known | null> => {
    try {
      return await askSession();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Infinity,
  retry: false,
});

export async function askSession(): Promise<Session> {
  return kept(await json<Session>(SESSION));
}

export async function signIn(key: string): Promise<Session> {
  return kept(await json<Session>(SESSION, { method: 'POST', body: { key } }));
}

export async function signOut(): Promise<void> {
  try {
    await json(SESSION, { method: 'DELETE' });
  } catch (error) {
    // Without a session there is nothing to leave.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  setToken(null);
}

/** The server no longer knows the session. Where nobody was signed in, nothing has ended. */
export function endSession(client: QueryClient) {
  client.setQueryData(sessionQuery.queryKey, (known) => known && { ...known, ended: true as const });
}

/** Goes on where a session has ended: what is shown stays and is read again, with the new key's rights. */
export function resumeSession(client: QueryClient, session: Session) {
  client.setQueryData(sessionQuery.queryKey, session);
  client.removeQueries({ type: 'inactive' });
  void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
}

/** Somebody has signed in in another window of this browser, which has its session here too. */
export async function readSession(client: QueryClient) {
  client.setQueryData(sessionQuery.queryKey, await askSession());
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
