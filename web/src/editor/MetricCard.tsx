import { ActionIcon, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconChevronDown, IconTrash } from '@tabler/icons-react';
import { useId } from 'react';
import { TypeChip } from '../components/TypeChip';
import type { Action, Item } from '../lib/metricList';
import { hasErrors } from '../lib/metricList';
import type { Errors } from '../lib/metrics';
import { MetricFields } from './MetricFields';
import classes from './MetricCard.module.css';

interface Props {
  item: Item;
  place: number;
  /** The first one that is open: the panel begins there. */
  first: boolean;
  last: boolean;
  errors: Errors;
  advice: string[];
  /** Whether something in the list is wrong. */
  wrong: boolean;
  act: (action: Action) => void;
}

/** A numbered card of the panel. Closed, it says what it is; open, it is edited. */
export function MetricCard({ item, place, first, last, errors, advice, wrong, act }: Props) {
  const body = useId();
  const { key, metric, open } = item;
  const name = metric.identifier || 'New metric';
  const which = metric.identifier ? `${place + 1}, ${metric.identifier}` : `${place + 1}`;
  return (
    <section className={classes.card} aria-label={`Metric ${which}`} data-key={key} data-bad={hasErrors(errors) || undefined}>
      <div className={classes.head}>
        <UnstyledButton className={classes.toggle} aria-expanded={open} aria-controls={body} onClick={() => act({ do: 'toggle', key })}>
          <span className={classes.number}>{place + 1}</span>
          <span className={classes.name}>{name}</span>
          <TypeChip type={metric.dispositionMetricType} />
          {!open && hasErrors(errors) && (
            <Text span size="xs" c="red">
              needs a look
            </Text>
          )}
          <IconChevronDown size={16} className={classes.chevron} data-open={open || undefined} aria-hidden="true" />
        </UnstyledButton>
        <Tooltip label="Move up">
          <ActionIcon aria-label={`Move metric ${which} up`} disabled={place === 0} onClick={() => act({ do: 'move', key, by: -1 })}>
            <IconArrowUp size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Move down">
          <ActionIcon aria-label={`Move metric ${which} down`} disabled={last} onClick={() => act({ do: 'move', key, by: 1 })}>
            <IconArrowDown size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Remove">
          <ActionIcon aria-label={`Remove metric ${which}`} onClick={() => act({ do: 'remove', key })}>
            <IconTrash size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
      <div id={body} className={classes.body} hidden={!open}>
        <MetricFields
          metric={metric}
          first={first}
          errors={errors}
          advice={advice}
          wrong={wrong}
          onChange={(change) => act({ do: 'change', key, change })}
          onLeave={(field) => act({ do: 'leave', key, field })}
        />
      </div>
    </section>
  );
}
