/** Colours of values. */
const COLOURS = ['pine-6', 'blue-5', 'orange-5', 'grape-5', 'cyan-7', 'pink-5', 'lime-7', 'violet-4', 'red-6', 'yellow-6'];

/** A colour for each of these values, which goes by its name: it stays the same when others come, go or change places. */
export function coloursOf(values: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<number>();
  const colours = new Map<string, string>();
  for (const value of [...values].sort()) {
    let place = Array.from(value).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521, 7) % COLOURS.length;
    while (taken.has(place) && taken.size < COLOURS.length) place = (place + 1) % COLOURS.length;
    taken.add(place);
    colours.set(value, `var(--mantine-color-${COLOURS[place] ?? 'gray-5'})`);
  }
  return colours;
}

export const YES = 'var(--bar)';
export const NO = 'var(--mantine-color-gray-5)';
