import { useMediaQuery } from '@mantine/hooks';
import { axisLabels, type Place } from '../lib/axis';

/** Letters that fit under a chart on a phone. */
const NARROW = 40;

/** The same labels under every chart over the same places: as many as fit, each place having room for `letters` where one scrolls. */
export function useAxis(places: readonly Place[], letters = 0): string[] {
  const narrow = useMediaQuery('(max-width: 36em)', false, { getInitialValueInEffect: false });
  return axisLabels(places, narrow ? Math.max(NARROW, places.length * letters) : undefined);
}
