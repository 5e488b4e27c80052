import { Badge, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { agentConfig, agentDiff } from '../api/agents';
import { Loaded } from '../components/Loaded';
import { metricDifferences, otherDifferences, type Difference } from '../lib/differences';
import classes from './DiffView.module.css';

/** A version or a draft. */
export interface Reference {
  id: string;
  draft: boolean;
  name: string;
}

const KINDS: Record<Difference['kind'], { word: string; colour: string }> = {
  added: { word: 'new', colour: 'teal' },
  removed: { word: 'gone', colour: 'red' },
  changed: { word: 'changed', colour: 'blue' },
  moved: { word: 'moved', colour: 'gray' },
};

const at = ({ id, draft }: Reference) => (draft ? { draftId: id } : { versionId: id });

/** What changed from one version to another, in words. */
export function DiffView({ agentId, a, b }: { agentId: string; a: Reference; b: Reference }) {
  const before = useQuery(agentConfig(agentId, at(a)));
  const after = useQuery(agentConfig(agentId, at(b)));
  const diff = useQuery(agentDiff(agentId, a.id, b.id));
  const whole = before.data && after.data && diff.data ? { before: before.data, after: after.data, diff: diff.data } : undefined;
  const refetch = () => Promise.all([before.refetch(), after.refetch(), diff.refetch()]);
  return (
    <Loaded query={{ data: whole, error: before.error ?? after.error ?? diff.error, refetch }} skeleton={<Skeleton height={160} />}>
      {(found) => {
        const differences = [
          ...metricDifferences(found.before.postCallAnalyticsConfig.dispositionMetrics, found.after.postCallAnalyticsConfig.dispositionMetrics),
          ...otherDifferences(found.diff),
        ];
        if (differences.length === 0) {
          return (
            <Text size="sm" c="dimmed">
              Nothing differs between {a.name} and {b.name}.
            </Text>
          );
        }
        return (
          <ul className={classes.list}>
            {differences.map((difference) => (
              <li key={`${difference.kind} ${difference.name}`}>
                <Badge color={KINDS[difference.kind].colour} size="sm">
                  {KINDS[difference.kind].word}
                </Badge>
                <div>
                  <span className={classes.name}>{difference.name}</span>
                  {difference.changes.map(({ words, before: old, after: now }) => (
                    <div key={words} className={classes.change}>
                      {words}
                      {old !== undefined && (
                        <del className={classes.text}>
                          <span className="hidden">Before: </span>
                          {old}
                        </del>
                      )}
                      {now !== undefined && (
                        <ins className={classes.text}>
                          <span className="hidden">Now: </span>
                          {now}
                        </ins>
                      )}
                    </div>
                  ))}
                </div>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}
