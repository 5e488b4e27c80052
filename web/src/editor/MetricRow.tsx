import { ActionIcon, Menu, Text, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconDots, IconPencil, IconTrash } from '@tabler/icons-react';
import { TypeChip } from '../components/TypeChip';
import type { Metric } from '../lib/metrics';
import classes from './MetricRow.module.css';

interface Props {
  metric: Metric;
  place: number;
  last: boolean;
  /** Null where nothing may be changed. */
  act: { edit: () => void; remove: () => void; move: (by: -1 | 1) => void } | null;
}

/** A metric as it is asked. */
export function MetricRow({ metric, place, last, act }: Props) {
  const { identifier, dispositionMetricPrompt, dispositionMetricType, choices } = metric;
  return (
    <li className={classes.row}>
      <span className={classes.number} aria-hidden="true">
        {place + 1}
      </span>
      <div className={classes.text}>
        <div className={classes.head}>
          <h2 className={classes.name}>{identifier}</h2>
          <TypeChip type={dispositionMetricType} />
        </div>
        <Text size="sm" component="p" className={classes.prompt}>
          {dispositionMetricPrompt}
        </Text>
        {choices && choices.length > 0 && (
          <ul className={classes.choices} aria-label="Choices">
            {choices.map((choice) => (
              <li key={choice}>{choice}</li>
            ))}
          </ul>
        )}
      </div>
      {act && (
        <div className={classes.actions}>
          <Tooltip label="Edit">
            <ActionIcon onClick={act.edit} aria-label={`Edit ${identifier}`}>
              <IconPencil size={17} />
            </ActionIcon>
          </Tooltip>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={`More for ${identifier}`}>
                <IconDots size={17} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconArrowUp size={16} />} disabled={place === 0} onClick={() => act.move(-1)}>
                Move up
              </Menu.Item>
              <Menu.Item leftSection={<IconArrowDown size={16} />} disabled={last} onClick={() => act.move(1)}>
                Move down
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={act.remove}>
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      )}
    </li>
  );
}
