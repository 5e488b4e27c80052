import { expect, test } from 'vitest';
import { isShown, readViews, searchOf, withView, writeViews } from './savedViews';

function storage(text: string | null = null) {
  let kept = text;
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) };
}

test('a view is kept and comes back with its lists', () => {
  const there = storage();
  const search = { agentId: ['a', 'b'], 'metric.m': 'x', columns: 'callId' };
  writeViews(there, withView([], ' Mine ', search));
  const [view] = readViews(there);
  expect(view?.name).toBe('Mine');
  expect(view && searchOf(view)).toEqual(search);
  expect(view && isShown(view, { columns: 'callId', 'metric.m': 'x', agentId: ['a', 'b'], search: undefined })).toBe(true);
  expect(view && isShown(view, { columns: 'callId' })).toBe(false);
});

test('the same name is the same view', () => {
  const views = withView(withView([], 'a', { search: '1' }), 'b', {});
  expect(withView(views, 'a', { search: '2' })).toEqual([{ name: 'a', search: '?search=2' }, { name: 'b', search: '' }]);
});

test.each(['', '{', '{}', '[1,{"name":"a"}]'])('what cannot be read (%s) is no view', (text) => {
  expect(readViews(storage(text))).toEqual([]);
});
