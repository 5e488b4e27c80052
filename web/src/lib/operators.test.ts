import { expect, test } from 'vitest';
import type { Metric } from './metrics';
import { emptyFilter } from './operators';

const metrics = [
  { identifier: 'visit_at', dispositionMetricType: 'DATETIME' },
  { identifier: 'mood', dispositionMetricType: 'INTEGER' },
] as Metric[];

test('a filter begins with a comparison that its metric knows', () => {
  expect(emptyFilter('visit_at', metrics).operator).toBe('gte');
  expect(emptyFilter('mood', metrics).operator).toBe('');
  expect(emptyFilter('nobody', metrics).operator).toBe('');
});
