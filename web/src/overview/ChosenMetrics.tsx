import { MultiSelect, Skeleton, Text } from '@mantine/core';
import type { MetricFigures, MetricStatistics } from '../api/schema';
import { Distribution } from '../charts/Distribution';
import { TextLink } from '../components/links';
import { Section } from '../components/Section';
import { TypeChip } from '../components/TypeChip';
import type { Filters } from '../lib/filters';
import { count, number, percent } from '../lib/format';
import type { Span } from '../lib/ranges';
import { answeredWith, callsBehind, shareOf } from '../lib/statistics';
import { coloursFor, shownValues, valueName } from '../metrics/series';
import classes from './ChosenMetrics.module.css';

interface Props {
  report: MetricStatistics | undefined;
  before: (metric: MetricFigures) => MetricFigures | undefined;
  filters: Filters;
  span: Span;
  /** Identifiers, separated by commas. */
  show: string | undefined;
  onShow: (show: string | undefined) => void;
}

const FIRST = 4;

/** The metrics that one wants to see first, in short. */
export function ChosenMetrics({ report, before, filters, span, show, onShow }: Props) {
  if (!report) return <Skeleton height={220} radius="lg" />;
  const names = [...new Set(report.metrics.map(({ identifier }) => identifier))];
  const chosen = show ? show.split(',').filter((name) => names.includes(name)) : firstOf(report.metrics);
  const shown = report.metrics.filter(({ identifier }) => chosen.includes(identifier));
  if (report.metrics.length === 0) return null;
  return (
    <Section
      title="Metrics"
      beside={
        <div className={classes.tools}>
          <MultiSelect
            aria-label="Metrics to show"
            data={names}
            value={chosen}
            onChange={(next) => onShow(next.length === 0 ? undefined : next.join(','))}
            size="xs"
            searchable
            className={classes.choose}
          />
          <TextLink to="/dashboard" search={filters} size="sm">
            All of them
          </TextLink>
        </div>
      }
    >
      <div className={classes.grid}>
        {shown.map((metric) => (
          <Short key={`${metric.identifier} ${metric.type}`} metric={metric} old={before(metric)} filters={filters} span={span} />
        ))}
      </div>
    </Section>
  );
}

/** Those with a distribution or a mean say most in little room. */
function firstOf(metrics: MetricFigures[]): string[] {
  const rank = ({ type }: MetricFigures) => ['ENUM', 'BOOLEAN', 'INTEGER', 'STRING', 'DATETIME'].indexOf(type);
  const sorted = [...metrics].sort((a, b) => rank(a) - rank(b)).map(({ identifier }) => identifier);
  return [...new Set(sorted)].slice(0, FIRST);
}

function Short({ metric, old, filters, span }: { metric: MetricFigures; old: MetricFigures | undefined; filters: Filters; span: Span }) {
  const { identifier, type, counts } = metric;
  const mean = (one: MetricFigures | undefined) => one?.number?.mean ?? null;
  const rows = shownValues(metric, old).slice(0, 5);
  const colour = coloursFor(metric, (metric.values ?? []).map(({ value }) => value));
  return (
    <article className={classes.metric}>
      <div className={classes.head}>
        <h3 className={classes.name}>{identifier}</h3>
        <TypeChip type={type} />
      </div>
      {type === 'INTEGER' && mean(metric) !== null && (
        <p className={classes.figure}>
          <strong>{number(mean(metric) ?? 0)}</strong> on average
          {mean(old) !== null && (
            <Text span size="xs" c="dimmed">
              {' '}
              was {number(mean(old) ?? 0)}
            </Text>
          )}
        </p>
      )}
      {rows.length > 0 && (
        <Distribution
          label={`Answers to ${identifier}`}
          whole={counts.answered}
          rows={rows.map(({ value, count: some }) => ({
            key: String(value),
            label: valueName(value),
            value: some,
            search: callsBehind(filters, span, answeredWith(identifier, value)),
            ...(type === 'STRING' ? {} : { colour: colour(value) }),
            ...(old && type !== 'STRING' ? { before: shareOf(old.values, value) } : {}),
          }))}
        />
      )}
      <Text size="xs" c="dimmed" mt="auto">
        {count(counts.answered)} answered, {count(counts.notMentioned)} not mentioned, {count(counts.failed)} failed
        {metric.confidence.mean != null && ` · confidence ${percent(metric.confidence.mean)}`}
      </Text>
    </article>
  );
}
