import { Badge } from '@mantine/core';
import { TYPE_WORDS, type MetricType } from '../lib/metrics';

const COLOURS: Record<MetricType, string> = { STRING: 'gray', BOOLEAN: 'teal', INTEGER: 'blue', ENUM: 'grape', DATETIME: 'orange' };

export function TypeChip({ type }: { type: MetricType }) {
  return (
    <Badge color={COLOURS[type]} size="sm">
      {TYPE_WORDS[type].name}
    </Badge>
  );
}
