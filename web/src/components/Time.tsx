import { Tooltip } from '@mantine/core';
import { dateTime, ZONE } from '../lib/format';

/** An instant in the viewer's zone; on hover and focus, in the call's. */
export function Time({ at, zone }: { at: string | null | undefined; zone?: string | null }) {
  if (!at) return <span aria-label="unknown">–</span>;
  const shown = <time dateTime={at}>{dateTime(at)}</time>;
  if (!zone || zone === ZONE) return shown;
  return (
    <Tooltip label={`${dateTime(at, zone)} in ${zone.replaceAll('_', ' ')}, where the caller was`}>
      <span>{shown}</span>
    </Tooltip>
  );
}
