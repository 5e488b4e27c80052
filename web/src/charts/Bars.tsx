import { Link } from '@tanstack/react-router';
import { useLayoutEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react';
import type { Place } from '../lib/axis';
import { count } from '../lib/format';
import type { Filters } from '../lib/filters';
import type { Search } from '../lib/search';
import classes from './Bars.module.css';
import { useRoving } from './roving';
import { useAxis } from './useAxis';

export interface Bar extends Place {
  key: string;
  /** What it says, in words. */
  words: string;
  /** The calls behind it. */
  search: Search;
  segments: { value: number; colour: string }[];
  /** What it was in what one compares with. */
  before?: number | undefined;
  /** Something that happened here. */
  event?: string | undefined;
}

interface Props {
  label: string;
  bars: Bar[];
  height?: number;
  /** A chart over the same places. It scrolls with the bars, so that its marks stay below them. */
  children?: ReactNode;
}

/** Columns over an axis, each a link to the calls behind it. What is pointed at is said above. */
export function Bars({ label, bars, height = 120, children }: Props) {
  const [pointed, setPointed] = useState<string | null>(null);
  const roving = useRoving(bars.length);
  const totals = bars.map(({ segments }) => segments.reduce((sum, { value }) => sum + value, 0));
  const top = Math.max(1, ...totals, ...bars.map(({ before = 0 }) => before));
  const scroll = useRef<HTMLDivElement>(null);
  // Where they do not all fit, the newest that show something are seen first.
  const newest = totals.findLastIndex((total) => total > 0) + 1;
  useLayoutEffect(() => {
    const { scrollWidth = 0, clientWidth = 0 } = scroll.current ?? {};
    scroll.current?.scrollTo({ left: (scrollWidth * newest) / bars.length - clientWidth, behavior: 'instant' });
  }, [bars.length, newest]);
  const labels = useAxis(bars);
  return (
    <figure className={classes.figure} aria-label={label}>
      <figcaption className={classes.caption} aria-hidden="true">
        <span>{count(top)}</span>
        <span className={classes.pointed}>{bars.find(({ key }) => key === pointed)?.words}</span>
      </figcaption>
      <div ref={scroll} className={classes.scroll}>
        <div className={classes.bars} style={{ '--bars': bars.length } as CSSProperties}>
          {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the marks in it have the focus */}
          <div className={classes.plot} style={{ height }} onKeyDown={roving.onKeyDown} onMouseLeave={() => setPointed(null)}>
            {bars.map((bar, at) => (
              <Link
                key={bar.key}
                to="/calls"
                search={bar.search as Filters}
                className={classes.bar}
                aria-label={bar.event ? `${bar.words}, ${bar.event} began` : bar.words}
                tabIndex={roving.tabIndex(at)}
                data-mark
                onFocus={() => {
                  roving.onFocus(at);
                  setPointed(bar.key);
                }}
                onBlur={() => setPointed(null)}
                onMouseEnter={() => setPointed(bar.key)}
              >
                {bar.event && <span className={classes.event}>
                    <span>{bar.event}</span>
                  </span>}
                {bar.before !== undefined && <span className={classes.before} style={{ height: `${(bar.before / top) * 100}%` }} />}
                <span className={classes.stack} style={{ height: `${((totals[at] ?? 0) / top) * 100}%` }}>
                  {bar.segments.map(({ value, colour }) => (
                    <span key={colour} style={{ flexGrow: value, background: colour }} />
                  ))}
                </span>
              </Link>
            ))}
          </div>
          <div className={classes.axis} aria-hidden="true">
            {bars.map((bar, at) => (
              <span key={bar.key}>{labels[at]}</span>
            ))}
          </div>
          {children}
        </div>
      </div>
    </figure>
  );
}
