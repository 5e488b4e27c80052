import { Button, Drawer, Group, Tabs, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconFlask, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useEffect, useReducer, useRef, useState } from 'react';
import { checkMetrics } from '../api/metrics';
import { ApiError } from '../api/problem';
import { useConfirm } from '../components/confirm';
import { failed } from '../components/toast';
import { begin, hasErrors, isChanged, metricsOf, shownErrors, step } from '../lib/metricList';
import { blank, errorsOf, MAX_METRICS, placeOf, type Metric } from '../lib/metrics';
import { MetricCard } from './MetricCard';
import { Templates } from './Templates';
import classes from './MetricsPanel.module.css';

interface Props {
  metrics: Metric[];
  /** The place of the metric to open; the list's end adds one. */
  open: number;
  onSave: (metrics: Metric[]) => Promise<void>;
  onTry: (metrics: Metric[]) => void;
  onClose: () => void;
}

/** *Set up post call metrics*: the whole list, edited and saved together. */
export function MetricsPanel({ metrics, open, onSave, onTry, onClose }: Props) {
  const [list, act] = useReducer(step, null, () => begin(metrics, open));
  const [tab, setTab] = useState<string | null>('metrics');
  const [saving, setSaving] = useState(false);
  const cards = useRef<HTMLDivElement>(null);
  const confirm = useConfirm();
  const changed = isChanged(list);
  const errors = shownErrors(list);
  const advice = useAdvice(metricsOf(list));
  const wrong = errorsOf(metricsOf(list)).some(hasErrors);

  const leave = () =>
    confirm({
      title: 'Leave without saving?',
      body: 'What you changed here is not saved yet.',
      action: 'Discard changes',
      cancel: 'Go on editing',
      danger: true,
    });
  // The browser's own question, where the page is closed or another address entered.
  const done = useRef(false);
  useBlocker({ shouldBlockFn: async () => changed && !done.current && !(await leave()), enableBeforeUnload: () => changed && !done.current });
  const close = async () => {
    if (!changed || (await leave())) onClose();
  };

  useFocusOnNew(cards, list.items.length);

  const save = async () => {
    act({ do: 'try' });
    const sent = metricsOf(list);
    const bad = errorsOf(sent).findIndex(hasErrors);
    if (bad !== -1) {
      setTab('metrics');
      focusCard(cards.current, bad);
      return;
    }
    setSaving(true);
    done.current = true;
    try {
      await onSave(sent);
    } catch (error) {
      done.current = false;
      const problems = error instanceof ApiError ? error.fields.filter(({ field }) => placeOf(field)) : [];
      if (problems.length === 0) failed(error);
      act({ do: 'refuse', problems });
    } finally {
      setSaving(false);
    }
  };

  return (
    <Drawer
      opened
      onClose={() => void close()}
      position="right"
      size="min(54rem, 100vw)"
      title="Set up post call metrics"
      classNames={{ content: classes.content, body: classes.panel }}
    >
      <Tabs value={tab} onChange={setTab} className={classes.tabs} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="metrics">Disposition Metrics</Tabs.Tab>
          <Tabs.Tab value="templates">Templates</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="metrics" className={classes.body}>
          {advice.ofList.map((message) => (
            <Text key={message} size="xs" c="dimmed" mb="xs">
              Advice: {message}.
            </Text>
          ))}
          <div ref={cards} className={classes.cards}>
            {list.items.map((item, place) => (
              <MetricCard
                key={item.key}
                item={item}
                place={place}
                first={item.open && list.items.findIndex((one) => one.open) === place}
                last={place === list.items.length - 1}
                errors={errors[place] ?? {}}
                advice={advice.of(place)}
                wrong={wrong}
                act={act}
              />
            ))}
          </div>
          {list.items.length === 0 && (
            <Text size="sm" c="dimmed">
              No metrics: saved so, calls get a summary only.
            </Text>
          )}
          <Button
            variant="default"
            mt="sm"
            leftSection={<IconPlus size={16} />}
            disabled={list.items.length >= MAX_METRICS}
            onClick={() => act({ do: 'add', metrics: [blank()] })}
          >
            Add Another
          </Button>
        </Tabs.Panel>
        <Tabs.Panel value="templates" className={classes.body}>
          <Templates
            taken={new Set(metricsOf(list).map((metric) => metric.identifier))}
            onAdd={(chosen) => {
              act({ do: 'add', metrics: chosen });
              setTab('metrics');
            }}
          />
        </Tabs.Panel>
      </Tabs>
      <div className={classes.foot}>
        <Button variant="subtle" leftSection={<IconFlask size={16} />} onClick={() => onTry(metricsOf(list))} disabled={list.items.length === 0}>
          Try it
        </Button>
        <Group gap="xs" wrap="nowrap">
          <Button variant="default" onClick={() => void close()}>
            Cancel
          </Button>
          <Button onClick={() => void save()} loading={saving} disabled={!changed && !list.tried}>
            Save
          </Button>
        </Group>
      </div>
    </Drawer>
  );
}

/** Advice on the list, asked for when typing pauses; the last one stays until the next is there. */
function useAdvice(metrics: Metric[]) {
  const text = JSON.stringify(metrics);
  const [settled] = useDebouncedValue(text, 400);
  const { data } = useQuery({
    queryKey: ['check', settled],
    queryFn: ({ signal }) => checkMetrics(JSON.parse(settled) as Metric[], signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
  const advice = data?.advice ?? [];
  return {
    ofList: advice.filter((one) => one.metric === null).map((one) => one.message),
    of: (place: number) => advice.filter((one) => one.metric === place).map((one) => one.message),
  };
}

/** The first field of a metric that was just added gets the focus; that of the one opened at first gets it with the panel. */
function useFocusOnNew(cards: React.RefObject<HTMLDivElement | null>, count: number) {
  const before = useRef(count);
  useEffect(() => {
    const first = cards.current?.children[before.current];
    if (count > before.current && first) {
      first.querySelector('input')?.focus({ preventScroll: true });
      first.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    }
    before.current = count;
  }, [cards, count]);
}

function focusCard(cards: HTMLElement | null, place: number) {
  setTimeout(() => {
    const card = cards?.children[place];
    const field = card?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? card?.querySelector<HTMLElement>('input');
    field?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: 'nearest' });
  }, 50);
}
