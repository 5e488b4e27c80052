import { Anchor, Select, Text, Textarea, TextInput } from '@mantine/core';
import { suggestedIdentifier, TYPE_WORDS, TYPES, type Errors, type Field, type Metric } from '../lib/metrics';
import { Advice } from './Advice';
import { Choices } from './Choices';
import classes from './MetricFields.module.css';

const TYPE_OPTIONS = TYPES.map((type) => ({ value: type, label: TYPE_WORDS[type].name }));

interface Props {
  metric: Metric;
  /** Whether the panel's focus begins here. */
  first: boolean;
  errors: Errors;
  advice: string[];
  /** Whether something in the list is wrong: then there is no advice. */
  wrong: boolean;
  onChange: (change: Partial<Metric>) => void;
  onLeave: (field: Field) => void;
}

/** Identifier, data type, choices and prompt of one metric. */
export function MetricFields({ metric, first, errors, advice, wrong, onChange, onLeave }: Props) {
  const suggestion = errors.identifier && metric.identifier ? suggestedIdentifier(metric.identifier) : '';
  return (
    <div className={classes.fields}>
      <div>
        <TextInput
          label="Identifier"
          description="Lower-case letters, digits and underscores. It names the answer in logs, exports and webhooks."
          placeholder="issue_resolved"
          required
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'mono' }}
          value={metric.identifier}
          error={errors.identifier}
          onChange={(event) => onChange({ identifier: event.currentTarget.value })}
          onBlur={() => onLeave('identifier')}
          data-field="identifier"
          data-autofocus={first || undefined}
        />
        {suggestion && suggestion !== metric.identifier && (
          <Anchor component="button" type="button" size="xs" mt={4} onClick={() => onChange({ identifier: suggestion })}>
            Take <span className="mono">{suggestion}</span>
          </Anchor>
        )}
      </div>
      <Select
        label="Data type"
        description={`An answer is ${TYPE_WORDS[metric.dispositionMetricType].gives}.`}
        data={TYPE_OPTIONS}
        value={metric.dispositionMetricType}
        error={errors.dispositionMetricType}
        allowDeselect={false}
        comboboxProps={{ withinPortal: true }}
        onChange={(type) => type && onChange({ dispositionMetricType: type })}
      />
      {metric.dispositionMetricType === 'ENUM' && (
        <Choices
          choices={metric.choices ?? []}
          error={errors.choices}
          onChange={(choices) => onChange({ choices })}
          onLeave={() => onLeave('choices')}
        />
      )}
      <div className={classes.prompt}>
        <Textarea
          label="Prompt"
          description="What to find out, as you would ask a colleague who has read the call."
          placeholder={PLACEHOLDERS[metric.dispositionMetricType]}
          required
          rows={4}
          classNames={{ input: classes.text }}
          value={metric.dispositionMetricPrompt}
          error={errors.dispositionMetricPrompt}
          onChange={(event) => onChange({ dispositionMetricPrompt: event.currentTarget.value })}
          onBlur={() => onLeave('dispositionMetricPrompt')}
          data-field="dispositionMetricPrompt"
        />
      </div>
      <div className={classes.advice}>
        <Text size="sm" fw={500}>
          Advice
        </Text>
        <Advice messages={advice} waiting={metric.dispositionMetricPrompt.trim() === ''} wrong={wrong} />
      </div>
    </div>
  );
}

const PLACEHOLDERS: Record<Metric['dispositionMetricType'], string> = {
  BOOLEAN: 'Was the caller’s request fully settled by the end of the call?',
  STRING: 'What did the caller want, in a few words?',
  INTEGER: 'How did the caller feel at the end, from 1 (very angry) to 5 (very happy)?',
  ENUM: 'How did the call end? resolved: … escalated: … unresolved: …',
  DATETIME: 'For what date and time was a visit agreed?',
};
