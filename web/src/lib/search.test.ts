import { expect, test } from 'vitest';
import { parseSearch, stringifySearch } from './search';

test('a name several times is a list, and comes back as one', () => {
  const search = parseSearch('?agentId=a&agentId=b&metric.csat.lt=3&search=a%20b');
  expect(search).toEqual({ agentId: ['a', 'b'], 'metric.csat.lt': '3', search: 'a b' });
  expect(parseSearch(stringifySearch(search))).toEqual(search);
});

test('what is not set does not stand in the address', () => {
  expect(stringifySearch({ a: undefined, b: '', c: null, d: [] })).toBe('');
  expect(stringifySearch({ finished: 'false' })).toBe('?finished=false');
});
