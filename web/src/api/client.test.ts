import { afterEach, expect, test, vi } from 'vitest';
import { onOtherSession, onSignedOut, send, setToken } from './client';

afterEach(() => vi.unstubAllGlobals());

/** Answers with these states, one after the other; gives the tokens that came with the requests. */
function answering(...states: (number | (() => number))[]) {
  const tokens: (string | null)[] = [];
  vi.stubGlobal('fetch', (_: string, { headers }: { headers: Record<string, string> }) => {
    tokens.push(headers['x-csrf-token'] ?? null);
    const state = states.shift() ?? 200;
    return Promise.resolve(new Response('{}', { status: typeof state === 'number' ? state : state() }));
  });
  return tokens;
}

test('a session that ended is told, unless another has begun meanwhile', async () => {
  const signedOut = vi.fn();
  onSignedOut(signedOut);
  setToken('old');
  const begun = () => {
    setToken('new');
    return 401;
  };
  answering(401, begun);
  await expect(send('/v1/calls')).rejects.toThrow();
  expect(signedOut).toHaveBeenCalledTimes(1);
  await expect(send('/v1/calls')).rejects.toThrow();
  expect(signedOut).toHaveBeenCalledTimes(1);
});

test('what was refused for the token of an earlier session is sent again with that of the one that holds', async () => {
  setToken('old');
  onOtherSession(() => {
    setToken('new');
    return Promise.resolve();
  });
  const tokens = answering(403);
  await send('/v1/calls/a', { method: 'DELETE' });
  expect(tokens).toEqual(['old', 'new']);
  answering(403);
  await expect(send('/v1/calls/a', { method: 'DELETE' })).rejects.toThrow('Your key may not do this');
});
