export interface Place {
  /** Under the axis. */
  label: string;
  /** The day that an hour belongs to. */
  day?: string | undefined;
}

/** So that the hours under an axis are the same ones each day. */
const HOURS = [1, 2, 3, 4, 6, 12, 24];

const MOST = 8;

/** What stands under an axis with room for so many letters: nothing at some places, and the day where another one begins. */
export function axisLabels(places: readonly Place[], room = Infinity): string[] {
  const longest = Math.max(...places.map(({ label, day = '' }) => Math.max(label.length, day.length)));
  const step = places.length / Math.max(1, Math.min(MOST, Math.floor(room / (longest + 2))));
  const every = Math.max(1, Math.ceil(places[0]?.day === undefined ? step : (HOURS.find((hours) => hours >= step) ?? step)));
  let last: string | undefined;
  return places.map(({ label, day }, at) => {
    if (at % every !== 0) return '';
    const begins = day !== undefined && day !== last;
    last = day;
    return begins ? `${label}\n${day}` : label;
  });
}
