import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { MetricFigures } from '../api/schema';
import { metricKey, type Filters } from '../lib/filters';
import { count, percent } from '../lib/format';
import type { Span } from '../lib/ranges';
import { callsBehind } from '../lib/statistics';
import classes from './ConfidenceSteps.module.css';

/** How sure the answers are: ten steps, each a link to its calls. */
export function ConfidenceSteps({ metric, filters, span }: { metric: MetricFigures; filters: Filters; span: Span }) {
  const { mean = null, histogram } = metric.confidence;
  const top = Math.max(1, ...histogram);
  return (
    <div className={classes.line}>
      <Text size="xs" c="dimmed">
        Confidence {mean === null ? '–' : percent(mean)}
      </Text>
      <div className={classes.steps}>
        {histogram.map((some, step) => {
          const [from, to] = [step / 10, (step + 1) / 10];
          const search = callsBehind(filters, span, {
            [metricKey(metric.identifier, 'status')]: 'answered',
            [metricKey(metric.identifier, 'confidence.gte')]: String(from),
            ...(step === 9 ? {} : { [metricKey(metric.identifier, 'confidence.lt')]: String(to) }),
          });
          const words = `Confidence ${percent(from)} to ${percent(to)}: ${count(some)}`;
          return some === 0 ? (
            <span key={step} className={classes.step} title={words} />
          ) : (
            <Link key={step} to="/calls" search={search as Filters} className={classes.step} aria-label={words} title={words}>
              <span style={{ height: `${Math.max(12, (some / top) * 100)}%` }} data-low={step < 5 || undefined} />
            </Link>
          );
        })}
      </div>
    </div>
  );
}
