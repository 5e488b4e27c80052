import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Bucket } from '../lib/ranges';
import { ZONE } from '../lib/format';
import type { Search } from '../lib/search';
import { json } from './client';
import type { CallStatistics, MetricStatistics } from './schema';

const options = <T>(path: string, query: Search, bucket: Bucket) =>
  queryOptions({
    queryKey: ['statistics', path, query, bucket],
    queryFn: ({ signal }) => json<T>(`/v1/statistics/${path}`, { query: { ...query, bucket, timezone: ZONE }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    refetchInterval: 30_000,
  });

export const callStatistics = (query: Search, bucket: Bucket) => options<CallStatistics>('calls', query, bucket);

export const metricStatistics = (query: Search, bucket: Bucket) => options<MetricStatistics>('metrics', query, bucket);
