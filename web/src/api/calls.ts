import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Search } from '../lib/search';
import { json } from './client';
import type { CallPageView, Job, WholeCall } from './schema';

export const PAGE = 50;

export const callPages = (query: Search, live: boolean) =>
  infiniteQueryOptions({
    queryKey: ['calls', query],
    queryFn: ({ pageParam, signal }) =>
      json<CallPageView>('/v1/calls', { query: { ...query, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    // Only the first page is looked at again: reading further pages is not disturbed.
    refetchInterval: ({ state }) => (live && (state.data?.pages.length ?? 0) < 2 ? 5_000 : false),
    placeholderData: (before) => before,
  });

/** Some calls, the newest first, for choosing from. */
export const fewCalls = (query: Search, limit: number) =>
  queryOptions({
    queryKey: ['calls', 'few', query, limit],
    queryFn: ({ signal }) => json<CallPageView>('/v1/calls', { query: { ...query, limit }, signal }),
  });

const unfinished = (job: Job) => job.state === 'queued' || job.state === 'running';

export const callQuery = (callId: string) =>
  queryOptions({
    queryKey: ['call', callId],
    queryFn: ({ signal }) => json<WholeCall>(path(callId), { signal }),
    refetchInterval: ({ state }) => (state.data?.jobs.some(unfinished) ? 2_000 : false),
  });

export const analyseAgain = (callId: string, body: { versionId?: string; notify?: boolean }) =>
  json<Job>(`${path(callId)}/analyses`, { method: 'POST', body });

export const deleteCall = (callId: string) => json(path(callId), { method: 'DELETE' });

const path = (callId: string) => `/v1/calls/${encodeURIComponent(callId)}`;
