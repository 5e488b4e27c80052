import { expect, test } from 'vitest';
import { isMissing, mayPass, readProblem } from './problem';

test('a problem of our own API keeps its fields', () => {
  const error = readProblem(422, { title: 'Fields break rules', detail: 'one', errors: [{ field: 'a.b', rule: 'is required' }] });
  expect([error.title, error.message, error.fields]).toEqual(['Fields break rules', 'one', [{ field: 'a.b', rule: 'is required' }]]);
});

test('texts of the compatible API become fields where they name one', () => {
  const error = readProblem(400, {
    errors: ['postCallAnalyticsConfig.dispositionMetrics[0].identifier: must match ^[a-z]+$ (a to z) (got "A: b")', 'No agent found'],
  });
  expect(error.fields).toEqual([
    { field: 'postCallAnalyticsConfig.dispositionMetrics[0].identifier', rule: 'must match ^[a-z]+$ (a to z)' },
  ]);
  expect(error.message).toContain('No agent found');
});

test('an answer without a body still says something', () => {
  expect(readProblem(503, {}).message).toBe('The server could not answer');
});

test('what is not there is known, however it is said, and is not asked for again', () => {
  for (const error of [readProblem(404, { title: 'There is no such thing' }), readProblem(400, { errors: ['No agent found'] })]) {
    expect([isMissing(error), mayPass(error)]).toEqual([true, false]);
  }
  expect(isMissing(readProblem(400, { errors: ['name: is required'] }))).toBe(false);
  expect([429, 503, 0].map((status) => mayPass(readProblem(status, {})))).toEqual([true, true, true]);
});
