import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { json } from './client';
import type { Models, ModelTest, UsageReport } from './schema';

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => json<Models>('/v1/models', { signal }),
  refetchInterval: 10_000,
});

export const testEndpoint = (name: string) =>
  json<ModelTest>(`/v1/models/${encodeURIComponent(name)}/test`, { method: 'POST' });

export const usageQuery = (query: { from: string; to: string; agentId?: string }) =>
  queryOptions({
    queryKey: ['usage', query],
    queryFn: ({ signal }) => json<UsageReport>('/v1/usage', { query, signal }),
    placeholderData: keepPreviousData,
  });
