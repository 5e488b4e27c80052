import { queryOptions } from '@tanstack/react-query';
import { json } from './client';
import type { IntakeSetup, IntakeSources, MadeSource } from './schema';

export const intakeSources = (agentId: string) =>
  queryOptions({
    queryKey: ['intake', agentId],
    queryFn: ({ signal }) => json<IntakeSources>(`/v1/agents/${agentId}/intake`, { signal }),
  });

export const putSource = (agentId: string, source: string, body: IntakeSetup) =>
  json<MadeSource>(`/v1/agents/${agentId}/intake/${source}`, { method: 'PUT', body });
export const deleteSource = (agentId: string, source: string) => json(`/v1/agents/${agentId}/intake/${source}`, { method: 'DELETE' });
