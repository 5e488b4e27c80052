import { expect, test } from 'vitest';
import { dateTime } from './format';
import type { Metric } from './metrics';
import { emptyFilter, metricFilterWords, operatorOptions } from './operators';

const metrics = [
  { identifier: 'visit_at', dispositionMetricType: 'DATETIME' },
  { identifier: 'mood', dispositionMetricType: 'INTEGER' },
] as Metric[];

test('a filter begins with a comparison that its metric knows', () => {
  expect(emptyFilter('visit_at', metrics).operator).toBe('gte');
  expect(emptyFilter('mood', metrics).operator).toBe('');
  expect(emptyFilter('nobody', metrics).operator).toBe('');
});

test('filters on metrics in words', () => {
  const words = (operator: string, value: string) => metricFilterWords({ identifier: 'm', operator, value });
  expect(words('', 'a')).toBe('m is a');
  expect(words('in', 'a,b')).toBe('m is one of a, b');
  expect(words('missing', 'true')).toBe('m has no value');
  expect(words('missing', 'false')).toBe('m has a value');
  expect(words('lt', '4')).toBe('m below 4');
  expect(words('lt', '2026-03-13T15:00:00-04:00')).toBe(`m before ${dateTime('2026-03-13T15:00:00-04:00')}`);
});

test('a comparison in an address that its metric has not is kept, and named as in the rest of the page', () => {
  const labels = (metric: Metric | undefined, chosen: string) => operatorOptions(metric, chosen).map(({ label }) => label);
  const [visit, mood] = metrics;
  expect(labels(mood, 'gte').filter((label) => label === 'at least')).toHaveLength(1);
  expect(labels(mood, 'confidence.lte')).toContain('confidence at most');
  expect(labels(visit, 'gte')).toContain('from');
  expect(labels(visit, 'in')).toContain('is one of');
});
