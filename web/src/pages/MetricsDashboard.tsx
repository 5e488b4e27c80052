import { Page } from '../components/Page';
export function MetricsDashboard() {
  return <Page title="MetricsDashboard">soon</Page>;
}
