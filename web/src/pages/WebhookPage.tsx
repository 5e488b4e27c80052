import { Page } from '../components/Page';
export function WebhookPage() {
  return <Page title="WebhookPage">soon</Page>;
}
