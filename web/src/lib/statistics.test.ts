import { expect, test } from 'vitest';
import { between, changesOfVersion, callsBehind, compared, shareOf, versionsIn } from './statistics';

const span = { from: new Date('2026-03-08T00:00:00Z'), to: new Date('2026-03-15T00:00:00Z') };

test('the calls behind a mark pass the filters of the page, the time of the mark, and the answer', () => {
  const search = callsBehind({ agentId: ['a'], range: '90d' }, span, { 'metric.m': 'x' });
  expect(search).toEqual({ agentId: ['a'], from: '2026-03-08T00:00:00.000Z', to: '2026-03-15T00:00:00.000Z', 'metric.m': 'x' });
});

test('a step of a histogram leaves its end to the next one, but for the last', () => {
  expect(between('m', 1, 2, false)).toEqual({ 'metric.m.gte': '1', 'metric.m.lt': '2' });
  expect(between('m', 4, 5, true)).toEqual({ 'metric.m.gte': '4', 'metric.m.lte': '5' });
});

test('a share of nothing is none', () => {
  expect(shareOf([], true)).toBeNull();
  expect(shareOf([{ value: true, count: 1 }, { value: false, count: 3 }], true)).toBe(0.25);
});

test('a version is marked where its first call came, not where it was activated', () => {
  const version = { agentId: 'a', versionId: 'v', number: 3, label: null, activatedAt: '2026-03-08T12:00:00Z', firstCallAt: '2026-03-09T12:00:00Z' };
  expect(versionsIn([version], '2026-03-08T00:00:00Z', '2026-03-09T00:00:00Z')).toBeUndefined();
  expect(versionsIn([version, version], '2026-03-09T00:00:00Z', '2026-03-10T00:00:00Z')).toBe('v3');
});

test('the first version of an agent is no change', () => {
  const version = (agentId: string, number: number) => ({ agentId, number, versionId: `${agentId}${number}`, firstCallAt: '2026-03-09T12:00:00Z' });
  const found = changesOfVersion([version('a', 2), version('b', 1), version('a', 3), version('b', 2)]);
  expect(found.map(({ versionId }) => versionId)).toEqual(['a3', 'b2']);
});

test('what is compared with', () => {
  const filters = { agentId: ['a'], versionId: ['v'] };
  expect(compared(filters, span, 'previous', undefined)?.span.to).toEqual(span.from);
  expect(compared(filters, span, 'version', 'w')?.filters).toEqual({ agentId: ['a'], versionId: ['w'] });
  expect(compared(filters, span, 'agent', 'b')?.filters.agentId).toEqual(['b']);
  expect(compared(filters, span, 'agent', 'b')?.filters.versionId).toBeUndefined();
  expect(compared(filters, span, 'agent', undefined)).toBeNull();
  expect(compared(filters, span, undefined, undefined)).toBeNull();
});
