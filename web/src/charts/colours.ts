/** Colours of values, in an order in which neighbours differ. */
const COLOURS = ['pine-6', 'blue-5', 'orange-5', 'grape-5', 'cyan-7', 'pink-5', 'lime-7', 'violet-4', 'red-6', 'yellow-6'];

export function colourOf(place: number): string {
  return `var(--mantine-color-${COLOURS[place % COLOURS.length] ?? 'gray-5'})`;
}

export const YES = 'var(--bar)';
export const NO = 'var(--mantine-color-gray-5)';
