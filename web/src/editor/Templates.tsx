import { Button, Checkbox, Group, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { templates } from '../api/agents';
import { Lines } from '../components/Lines';
import { Loaded } from '../components/Loaded';
import { TypeChip } from '../components/TypeChip';
import type { Metric } from '../lib/metrics';
import classes from './Templates.module.css';

interface Props {
  /** Identifiers that the list has already. */
  taken: ReadonlySet<string>;
  onAdd: (metrics: Metric[]) => void;
}

/** Metrics to start from. What is chosen is copied, and can be changed. */
export function Templates({ taken, onAdd }: Props) {
  const query = useQuery(templates);
  const [chosen, setChosen] = useState<string[]>([]);
  const [search, setSearch] = useState('');
  const fits = (metric: Metric) =>
    `${metric.identifier} ${metric.dispositionMetricPrompt}`.toLowerCase().includes(search.trim().toLowerCase());
  return (
    <Loaded query={query} skeleton={<Lines rows={5} height={92} />}>
      {(all) => {
        const shown = all.filter(fits);
        return (
          <>
            <Group mb="sm" wrap="nowrap">
              <TextInput
                aria-label="Search templates"
                placeholder="Search"
                leftSection={<IconSearch size={16} />}
                value={search}
                onChange={(event) => setSearch(event.currentTarget.value)}
                className={classes.search}
              />
              <Button
                disabled={chosen.length === 0}
                onClick={() => onAdd(all.filter((metric) => chosen.includes(metric.identifier)))}
              >
                Add ({chosen.length})
              </Button>
            </Group>
            <Checkbox.Group value={chosen} onChange={setChosen} aria-label="Templates">
              <div className={classes.grid}>
                {shown.map((metric) => (
                  <Checkbox.Card
                    key={metric.identifier}
                    value={metric.identifier}
                    className={classes.card}
                    aria-label={metric.identifier}
                    disabled={taken.has(metric.identifier)}
                  >
                    <Group wrap="nowrap" align="flex-start" gap="sm">
                      <Checkbox.Indicator />
                      <div>
                        <Group gap="xs">
                          <span className={classes.name}>{metric.identifier}</span>
                          <TypeChip type={metric.dispositionMetricType} />
                          {taken.has(metric.identifier) && (
                            <Text span size="xs" c="dimmed">
                              is there already
                            </Text>
                          )}
                        </Group>
                        <Text size="xs" mt={4} component="p">
                          {metric.dispositionMetricPrompt}
                        </Text>
                        {metric.choices && (
                          <Text size="xs" c="dimmed" mt={2}>
                            {metric.choices.join(' · ')}
                          </Text>
                        )}
                      </div>
                    </Group>
                  </Checkbox.Card>
                ))}
              </div>
            </Checkbox.Group>
            {shown.length === 0 && (
              <Text size="sm" c="dimmed">
                No template has “{search}” in it. A metric of your own says it better: see Disposition Metrics.
              </Text>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
