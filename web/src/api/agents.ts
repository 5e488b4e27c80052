import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { atoms } from './client';
import type { Metric } from '../lib/metrics';

export interface Agent {
  _id: string;
  name: string;
  description: string;
  archived: boolean;
  activeVersionId: string;
  totalCalls?: number;
  createdAt: string;
  updatedAt: string;
}

export interface AnalyticsConfig {
  dispositionMetrics: Metric[];
  useInternalAnalyticsModel: boolean;
  useReasoningModel: boolean;
  summaryPrompt?: string | null;
}

export interface AgentConfig extends Agent {
  postCallAnalyticsConfig: AnalyticsConfig;
  _configSource: 'active' | 'draft' | 'version';
}

export interface Version {
  _id: string;
  versionNumber: number;
  label: string | null;
  description: string | null;
  isActive: boolean;
  publishedAt: string;
  publishedByName: string | null;
  activatedAt: string | null;
  activatedByName: string | null;
}

export interface Draft {
  draftId: string;
  draftName: string;
  draftRevision: number;
  sourceVersionId: string;
  lastEditorName: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface Change {
  path: string;
  oldValue?: unknown;
  newValue?: unknown;
}

export interface Diff {
  diffs: { section: string; changes: Change[] }[];
}

export interface AgentFilter {
  page: number;
  search?: string;
  archived?: boolean;
  sortField?: string;
  sortOrder?: string;
}

const PAGE = 20;

export const agentList = (filter: AgentFilter) =>
  queryOptions({
    queryKey: ['agents', 'list', filter],
    queryFn: ({ signal }) =>
      atoms<{ agents: Agent[]; totalCount: number; totalPages: number }>('/agent', { query: { ...filter, offset: PAGE }, signal }),
    placeholderData: keepPreviousData,
  });

/** Every agent, for menus. */
export const agentNames = queryOptions({
  queryKey: ['agents', 'names'],
  queryFn: async ({ signal }) => {
    const query = { page: 1, offset: 1000, sortField: 'name', sortOrder: 'asc' };
    const page = await atoms<{ agents: Agent[] }>('/agent', { query, signal });
    return page.agents;
  },
  staleTime: 60_000,
});

/** An agent with what is active, or with a version or draft of it. */
export const agentConfig = (id: string, at: { versionId?: string; draftId?: string } = {}) =>
  queryOptions({
    queryKey: ['agents', id, 'config', at],
    queryFn: async ({ signal }): Promise<AgentConfig> => {
      const agent = await atoms<Agent & { postCallAnalyticsConfig: Partial<AnalyticsConfig>; _configSource: AgentConfig['_configSource'] }>(`/agent/${id}`, { query: at, signal });
      // What is not set holds as the server takes it.
      const defaults = { dispositionMetrics: [], useInternalAnalyticsModel: true, useReasoningModel: false };
      const analytics = { ...defaults, ...agent.postCallAnalyticsConfig };
      return { ...agent, postCallAnalyticsConfig: analytics };
    },
  });

export const agentVersions = (id: string) =>
  queryOptions({
    queryKey: ['agents', id, 'versions'],
    queryFn: async ({ signal }) => {
      const page = await atoms<{ versions: Version[]; total: number }>(`/agent/${id}/versions`, { query: { limit: 100 }, signal });
      return page.versions;
    },
  });

export const agentDrafts = (id: string) =>
  queryOptions({
    queryKey: ['agents', id, 'drafts'],
    queryFn: ({ signal }) => atoms<Draft[]>(`/agent/${id}/drafts`, { signal }),
  });

export const agentDiff = (id: string, a: string, b: string) =>
  queryOptions({
    queryKey: ['agents', id, 'diff', a, b],
    queryFn: ({ signal }) => atoms<Diff>(`/agent/${id}/diff`, { query: { a, b }, signal }),
  });

export const templates = queryOptions({
  queryKey: ['templates'],
  queryFn: ({ signal }) => atoms<Metric[]>('/disposition-metric-templates', { signal }),
  staleTime: Infinity,
});

export const createAgent = (body: { name: string; description?: string }) => atoms<string>('/agent', { method: 'POST', body });

export const updateAgent = (id: string, body: { name: string; description: string }) =>
  atoms<string>(`/agent/${id}`, { method: 'PATCH', body });

export const archiveAgent = (id: string, on: boolean) => atoms(`/agent/${id}/archive`, { method: 'DELETE', query: { on } });

export const createDraft = (id: string, sourceVersionId: string, draftName: string) =>
  atoms<Draft>(`/agent/${id}/drafts`, { method: 'POST', body: { sourceVersionId, draftName } });

export const editDraft = (id: string, draftId: string, config: Partial<AnalyticsConfig>, expectedRevision?: number) =>
  atoms<Draft>(`/agent/${id}/drafts/${draftId}/config`, {
    method: 'PATCH',
    body: { postCallAnalyticsConfig: config, expectedRevision },
  });

export const renameDraft = (id: string, draftId: string, draftName: string) =>
  atoms(`/agent/${id}/drafts/${draftId}`, { method: 'PATCH', body: { draftName } });

export const discardDraft = (id: string, draftId: string) => atoms(`/agent/${id}/drafts/${draftId}`, { method: 'DELETE' });

export const publishDraft = (id: string, draftId: string, body: { label?: string; description?: string; activate: boolean }) =>
  atoms<Version>(`/agent/${id}/drafts/${draftId}/publish`, { method: 'POST', body });

export const activateVersion = (id: string, versionId: string) =>
  atoms<Version>(`/agent/${id}/versions/${versionId}/activate`, { method: 'PATCH' });
