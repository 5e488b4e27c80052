import { expect, test } from 'vitest';
import { metricDifferences, otherDifferences } from './differences';
import type { Metric } from './metrics';

const metric = (identifier: string, change: Partial<Metric> = {}): Metric => ({
  identifier,
  dispositionMetricPrompt: 'Well?',
  dispositionMetricType: 'BOOLEAN',
  ...change,
});
const kinds = (before: Metric[], after: Metric[]) => metricDifferences(before, after).map(({ kind, name }) => `${kind} ${name}`);

test('nothing differs', () => {
  expect(metricDifferences([metric('a')], [metric('a', { choices: [] })])).toEqual([]);
});

test('metrics are told apart by their identifiers and not by their places', () => {
  expect(kinds([metric('a'), metric('b')], [metric('b'), metric('c')])).toEqual(['added c', 'removed a']);
  expect(kinds([metric('a'), metric('b')], [metric('b'), metric('a')])).toEqual(['moved Order']);
});

test('choices that came and went are named', () => {
  const before = metric('a', { dispositionMetricType: 'ENUM', choices: ['x', 'y'] });
  const after = { ...before, choices: ['y', 'z'] };
  expect(metricDifferences([before], [after])[0]?.changes.map(({ words }) => words)).toEqual(['new choices: z', 'choices that are gone: x']);
  expect(metricDifferences([before], [{ ...before, choices: ['y', 'x'] }])[0]?.changes[0]?.words).toBe('choices stand in another order');
});

test('a change of type says what follows from it', () => {
  const [difference] = metricDifferences([metric('a')], [metric('a', { dispositionMetricType: 'STRING' })]);
  expect(difference?.changes[0]?.words).toMatch(/^type was Boolean, is String/);
});

test('settings are named in words, metrics are left to the other comparison', () => {
  const changes = [
    { path: 'postCallAnalyticsConfig.useReasoningModel', newValue: true },
    { path: 'postCallAnalyticsConfig.dispositionMetrics[0].identifier', oldValue: 'a', newValue: 'b' },
    { path: 'slmModel', oldValue: 'electron', newValue: 'gpt-4o' },
  ];
  const found = otherDifferences({ diffs: [{ section: 'analytics', changes }] });
  expect(found.map(({ name, changes: [change] }) => `${name} ${change?.words ?? ''}`)).toEqual([
    'Reasoning model was set to on',
    'slmModel was electron, is gpt-4o',
  ]);
});
