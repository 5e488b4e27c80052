import { expect, test, vi } from 'vitest';
vi.hoisted(() => vi.stubGlobal('navigator', { language: 'en' }));
import { bucketPlace, bytes, change, clock, dateTime, duration, milliseconds, percent, title } from './format';

test.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [76.3, '1 min 16 s'],
  [3600, '1 h'],
  [7500, '2 h 5 min'],
  [90_000, '1 d 1 h'],
])('%s seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('what takes minutes is not told in seconds', () => {
  expect([250, 1500, 94_770].map(milliseconds)).toEqual(['250 ms', '1.5 s', '1 min 35 s']);
});

test('a place in a call', () => {
  expect([0, 5.9, 65, 600].map(clock)).toEqual(['0:00', '0:05', '1:05', '10:00']);
});

test('small shares have a tenth, others none', () => {
  expect([0, 0.004, 0.5, 0.996].map(percent)).toEqual(['0%', '0.4%', '50%', '100%']);
});

test('there is no change against nothing', () => {
  expect(change(5, 0)).toBeNull();
  expect(change(5, 4)).toBe(0.25);
});

test('a zone that the browser does not know is no error', () => {
  expect(dateTime('2026-03-01T09:00:00Z', 'Mars/Olympus')).toBe(dateTime('2026-03-01T09:00:00Z', 'UTC'));
});

test('an identifier as a title', () => {
  expect(title('call_outcome')).toBe('Call outcome');
});

test('sizes', () => {
  expect(bytes(999)).toContain('999');
  expect(bytes(1_500_000)).toContain('1.5');
});

test('an hour that stands alone says its day', () => {
  const { label, day, name } = bucketPlace('2026-03-02T13:00:00Z', 'hour');
  expect(name).toContain(day);
  expect(name).toContain(label);
  expect(bucketPlace('2026-03-02T13:00:00Z', 'day')).toEqual({ label: 'Mar 2', name: 'Mar 2' });
});
