import { Link } from '@tanstack/react-router';
import { count, percent } from '../lib/format';
import type { Filters } from '../lib/filters';
import type { Search } from '../lib/search';
import classes from './Distribution.module.css';

export interface Row {
  key: string;
  label: string;
  value: number;
  search: Search;
  colour?: string;
  /** Its share in what one compares with. */
  before?: number | null | undefined;
}

/** Values with their counts and shares of the whole, each a link to the calls behind it. A full bar is the whole. */
export function Distribution({ label, rows, whole }: { label: string; rows: Row[]; whole: number }) {
  return (
    <ul className={classes.rows} aria-label={label}>
      {rows.map(({ key, label: name, value, search, colour, before }) => {
        const share = whole === 0 ? 0 : value / whole;
        return (
          <li key={key}>
            <Link to="/calls" search={search as Filters} className={classes.row}>
              <span className={classes.name}>{name}</span>
              <span className={classes.figures}>
                {count(value)} <span className={classes.share}>{percent(share)}</span>
                {before !== undefined && <span className={classes.was}> was {before === null ? '–' : percent(before)}</span>}
              </span>
              <span className={classes.track} aria-hidden="true">
                <span className={classes.fill} style={{ width: `${share * 100}%`, background: colour }} />
                {before != null && <span className={classes.before} style={{ left: `${before * 100}%` }} />}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
