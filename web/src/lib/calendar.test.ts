import { expect, test, vi } from 'vitest';
vi.hoisted(() => vi.stubGlobal('navigator', { language: 'de-DE' }));
import { CALENDAR, HOURS } from './calendar';

test('a calendar is in the language of the viewer', () => {
  expect(CALENDAR.monthLabelFormat('2026-03-01')).toBe('März 2026');
  expect(CALENDAR.weekdayFormat('2026-03-02')).toMatch(/^Mo/);
  expect(CALENDAR.getDayAriaLabel('2026-03-01')).toBe('1. März 2026');
  expect(HOURS).toBe('24h');
});
