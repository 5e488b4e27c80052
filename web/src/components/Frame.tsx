import { ConfirmProvider } from './confirm';
import { Shell } from './Shell';

export function Frame() {
  return (
    <ConfirmProvider>
      <Shell />
    </ConfirmProvider>
  );
}
