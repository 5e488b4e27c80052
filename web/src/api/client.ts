import { ApiError, problemOf } from './problem';

/** What a query may hold: a name several times is a list. */
export type Query = Record<string, string | number | boolean | readonly string[] | undefined | null>;

interface Options {
  method?: string;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  yaml?: string;
  signal?: AbortSignal;
}

/** Where who is signed in is asked and said. */
export const SESSION = '/v1/session';

let csrf: string | null = null;
let signedOut: () => void = () => {};
let otherSession: () => Promise<void> = () => Promise.resolve();

/** The token stays in memory: what a page of another site cannot read, it cannot send. */
export function setToken(token: string | null) {
  csrf = token;
}

/** What to do when the server no longer knows the session. */
export function onSignedOut(act: () => void) {
  signedOut = act;
}

/** What to do when the session may be another one than its token is of. */
export function onOtherSession(act: () => Promise<void>) {
  otherSession = act;
}

export function queryText(query: Query = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) pairs.append(name, String(one));
  }
  const text = pairs.toString();
  return text ? `?${text}` : '';
}

/** Asks and gives the answer as it came; throws an [`ApiError`] for whatever is not a success. */
export async function send(path: string, options: Options = {}): Promise<Response> {
  const { method = 'GET', query, body, yaml, signal } = options;
  const token = csrf;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (yaml !== undefined) headers['content-type'] = 'application/yaml';
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && token) headers['x-csrf-token'] = token;
  let response: Response;
  try {
    response = await fetch(path + queryText(query), {
      method,
      headers,
      signal: signal ?? null,
      credentials: 'same-origin',
      body: yaml ?? (body === undefined ? null : JSON.stringify(body)),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'The server cannot be reached', 'Is it running, and is this machine connected? Nothing was changed.');
  }
  if (!response.ok) {
    const of = path === SESSION ? null : response.status;
    // What was sent before somebody signed in again says nothing of the new session.
    if (of === 401 && token === csrf) signedOut();
    if (of === 403 && method !== 'GET') {
      await otherSession().catch(() => undefined);
      if (token !== csrf) return send(path, options);
    }
    throw await problemOf(response);
  }
  return response;
}

export async function json<T>(path: string, options?: Options): Promise<T> {
  const response = await send(path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The compatible API wraps what it answers with. */
export async function atoms<T>(path: string, options?: Options): Promise<T> {
  const wrapped = await json<{ data: T }>(`/atoms/v1${path}`, options);
  return wrapped.data;
}
