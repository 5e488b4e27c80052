import { IconMapOff } from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import { ButtonLink } from './links';
import { Nothing } from './Nothing';
import { Page } from './Page';

interface Props {
  /** What is not there. */
  what?: string;
  /** Where it would be, and what that is called. */
  to?: LinkProps['to'];
  list?: string;
}

/** In the place of a page whose address leads to nothing. */
export function NotFound({ what = 'page', to = '/', list = 'overview' }: Props) {
  return (
    <Page title="Not found">
      <Nothing icon={<IconMapOff />} title={`There is no such ${what}`} action={<ButtonLink to={to}>To the {list}</ButtonLink>}>
        {what === 'page' ? 'Its address may have been shortened' : 'It may have been deleted, or its address shortened'} on the way here.
      </Nothing>
    </Page>
  );
}
