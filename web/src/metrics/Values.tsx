import { Text } from '@mantine/core';
import type { MetricFigures } from '../api/schema';
import { Bars } from '../charts/Bars';
import { Calendar } from '../charts/Calendar';
import { YES } from '../charts/colours';
import { Distribution } from '../charts/Distribution';
import { metricKey } from '../lib/filters';
import { count, number } from '../lib/format';
import type { Span } from '../lib/ranges';
import { answeredWith, between, callsBehind, shareOf } from '../lib/statistics';
import { coloursFor, shownValues, valueName, type Ground } from './series';

interface Props {
  metric: MetricFigures;
  ground: Ground;
  span: Span;
  other: MetricFigures | undefined;
  comparing: boolean;
}

/** Which values were answered how often, as fits the type. */
export function Values({ metric, ground, span, other, comparing }: Props) {
  const { identifier, type } = metric;
  const behind = (search: Parameters<typeof callsBehind>[2]) => callsBehind(ground.filters, span, search);
  if (type === 'INTEGER') {
    const steps = metric.number?.histogram ?? [];
    return (
      <Bars
        label={`How often which number was answered to ${identifier}`}
        height={90}
        bars={steps.map(({ from, to, count: some }, at) => {
          const last = at === steps.length - 1;
          const single = to - from <= 1 && !(last && to > from);
          const name = single ? number(from) : `${number(from)}–${number(last ? to : to - 1)}`;
          return {
            key: String(from),
            label: name,
            words: `${name}: ${count(some)}`,
            search: behind(between(identifier, from, to, last)),
            segments: [{ value: some, colour: YES }],
            ...(comparing ? { before: other?.number?.histogram.find((step) => step.from === from)?.count } : {}),
          };
        })}
      />
    );
  }
  if (type === 'DATETIME') {
    return (
      <Calendar
        label={`Days that were answered to ${identifier}`}
        days={metric.days ?? []}
        searchOf={(from, to) =>
          behind({ [metricKey(identifier, 'gte')]: from.toISOString(), [metricKey(identifier, 'lt')]: to.toISOString() })
        }
      />
    );
  }
  const values = shownValues(metric, comparing ? other : undefined);
  const colour = coloursFor(metric, (metric.values ?? []).map(({ value }) => value));
  return (
    <>
      <Distribution
        label={`Answers to ${identifier}`}
        whole={metric.counts.answered}
        rows={values.map(({ value, count: some }) => ({
          key: String(value),
          label: valueName(value),
          value: some,
          search: behind(answeredWith(identifier, value)),
          ...(type === 'STRING' ? {} : { colour: colour(value) }),
          ...(comparing ? { before: shareOf(other?.values, value) } : {}),
        }))}
      />
      {type === 'STRING' && (metric.distinct ?? 0) > values.length && (
        <Text size="xs" c="dimmed">
          The {count(values.length)} most frequent ones.
        </Text>
      )}
    </>
  );
}
