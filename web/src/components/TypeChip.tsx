import { Badge } from '@mantine/core';
import { TYPE_WORDS, TYPES, type MetricType } from '../lib/metrics';

const COLOURS: Record<MetricType, string> = { STRING: 'gray', BOOLEAN: 'teal', INTEGER: 'blue', ENUM: 'grape', DATETIME: 'orange' };

export function TypeChip({ type }: { type: string }) {
  const known = TYPES.find((one) => one === type);
  return (
    <Badge color={known ? COLOURS[known] : 'gray'} size="sm">
      {known ? TYPE_WORDS[known].name : type}
    </Badge>
  );
}
