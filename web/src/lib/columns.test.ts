import { expect, test } from 'vitest';
import { readColumns } from './columns';

test('without columns in the address there are facts and the first metrics', () => {
  expect(readColumns(undefined, ['a', 'b', 'c', 'd', 'e', 'f'])).toEqual([
    'startedAt', 'callId', 'status', 'durationSeconds', 'metric.a', 'metric.b', 'metric.c', 'metric.d', 'metric.e',
  ]);
});

test('columns keep their order, unknown ones are left out', () => {
  expect(readColumns('metric.b,callId,nonsense', ['a'])).toEqual(['metric.b', 'callId']);
});
