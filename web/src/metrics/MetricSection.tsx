import { Group, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { MetricFigures } from '../api/schema';
import { Bars } from '../charts/Bars';
import { Section } from '../components/Section';
import { TextLink } from '../components/links';
import { TypeChip } from '../components/TypeChip';
import type { Filters } from '../lib/filters';
import { count, number, percent, plural } from '../lib/format';
import type { Span } from '../lib/ranges';
import { callsBehind, shareOf, withStatus } from '../lib/statistics';
import { ConfidenceSteps } from './ConfidenceSteps';
import classes from './MetricSection.module.css';
import { answerBars, line, type Ground } from './series';
import { Values } from './Values';

const MeanLine = lazy(() => import('../charts/MeanLine'));

interface Props {
  metric: MetricFigures;
  ground: Ground;
  span: Span;
  /** The same metric in what one compares with; undefined where nothing is compared. */
  other: MetricFigures | undefined;
  comparing: boolean;
}

/** What a metric said: now, over time, and how surely. */
export function MetricSection({ metric, ground, span, other, comparing }: Props) {
  const { identifier, type, counts } = metric;
  const behind = (status: string) => callsBehind(ground.filters, span, withStatus(identifier, status)) as Filters;
  const asked = counts.answered + counts.notMentioned + counts.failed;
  return (
    <Section
      title={identifier}
      className={classes.section}
      beside={
        <Group gap="sm" className={classes.counts}>
          <TypeChip type={type} />
          <TextLink to="/calls" search={behind('answered')} size="xs">
            {count(counts.answered)} answered
          </TextLink>
          <TextLink to="/calls" search={behind('not_mentioned')} size="xs" c="dimmed">
            {count(counts.notMentioned)} not mentioned
          </TextLink>
          <TextLink to="/calls" search={behind('failed')} size="xs" c={counts.failed > 0 ? 'red' : 'dimmed'}>
            {count(counts.failed)} failed
          </TextLink>
        </Group>
      }
    >
      {counts.answered === 0 ? (
        <Text size="sm" c="dimmed">
          {asked === 0 ? 'No call was asked this.' : `Asked of ${plural(asked, 'call')}; none of them says.`}
        </Text>
      ) : (
        <div className={classes.columns}>
          <div>
            <Headline metric={metric} other={other} comparing={comparing} />
            <Values metric={metric} ground={ground} span={span} other={other} comparing={comparing} />
          </div>
          <div className={classes.overTime}>
            <Bars label={`Answers to ${identifier} over time`} bars={answerBars(metric, ground, other)}>
              {(type === 'INTEGER' || type === 'BOOLEAN') && (
                <Suspense fallback={<Skeleton height={150} />}>
                  <MeanLine
                    label={type === 'BOOLEAN' ? 'Share of yes' : 'Mean'}
                    points={line(metric, ground, other)}
                    {...(type === 'BOOLEAN' ? { format: percent, range: [0, 1] as [number, number] } : {})}
                  />
                </Suspense>
              )}
            </Bars>
            <ConfidenceSteps metric={metric} filters={ground.filters} span={span} />
          </div>
        </div>
      )}
    </Section>
  );
}

/** The one number that sums the metric up. */
function Headline({ metric, other, comparing }: Pick<Props, 'metric' | 'other' | 'comparing'>) {
  const [now, name] = headlineOf(metric);
  if (now === null) return null;
  const before = other ? headlineOf(other)[0] : null;
  return (
    <p className={classes.headline}>
      <strong>{now}</strong> {name}
      {comparing && (
        <Text span size="sm" c="dimmed">
          {' '}
          {before === null ? 'nothing to compare with' : `was ${before}`}
        </Text>
      )}
    </p>
  );
}

function headlineOf(metric: MetricFigures): [string | null, string] {
  switch (metric.type) {
    case 'BOOLEAN': {
      const share = shareOf(metric.values, true);
      return [share === null ? null : percent(share), 'yes'];
    }
    case 'INTEGER': {
      const { mean = null, min, max } = metric.number ?? {};
      return [mean === null ? null : number(mean), `on average, from ${number(min ?? 0)} to ${number(max ?? 0)}`];
    }
    case 'STRING':
      return [count(metric.distinct ?? 0), metric.distinct === 1 ? 'different answer' : 'different answers'];
    case 'DATETIME':
      return [count(metric.days?.length ?? 0), metric.days?.length === 1 ? 'day' : 'different days'];
    default:
      return [null, ''];
  }
}
