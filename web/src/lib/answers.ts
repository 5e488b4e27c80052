import type { Answer } from '../api/schema';
import { date, dateTime, number } from './format';

/** A value as one reads it; null where there is none. */
export function valueText(answer: Pick<Answer, 'value' | 'dispositionMetricType' | 'datetime'>): string | null {
  const { value } = answer;
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return number(value);
  if (answer.dispositionMetricType === 'DATETIME') {
    return answer.datetime?.precision === 'day' ? date(value, answer.datetime.timezone) : dateTime(value);
  }
  return value;
}

export const STATUS_WORDS = { answered: 'answered', not_mentioned: 'not mentioned', failed: 'failed' } as const;

export function statusWords(status: string): string {
  return status in STATUS_WORDS ? STATUS_WORDS[status as keyof typeof STATUS_WORDS] : status;
}
