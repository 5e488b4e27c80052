import { Page } from '../components/Page';
export function Webhooks() {
  return <Page title="Webhooks">soon</Page>;
}
