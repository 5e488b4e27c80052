import { queryOptions } from '@tanstack/react-query';
import { json } from './client';
import type { Key, KeyList, MadeKey, NewKey } from './schema';

export const keyList = queryOptions({
  queryKey: ['keys'],
  queryFn: async ({ signal }) => (await json<KeyList>('/v1/keys', { signal })).keys,
});

export const createKey = (body: NewKey) => json<MadeKey>('/v1/keys', { method: 'POST', body });
export const revokeKey = (id: string) => json<Key>(`/v1/keys/${id}`, { method: 'DELETE' });
