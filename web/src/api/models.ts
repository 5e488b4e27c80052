import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { json } from './client';
import type { UsageReport } from './schema';

export interface Slot {
  slot: string;
  endpoint: string | null;
  why: string | null;
}

export interface Endpoint {
  name: string;
  kind: 'embedded' | 'remote';
  model: string;
  state: 'ready' | 'starting' | 'failed' | 'paused';
  reason: string | null;
  address: string | null;
  prices: Record<string, number | null> | null;
  jobs: { waiting: number; running: number };
}

export type Tested = { ok: true; milliseconds: number; model: string } | { ok: false; error: string };

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => json<{ slots: Slot[]; endpoints: Endpoint[] }>('/v1/models', { signal }),
  refetchInterval: 10_000,
});

export const testEndpoint = (name: string) =>
  json<Tested>(`/v1/models/${encodeURIComponent(name)}/test`, { method: 'POST' });

export const usageQuery = (query: { from: string; to: string; agentId?: string }) =>
  queryOptions({
    queryKey: ['usage', query],
    queryFn: ({ signal }) => json<UsageReport>('/v1/usage', { query, signal }),
    placeholderData: keepPreviousData,
  });
