import { expect, test } from 'vitest';
import { filterCount, isFiltered, metricFilters, metricKey, onlyTime, outsidePanel, queryOf, readFilters, spanIn } from './filters';

const NOW = new Date('2026-03-10T15:00:00Z');

test('what the API does not know is not taken from an address', () => {
  const filters = readFilters({
    agentId: 'a',
    status: ['completed', 'no_answer'],
    range: 'yesterday',
    columns: 'from,to',
    'metric.csat.gte': '4',
    'metric.Bad.gte': '4',
    'metric.csat.like': 'x',
    'metric.csat.confidence.lt': '0.5',
  });
  expect(filters).toEqual({
    agentId: ['a'],
    status: ['completed', 'no_answer'],
    'metric.csat.gte': '4',
    'metric.csat.confidence.lt': '0.5',
  });
});

test('a query names its span in instants and not by its name', () => {
  const filters = readFilters({ range: '7d', agentId: 'a' });
  const span = spanIn(filters, 'all', NOW);
  const query = queryOf(filters, span);
  expect(Object.keys(query).sort()).toEqual(['agentId', 'from', 'to']);
  expect(Date.parse(String(query.to)) - Date.parse(String(query.from))).toBe(7 * 86_400_000);
});

test('two instants go before a name, and one that cannot be read is left aside', () => {
  const own = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
  expect(spanIn({ ...own, range: '90d' }, 'all', NOW)).toEqual({ from: new Date(own.from), to: new Date(own.to) });
  expect(spanIn({ from: 'soon' }, 'all', NOW)).toBeNull();
});

test('without a beginning the query has none', () => {
  const filters = { to: '2026-03-02T00:00:00Z' };
  expect(queryOf(filters, spanIn(filters, 'all', NOW))).toEqual({ to: '2026-03-02T00:00:00.000Z' });
});

test('filters on metrics are taken apart and put together', () => {
  const filters = readFilters({ 'metric.csat.confidence.gte': '0.5', 'metric.outcome': 'resolved' });
  const parts = metricFilters(filters);
  expect(parts).toContainEqual({ identifier: 'csat', operator: 'confidence.gte', value: '0.5' });
  expect(parts.map(({ identifier, operator }) => metricKey(identifier, operator)).sort()).toEqual(Object.keys(filters).sort());
});

test('the panel counts and clears what is set in it', () => {
  const beside = { range: '7d', search: 'x', from: 'a', agentId: ['a'], versionId: ['v'] } as const;
  const filters = readFilters({ ...beside, status: 'completed', 'metric.m': '1' });
  expect(filterCount(filters)).toBe(2);
  expect(outsidePanel(filters)).toEqual(beside);
});

test('without its filters a list keeps its time', () => {
  const filters = readFilters({ range: '7d', search: 'x', agentId: 'a', 'metric.m': '1' });
  expect(isFiltered(filters)).toBe(true);
  expect(onlyTime(filters)).toEqual({ range: '7d' });
  expect(isFiltered(onlyTime(filters))).toBe(false);
});

test('an open end is the same all day long, so that nothing is asked for twice', () => {
  const from = '2026-03-01T00:00:00Z';
  const morning = spanIn({ from }, '7d', new Date(2026, 2, 9, 8, 0, 0, 1));
  const evening = spanIn({ from }, '7d', new Date(2026, 2, 9, 22, 30));
  expect(morning).toEqual(evening);
  expect(morning?.to).toEqual(new Date(2026, 2, 10));
});
