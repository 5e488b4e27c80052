import { Page } from '../components/Page';
export function Jobs() {
  return <Page title="Jobs">soon</Page>;
}
