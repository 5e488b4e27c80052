import dayjs from 'dayjs';

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+ -]\d\d:\d\d)$/;

/** The instant that an address names. A plus that was typed there by hand has come as a blank. */
export function readInstant(text: string): Date | null {
  if (!RFC3339.test(text)) return null;
  const instant = new Date(text.replace(' ', '+'));
  return Number.isNaN(instant.getTime()) ? null : instant;
}

/** An instant on the viewer's clock, as a picker has it. */
export function toClock(text: string): string | null {
  const instant = readInstant(text);
  return instant && dayjs(instant).format('YYYY-MM-DD HH:mm:ss');
}

/** What a picker says, as an address and the API have it. */
export const fromClock = (local: string): string => dayjs(local).toISOString();
