import { expect, test } from 'vitest';
import { coloursOf } from './colours';

test('a value keeps its colour whatever place it has', () => {
  const some = coloursOf(['resolved', 'escalated', 'unresolved']);
  const others = coloursOf(['unresolved', 'resolved', 'escalated']);
  expect(some).toEqual(new Map([...others]));
  expect(coloursOf(['resolved']).get('resolved')).toBe(some.get('resolved'));
});

test('values differ in colour as long as there are enough', () => {
  const values = Array.from({ length: 10 }, (_, at) => `value_${at}`);
  expect(new Set(coloursOf(values).values()).size).toBe(10);
  expect(coloursOf([...values, 'one more']).size).toBe(11);
});
