/** Numbers and times in the viewer's language and zone. */
export const LOCALE = typeof navigator === 'undefined' ? 'en' : navigator.language;
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });

export const count = (value: number) => (Math.abs(value) >= 100_000 ? short.format(value) : whole.format(value));
export const number = (value: number) => fine.format(value);

/** A share of one; tenths only where they tell something. */
export function percent(share: number): string {
  const digits = share !== 0 && Math.abs(share) < 0.1 ? 1 : 0;
  return new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: digits }).format(share);
}

/** `4 s`, `1 min 16 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const total = Math.round(seconds);
  if (total < 60) return `${whole.format(total)} s`;
  if (total < 3600) return joined(Math.floor(total / 60), 'min', total % 60, 's');
  if (total < 86_400) return joined(Math.floor(total / 3600), 'h', Math.floor((total % 3600) / 60), 'min');
  return joined(Math.floor(total / 86_400), 'd', Math.floor((total % 86_400) / 3600), 'h');
}

function joined(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${whole.format(big)} ${bigUnit}` : `${whole.format(big)} ${bigUnit} ${small} ${smallUnit}`;
}

/** Seconds since the call began as `1:05`. */
export function clock(seconds: number): string {
  const total = Math.floor(seconds);
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, '0')}`;
}

/** `250 ms`, `1.5 s`, `1 min 16 s`. */
export function milliseconds(value: number): string {
  if (value >= 60_000) return duration(value / 1000);
  return value < 1000 ? `${whole.format(value)} ms` : `${fine.format(value / 1000)} s`;
}

export function cost(value: number): string {
  return new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 }).format(value);
}

export function dateTime(instant: string | Date, zone: string = ZONE): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short', timeZone: known(zone) }).format(new Date(instant));
}

export function date(instant: string | Date, zone: string = ZONE): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeZone: known(zone) }).format(new Date(instant));
}

/** A zone that this browser does not know is no reason to show nothing. */
function known(zone: string): string {
  try {
    new Intl.DateTimeFormat(LOCALE, { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}

/** The place of a bucket on an axis, and what it is called where it stands alone. */
export function bucketPlace(start: string, bucket: 'hour' | 'day' | 'week' | 'month'): { label: string; day?: string; name: string } {
  const said = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(LOCALE, options).format(new Date(start));
  const day = { day: 'numeric', month: 'short' } as const;
  const hour = { hour: 'numeric', minute: '2-digit' } as const;
  if (bucket === 'hour') return { label: said(hour), day: said(day), name: said({ ...day, ...hour }) };
  const label = said(bucket === 'month' ? { month: 'short', year: '2-digit' } : day);
  return { label, name: label };
}

/** `call_outcome` as a title: `Call outcome`. */
export function title(identifier: string): string {
  const words = identifier.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** How a number moved against an earlier one; null where there is nothing to compare with. */
export function change(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / before;
}

export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), units.length - 1);
  return new Intl.NumberFormat(LOCALE, { style: 'unit', unit: units[power], maximumFractionDigits: power === 0 ? 0 : 1 }).format(
    value / 1000 ** power,
  );
}
