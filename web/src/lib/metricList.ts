import { blank, cleaned, errorsOf, freeIdentifier, moved, placeOf, sameMetrics, type Errors, type Field, type Metric } from './metrics';
import type { FieldProblem } from '../api/problem';

/** A list of metrics while it is edited. */
export interface Item {
  /** Stays while the metric is renamed and moved. */
  key: number;
  metric: Metric;
  open: boolean;
  /** Fields that were left once: there an empty one is an error. */
  left: Field[];
}

export interface MetricList {
  items: Item[];
  saved: Metric[];
  nextKey: number;
  /** Saving was tried: every error is shown. */
  tried: boolean;
  /** What the server said about the list as it was sent. */
  refused: { metrics: Metric[]; problems: FieldProblem[] } | null;
}

export type Action =
  | { do: 'change'; key: number; change: Partial<Metric> }
  | { do: 'leave'; key: number; field: Field }
  | { do: 'toggle'; key: number }
  | { do: 'add'; metrics: Metric[] }
  | { do: 'remove'; key: number }
  | { do: 'move'; key: number; by: -1 | 1 }
  | { do: 'try' }
  | { do: 'refuse'; problems: FieldProblem[] };

/** `open` is the place of the metric to be edited; a blank one is added where it is the list's end. */
export function begin(saved: Metric[], open: number): MetricList {
  const metrics = open >= saved.length ? [...saved, blank()] : saved;
  const items = metrics.map((metric, key) => ({ key, metric, open: key === open, left: [] }));
  return { items, saved, nextKey: items.length, tried: false, refused: null };
}

export function step(list: MetricList, action: Action): MetricList {
  const update = (key: number, change: (item: Item) => Partial<Item>) => ({
    ...list,
    items: list.items.map((item) => (item.key === key ? { ...item, ...change(item) } : item)),
  });
  switch (action.do) {
    case 'change':
      return update(action.key, ({ metric }) => ({ metric: { ...metric, ...action.change } }));
    case 'leave':
      return update(action.key, ({ left }) => ({ left: left.includes(action.field) ? left : [...left, action.field] }));
    case 'toggle':
      return update(action.key, ({ open }) => ({ open: !open }));
    case 'add':
      return added(list, action.metrics);
    case 'remove':
      return { ...list, items: list.items.filter((item) => item.key !== action.key) };
    case 'move': {
      const at = list.items.findIndex((item) => item.key === action.key);
      const to = at + action.by;
      return to < 0 || to >= list.items.length ? list : { ...list, items: moved(list.items, at, to) };
    }
    case 'try': {
      const errors = errorsOf(metricsOf(list));
      const items = list.items.map((item, at) => ({ ...item, open: item.open || hasErrors(errors[at]) }));
      return { ...list, items, tried: true, refused: null };
    }
    case 'refuse': {
      const places = new Set(action.problems.map(({ field }) => placeOf(field)?.index));
      const items = list.items.map((item, at) => ({ ...item, open: item.open || places.has(at) }));
      return { ...list, items, refused: { metrics: metricsOf(list), problems: action.problems } };
    }
  }
}

/** A blank metric that nobody touched gives way to what is added. */
function added(list: MetricList, metrics: Metric[]): MetricList {
  const kept = list.items.filter(({ metric }) => metrics.every(isBlank) || !isBlank(metric));
  const taken = new Set(kept.map(({ metric }) => metric.identifier));
  const fresh = metrics.map((metric, n) => {
    const identifier = metric.identifier && freeIdentifier(metric.identifier, taken);
    taken.add(identifier);
    return { key: list.nextKey + n, metric: { ...metric, identifier }, open: true, left: [] };
  });
  return { ...list, items: [...kept, ...fresh], nextKey: list.nextKey + metrics.length };
}

const isBlank = ({ identifier, dispositionMetricPrompt }: Metric) => identifier === '' && dispositionMetricPrompt === '';

export const metricsOf = (list: MetricList): Metric[] => list.items.map(({ metric }) => cleaned(metric));

/** A blank metric alone is no change. */
export function isChanged(list: MetricList): boolean {
  const metrics = metricsOf(list).filter((metric) => !isBlank(metric));
  return !sameMetrics(metrics, list.saved);
}

/** The errors to show: those of what was filled in or left, and all once saving was tried. */
export function shownErrors(list: MetricList): Errors[] {
  const refused = list.refused && sameMetrics(list.refused.metrics, metricsOf(list)) ? list.refused.problems : [];
  return errorsOf(metricsOf(list)).map((errors, at) => {
    const item = list.items[at];
    const shown: Errors = {};
    for (const [name, text] of Object.entries(errors) as [Field, string][]) {
      if (list.tried || item?.left.includes(name) || filled(item?.metric[name])) shown[name] = text;
    }
    for (const { field, rule } of refused) {
      const place = placeOf(field);
      if (place?.index === at) shown[place.field] ??= rule;
    }
    return shown;
  });
}

const filled = (value: string | string[] | undefined) => value !== undefined && value.length > 0;

export const hasErrors = (errors: Errors | undefined) => errors !== undefined && Object.keys(errors).length > 0;
