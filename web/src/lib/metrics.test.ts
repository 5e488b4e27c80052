import { expect, test } from 'vitest';
import { cleaned, errorsOf, freeIdentifier, moved, placeOf, sameMetrics, suggestedIdentifier, type Metric } from './metrics';

const metric = (change: Partial<Metric> = {}): Metric => ({
  identifier: 'csat',
  dispositionMetricPrompt: 'How happy?',
  dispositionMetricType: 'INTEGER',
  ...change,
});
const errors = (change: Partial<Metric>) => errorsOf([metric(change)])[0];

test('a good list has no errors', () => {
  expect(errorsOf([metric(), metric({ identifier: 'b', dispositionMetricType: 'ENUM', choices: ['x', 'y'] })])).toEqual([{}, {}]);
});

test.each(['Csat', 'c sat', 'ü', 'a-b', 'a.b'])('the identifier %s breaks the rule', (identifier) => {
  expect(errors({ identifier })?.identifier).toContain('lower-case');
});

test('identifiers are unique, and both are told of each other', () => {
  const found = errorsOf([metric(), metric({ identifier: 'b' }), metric()]);
  expect(found.map((one) => one.identifier)).toEqual(['Metric 3 has this identifier already', undefined, 'Metric 1 has this identifier already']);
});

test('limits are in characters, not in UTF-16', () => {
  expect(errors({ identifier: 'a'.repeat(128) })?.identifier).toBeUndefined();
  expect(errors({ identifier: 'a'.repeat(129) })?.identifier).toBe('At most 128 characters');
  expect(errors({ dispositionMetricPrompt: '😀'.repeat(8000) })?.dispositionMetricPrompt).toBeUndefined();
  expect(errors({ dispositionMetricPrompt: '😀'.repeat(8001) })?.dispositionMetricPrompt).toBe('At most 8000 characters');
  expect(errors({ dispositionMetricPrompt: ' \n' })?.dispositionMetricPrompt).toBe('Say what to find out');
});

test('choices are for an enum, there and not twice', () => {
  const choices = (list: string[] | undefined) => errors({ dispositionMetricType: 'ENUM', ...(list ? { choices: list } : {}) })?.choices;
  expect(choices(undefined)).toContain('at least one');
  expect(choices(['a', ' a '])).toBe('“a” stands there twice');
  expect(choices(['a', 'b'.repeat(201)])).toContain('At most 200');
  expect(errors({ dispositionMetricType: 'STRING', choices: ['', ''] })).toEqual({});
});

test('choices that belong to another type are not sent', () => {
  expect(cleaned(metric({ choices: ['a'] }))).toEqual(metric());
  expect(cleaned(metric({ dispositionMetricType: 'ENUM', choices: [' a ', ' ', ''] })).choices).toEqual(['a']);
  expect(sameMetrics([metric({ choices: ['a'] })], [metric()])).toBe(true);
  expect(sameMetrics([metric()], [metric({ dispositionMetricPrompt: 'Else?' })])).toBe(false);
});

test('fields that this page does not know stay with their metric', () => {
  expect(cleaned({ ...metric(), note: 'kept' } as Metric)).toHaveProperty('note', 'kept');
});

test('an identifier is made of any words', () => {
  expect(suggestedIdentifier(' Call Outcome (final)! ')).toBe('call_outcome_final');
  expect(suggestedIdentifier('Zufriedenheit Größe')).toBe('zufriedenheit_gro_e');
  expect(suggestedIdentifier('Étape')).toBe('etape');
  expect(freeIdentifier('a', new Set(['a', 'a_2']))).toBe('a_3');
});

test('a path of the API names a metric and its field', () => {
  expect(placeOf('postCallAnalyticsConfig.dispositionMetrics[12].choices[3]')).toEqual({ index: 12, field: 'choices' });
  expect(placeOf('dispositionMetrics[0].identifier')).toEqual({ index: 0, field: 'identifier' });
  expect(placeOf('dispositionMetrics')).toBeNull();
});

test('an item moves and the others keep their order', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
});
