import { ErrorNote } from './ErrorNote';
import { Page } from './Page';

/** In the place of a page that could not be shown, such as one whose code could not be fetched. */
export function Failed({ error }: { error: unknown }) {
  return (
    <Page title="This page could not be shown">
      <ErrorNote error={error} retry={() => window.location.reload()} />
    </Page>
  );
}
