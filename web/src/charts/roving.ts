import { useState, type KeyboardEvent } from 'react';

/** Many marks are one stop of the Tab key; arrows go from one to the next. */
export function useRoving(count: number) {
  const [current, setCurrent] = useState(0);
  const at = Math.min(current, Math.max(count - 1, 0));
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? count - 1 : by === undefined ? null : at + by;
    if (to === null || to < 0 || to >= count) return;
    event.preventDefault();
    setCurrent(to);
    event.currentTarget.querySelectorAll<HTMLElement>('[data-mark]')[to]?.focus();
  };
  return { onKeyDown, tabIndex: (mark: number) => (mark === at ? 0 : -1), onFocus: setCurrent };
}
