import { expect, test } from 'vitest';
import { begin, isChanged, metricsOf, shownErrors, step, type Action, type MetricList } from './metricList';
import { blank, type Metric } from './metrics';

const metric = (identifier: string): Metric => ({ identifier, dispositionMetricPrompt: 'Well?', dispositionMetricType: 'BOOLEAN' });
const run = (list: MetricList, ...actions: Action[]) => actions.reduce(step, list);
const names = (list: MetricList) => list.items.map((item) => item.metric.identifier);

test('a blank metric that was only offered is no change', () => {
  const list = begin([metric('a')], 1);
  expect(names(list)).toEqual(['a', '']);
  expect(isChanged(list)).toBe(false);
  expect(isChanged(step(list, { do: 'change', key: 1, change: { identifier: 'b' } }))).toBe(true);
});

test('what is changed back is no change', () => {
  const list = begin([metric('a')], 0);
  const there = step(list, { do: 'change', key: 0, change: { identifier: 'b' } });
  expect(isChanged(step(there, { do: 'change', key: 0, change: { identifier: 'a' } }))).toBe(false);
});

test('order and removal are changes', () => {
  const list = begin([metric('a'), metric('b')], 0);
  const turned = step(list, { do: 'move', key: 1, by: -1 });
  expect(names(turned)).toEqual(['b', 'a']);
  expect(isChanged(turned)).toBe(true);
  expect(isChanged(step(list, { do: 'remove', key: 0 }))).toBe(true);
  expect(step(list, { do: 'move', key: 0, by: -1 })).toBe(list);
});

test('an empty field is an error once it was left, a wrong one at once', () => {
  let list = begin([], 0);
  expect(shownErrors(list)).toEqual([{}]);
  list = step(list, { do: 'change', key: 0, change: { identifier: 'A' } });
  expect(shownErrors(list)[0]).toHaveProperty('identifier');
  expect(shownErrors(list)[0]).not.toHaveProperty('dispositionMetricPrompt');
  list = step(list, { do: 'leave', key: 0, field: 'dispositionMetricPrompt' });
  expect(shownErrors(list)[0]).toHaveProperty('dispositionMetricPrompt');
});

test('saving shows every error and opens its card', () => {
  const list = step({ ...begin([metric('a'), { ...metric('b'), dispositionMetricPrompt: '' }], 0) }, { do: 'try' });
  expect(shownErrors(list)).toEqual([{}, { dispositionMetricPrompt: 'Say what to find out' }]);
  expect(list.items[1]?.open).toBe(true);
});

test('what the server refused stands at its field until the list changes', () => {
  const problems = [{ field: 'postCallAnalyticsConfig.dispositionMetrics[0].identifier', rule: 'is reserved' }];
  const list = step(begin([metric('a')], 0), { do: 'refuse', problems });
  expect(shownErrors(list)).toEqual([{ identifier: 'is reserved' }]);
  expect(shownErrors(step(list, { do: 'change', key: 0, change: { identifier: 'b' } }))).toEqual([{}]);
});

test('templates take the place of a blank metric and get free identifiers', () => {
  const list = run(begin([metric('a')], 1), { do: 'add', metrics: [metric('a'), metric('c')] });
  expect(names(list)).toEqual(['a', 'a_2', 'c']);
  expect(new Set(list.items.map(({ key }) => key)).size).toBe(3);
});

test('one blank metric after another can be added', () => {
  expect(names(run(begin([], 0), { do: 'add', metrics: [blank()] }))).toEqual(['', '']);
});

test('choices that are typed stay while the type is another for a moment', () => {
  const list = run(
    begin([{ ...metric('a'), dispositionMetricType: 'ENUM', choices: ['x'] }], 0),
    { do: 'change', key: 0, change: { dispositionMetricType: 'STRING' } },
  );
  expect(metricsOf(list)[0]).not.toHaveProperty('choices');
  const back = step(list, { do: 'change', key: 0, change: { dispositionMetricType: 'ENUM' } });
  expect(metricsOf(back)[0]?.choices).toEqual(['x']);
});
