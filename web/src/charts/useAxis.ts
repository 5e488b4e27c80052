import { useMediaQuery } from '@mantine/hooks';
import { axisLabels, type Place } from '../lib/axis';

/** Letters that fit under a chart on a phone. */
const NARROW = 40;

/** Under the narrowest bar. */
const LETTERS = 4;

/** The labels under a chart: as many as fit, with room for some letters at each place where one scrolls. */
export function useAxis(places: readonly Place[]): string[] {
  const narrow = useMediaQuery('(max-width: 36em)', false, { getInitialValueInEffect: false });
  return axisLabels(places, narrow ? Math.max(NARROW, places.length * LETTERS) : undefined);
}
