import { expect, test } from 'vitest';
import { readPage, shownOf } from './paging';

test('what the API would not take for a page is the first', () => {
  expect(['2', '1000000'].map(readPage)).toEqual([2, 1_000_000]);
  expect([undefined, '', '0', '-1', '1.5', '1e3', 'abc', '1000001', '99999999999'].map(readPage)).toEqual(Array(9).fill(1));
});

test('a list is empty only where it has nothing on any page', () => {
  expect(shownOf(0, 0)).toBe('nothing');
  expect(shownOf(0, 1)).toBe('past the end');
  expect(shownOf(1, 1)).toBe('rows');
});
