import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { MetricType } from '../lib/metrics';
import type { Bucket } from '../lib/ranges';
import { ZONE } from '../lib/format';
import type { Search } from '../lib/search';
import { json } from './client';

export interface CallCounts {
  calls: number;
  finished: number;
  analysed: number;
  analysisFailed: number;
  withDuration: number;
  durationSeconds: { sum: number; mean: number | null };
}

export interface CallStatistics {
  from: string;
  to: string;
  bucket: Bucket;
  totals: CallCounts;
  series: (CallCounts & { start: string; end: string })[];
}

export interface ValueCount {
  value: string | boolean;
  count: number;
}

export interface MetricBucket {
  start: string;
  end: string;
  answered: number;
  notMentioned: number;
  failed: number;
  confidence: number | null;
  values?: ValueCount[];
  mean?: number | null;
}

export interface MetricStatistics {
  identifier: string;
  type: MetricType;
  counts: { answered: number; notMentioned: number; failed: number };
  confidence: { mean: number | null; histogram: number[] };
  values?: ValueCount[];
  distinct?: number;
  number?: { mean: number | null; min: number | null; max: number | null; sum: number; histogram: { from: number; to: number; count: number }[] };
  days?: { day: string; count: number }[];
  series: MetricBucket[];
}

export interface VersionMark {
  agentId: string;
  versionId: string;
  number: number;
  label: string | null;
  activatedAt: string | null;
  firstCallAt: string | null;
}

export interface MetricsReport {
  from: string;
  to: string;
  bucket: Bucket;
  versions: VersionMark[];
  metrics: MetricStatistics[];
}

const options = <T>(path: string, query: Search, bucket: Bucket) =>
  queryOptions({
    queryKey: ['statistics', path, query, bucket],
    queryFn: ({ signal }) => json<T>(`/v1/statistics/${path}`, { query: { ...query, bucket, timezone: ZONE }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    refetchInterval: 30_000,
  });

export const callStatistics = (query: Search, bucket: Bucket) => options<CallStatistics>('calls', query, bucket);

export const metricStatistics = (query: Search, bucket: Bucket) => options<MetricsReport>('metrics', query, bucket);
