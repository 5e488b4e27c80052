import { IconMapOff } from '@tabler/icons-react';
import { ButtonLink } from './links';
import { Nothing } from './Nothing';
import { Page } from './Page';

export function NotFound() {
  return (
    <Page title="Not found">
      <Nothing
        icon={<IconMapOff />}
        title="There is no such page"
        action={
          <ButtonLink to="/">
            To the overview
          </ButtonLink>
        }
      >
        The address may have been shortened on its way here.
      </Nothing>
    </Page>
  );
}
