import { expect, test } from 'vitest';
import { axisLabels } from './axis';

test('a long axis names every so many places', () => {
  const days = Array.from({ length: 9 }, (_, at) => ({ label: String(at) }));
  expect(axisLabels(days)).toEqual(['0', '', '2', '', '4', '', '6', '', '8']);
  expect(axisLabels(days.slice(0, 8))).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  expect(axisLabels([])).toEqual([]);
});

test('a narrow axis names fewer, the longer they are', () => {
  const places = (label: string) => Array.from({ length: 8 }, () => ({ label }));
  expect(axisLabels(places('1'), 40).filter(Boolean)).toHaveLength(8);
  expect(axisLabels(places('10. March'), 40).filter(Boolean)).toHaveLength(3);
});

test('hours say where another day begins, and are the same ones each day', () => {
  const hours = Array.from({ length: 48 }, (_, at) => ({ label: String(at % 24), day: at < 24 ? 'Mon' : 'Tue' }));
  expect(axisLabels(hours).filter(Boolean)).toEqual(['0\nMon', '6', '12', '18', '0\nTue', '6', '12', '18']);
  expect(axisLabels(hours, 36).filter(Boolean)).toEqual(['0\nMon', '12', '0\nTue', '12']);
});
