import { expect, test } from 'vitest';
import { highlighted } from './highlight';

const marked = (text: string, ...quotes: string[]) => highlighted(text, quotes).map((part) => (part.marked ? `[${part.text}]` : part.text)).join('');

test('quotes are marked where they stand', () => {
  expect(marked('Yes, it is fine. Thanks.', 'it is fine')).toBe('Yes, [it is fine]. Thanks.');
  expect(marked('Thanks.', 'Thanks.')).toBe('[Thanks.]');
  expect(marked('Thanks.')).toBe('Thanks.');
});

test('blanks and capitals do not matter, anything else does', () => {
  expect(marked('at  three\nin the afternoon', 'At three in')).toBe('[at  three\nin] the afternoon');
  expect(marked('at three', 'at four')).toBe('at three');
  expect(marked('cost (5.00)?', '(5.00)?')).toBe('cost [(5.00)?]');
});

test('quotes that overlap are one mark after the other and no word is shown twice', () => {
  expect(highlighted('a b c d', ['a b c', 'b c d', 'b']).map(({ text }) => text).join('')).toBe('a b c d');
  expect(marked('a b c d', 'a b c', 'b c d')).toBe('[a b c][ d]');
});
