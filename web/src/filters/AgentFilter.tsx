import { MultiSelect } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { agentNames, agentVersions } from '../api/agents';
import type { Filters } from '../lib/filters';
import classes from './filters.module.css';

interface Props {
  filters: Filters;
  onChange: (change: Pick<Filters, 'agentId' | 'versionId'>) => void;
}

/** Agents, and where some are chosen, their versions. */
export function AgentFilter({ filters, onChange }: Props) {
  const { agentId = [], versionId = [] } = filters;
  const { data: agents = [] } = useQuery(agentNames);
  const versions = useQueries({ queries: agentId.slice(0, 5).map(agentVersions) });
  const options = versions.flatMap(({ data = [] }, at) => {
    const agent = agents.find(({ _id }) => _id === agentId[at])?.name;
    return data.map((version) => ({
      value: version._id,
      label: `${agentId.length > 1 ? `${agent ?? ''} ` : ''}v${version.versionNumber}${version.label ? ` ${version.label}` : ''}`,
    }));
  });
  const names = agents.map(({ _id, name }) => ({ value: _id, label: name }));
  return (
    <>
      <MultiSelect
        aria-label="Agents"
        placeholder={agentId.length === 0 ? 'All agents' : undefined}
        data={[...names, ...unknown(agentId, names)]}
        value={agentId}
        onChange={(ids) => onChange({ agentId: ids, versionId: ids.length === 0 ? [] : versionId })}
        searchable={names.length > 8}
        clearable
        className={classes.wide}
      />
      {agentId.length > 0 && (
        <MultiSelect
          aria-label="Versions"
          placeholder={versionId.length === 0 ? 'All versions' : undefined}
          data={[...options, ...unknown(versionId, options)]}
          value={versionId}
          onChange={(ids) => onChange({ agentId, versionId: ids })}
          clearable
          className={classes.wide}
        />
      )}
    </>
  );
}

/** What the address names and the menu does not know yet. */
function unknown(ids: string[], options: { value: string }[]) {
  return ids.filter((id) => !options.some(({ value }) => value === id)).map((id) => ({ value: id, label: `…${id.slice(-6)}` }));
}
