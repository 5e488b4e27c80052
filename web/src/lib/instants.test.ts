import { expect, test, vi } from 'vitest';
import { fromClock, readInstant, toClock } from './instants';

vi.stubEnv('TZ', 'Europe/Berlin');

test('a picker is in the zone of the viewer, the address names the instant', () => {
  expect(toClock('2026-03-13T15:00:00-04:00')).toBe('2026-03-13 20:00:00');
  expect(fromClock('2026-03-13 20:00:00')).toBe('2026-03-13T19:00:00.000Z');
  expect(toClock(fromClock('2026-07-01 00:00:00'))).toBe('2026-07-01 00:00:00');
});

test('what is no instant is none', () => {
  expect(['soon', '4', '2026-03-01', '2026-13-01T00:00:00Z'].map(readInstant)).toEqual([null, null, null, null]);
  expect(readInstant('2026-03-13T15:00:00 02:00')).toEqual(new Date('2026-03-13T13:00:00Z'));
});
