import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Search } from '../lib/search';
import { json } from './client';
import type { Job, JobCounts, JobPage } from './schema';

export const jobPage = (query: Search) =>
  queryOptions({
    queryKey: ['jobs', query],
    queryFn: ({ signal }) => json<JobPage>('/v1/jobs', { query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });

export const jobCounts = queryOptions({
  queryKey: ['jobs', 'counts'],
  queryFn: ({ signal }) => json<JobCounts>('/v1/jobs/counts', { signal }),
  refetchInterval: 5_000,
});

export const retryJob = (id: string) => json<Job>(`/v1/jobs/${id}/retry`, { method: 'POST' });
export const cancelJob = (id: string) => json<Job>(`/v1/jobs/${id}/cancel`, { method: 'POST' });
