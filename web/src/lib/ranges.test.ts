import { expect, test, vi } from 'vitest';
import { bucketFor, daysOf, previous, previousWords, spanOf } from './ranges';

vi.stubEnv('TZ', 'Europe/Berlin');

test('a span ends with the day, so that it is the same all day', () => {
  const morning = spanOf('7d', new Date('2026-03-10T06:00:00Z'));
  const evening = spanOf('7d', new Date('2026-03-10T20:00:00Z'));
  expect(morning).toEqual(evening);
  expect(morning?.to.toISOString()).toBe('2026-03-10T23:00:00.000Z');
});

test('the time before begins at midnight too where clocks changed between them', () => {
  const span = spanOf('7d', new Date('2026-04-02T10:00:00Z'));
  expect(span?.from.toISOString()).toBe('2026-03-26T23:00:00.000Z');
  expect(span && previous(span)).toEqual({ from: new Date('2026-03-19T23:00:00Z'), to: new Date('2026-03-26T23:00:00Z') });
  // The last Sunday of March has 23 hours in Berlin.
  const short = { from: new Date('2026-03-28T23:00:00Z'), to: new Date('2026-03-29T22:00:00Z') };
  expect(previous(short)).toEqual({ from: new Date('2026-03-27T23:00:00Z'), to: short.from });
});

test('a span of hours moves by its length', () => {
  const span = { from: new Date('2026-03-10T10:30:00Z'), to: new Date('2026-03-10T12:00:00Z') };
  expect(previous(span)).toEqual({ from: new Date('2026-03-10T09:00:00Z'), to: span.from });
});

test('steps grow with the span', () => {
  const of = (days: number) => bucketFor({ from: new Date(0), to: new Date(days * 86_400_000) });
  expect([1, 2, 7, 90, 365, 3650].map(of)).toEqual(['hour', 'hour', 'day', 'day', 'week', 'month']);
});

test('the time before in words', () => {
  const words = (from: string, to: string) => previousWords({ from: new Date(from), to: new Date(to) });
  // Over the last Sunday of March, which has 23 hours in Berlin.
  expect(words('2026-03-02T23:00:00Z', '2026-04-01T22:00:00Z')).toBe('in the 30 days before');
  expect(words('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z')).toBe('on the day before');
  expect(words('2026-03-10T10:30:00Z', '2026-03-10T12:00:00Z')).toBe('in the time before');
});

test('a span as its days: the end is the day before midnight, or the one that has begun', () => {
  expect(daysOf({ from: new Date('2026-03-01T23:00:00Z'), to: new Date('2026-03-03T23:00:00Z') })).toEqual(['2026-03-02', '2026-03-03']);
  expect(daysOf({ from: new Date('2026-03-02T10:00:00Z'), to: new Date('2026-03-02T12:00:00Z') })).toEqual(['2026-03-02', '2026-03-02']);
  expect(daysOf({ from: new Date(0), to: new Date() })).toEqual([null, null]);
  expect(daysOf(null)).toEqual([null, null]);
});
