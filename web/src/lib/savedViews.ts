import { parseSearch, stringifySearch, type Search } from './search';

/** Filters and columns under a name, kept in this browser. */
export interface View {
  name: string;
  search: string;
}

const KEY = 'aftercall-views';

export function readViews(storage: Pick<Storage, 'getItem'>): View[] {
  try {
    const views: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(views) ? views.filter(isView) : [];
  } catch {
    return [];
  }
}

export function writeViews(storage: Pick<Storage, 'setItem'>, views: View[]) {
  storage.setItem(KEY, JSON.stringify(views));
}

/** The views with this one: in the place of the one with its name, else at the end. */
export function withView(views: readonly View[], name: string, search: Record<string, unknown>): View[] {
  const view = { name: name.trim(), search: stringifySearch(search) };
  const there = views.some((one) => one.name === view.name);
  return there ? views.map((one) => (one.name === view.name ? view : one)) : [...views, view];
}

export const searchOf = (view: View): Search => parseSearch(view.search);

export const isShown = (view: View, search: Record<string, unknown>) => sorted(view.search) === sorted(stringifySearch(search));

function sorted(text: string): string {
  const pairs = new URLSearchParams(text);
  pairs.sort();
  return pairs.toString();
}

function isView(value: unknown): value is View {
  const view = value as Partial<View> | null;
  return typeof view?.name === 'string' && typeof view.search === 'string';
}
