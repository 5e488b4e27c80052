import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Metric } from './metrics';
import { merged, metricsFile } from './metricsFile';

const metrics: Metric[] = [
  { identifier: 'a', dispositionMetricPrompt: 'Yes: or "no"?\n# not a comment', dispositionMetricType: 'ENUM', choices: ['yes', 'no', '007'] },
  { identifier: 'b', dispositionMetricPrompt: 'x '.repeat(120).trim(), dispositionMetricType: 'STRING' },
];

test.each(['yaml', 'json'] as const)('what is exported as %s is read back the same', async (form) => {
  const text = await metricsFile(metrics, form);
  expect(form === 'json' ? JSON.parse(text) : parse(text)).toEqual(metrics);
});

test('an imported metric takes the place of its namesake, new ones follow', () => {
  const changed = { ...metrics[0], dispositionMetricPrompt: 'New?' } as Metric;
  const fresh = { ...metrics[1], identifier: 'c' } as Metric;
  expect(merged(metrics, [fresh, changed])).toEqual([changed, metrics[1], fresh]);
});
