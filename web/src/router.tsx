import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Failed } from './components/Failed';
import { Frame } from './components/Frame';
import { NotFound } from './components/NotFound';
import { readFilters, type Filters } from './lib/filters';
import { parseSearch, stringifySearch, text } from './lib/search';
import { Overview } from './pages/Overview';

const root = createRootRoute({ component: Frame, notFoundComponent: () => <NotFound /> });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search): Filters & { show?: string } => ({ ...readFilters(search), show: text(search.show) }),
  component: Overview,
});

const agents = createRoute({
  getParentRoute: () => root,
  path: '/agents',
  validateSearch: (search): { search?: string; archived?: string; page?: string } => ({
    search: text(search.search),
    archived: text(search.archived),
    page: text(search.page),
  }),
  component: lazyRouteComponent(() => import('./pages/Agents'), 'Agents'),
});

const agent = createRoute({
  getParentRoute: () => root,
  path: '/agents/$agentId',
  validateSearch: (search): { a?: string; b?: string } => ({ a: text(search.a), b: text(search.b) }),
  component: lazyRouteComponent(() => import('./pages/AgentPage'), 'AgentPage'),
});

const editor = createRoute({
  getParentRoute: () => root,
  path: '/agents/$agentId/metrics',
  validateSearch: (search): { draft?: string; version?: string } => ({
    draft: text(search.draft),
    version: text(search.version),
  }),
  component: lazyRouteComponent(() => import('./pages/PostCallMetrics'), 'PostCallMetrics'),
});

const toEditor = createRoute({
  getParentRoute: () => root,
  path: '/post-call-metrics',
  component: lazyRouteComponent(() => import('./pages/ToPostCallMetrics'), 'ToPostCallMetrics'),
});

const metrics = createRoute({
  getParentRoute: () => root,
  path: '/dashboard',
  validateSearch: (search): Filters & { compare?: string; with?: string } => ({
    ...readFilters(search),
    compare: text(search.compare),
    with: text(search.with),
  }),
  component: lazyRouteComponent(() => import('./pages/MetricsDashboard'), 'MetricsDashboard'),
});

const calls = createRoute({
  getParentRoute: () => root,
  path: '/calls',
  validateSearch: (search): Filters & { columns?: string } => ({ ...readFilters(search), columns: text(search.columns) }),
  component: lazyRouteComponent(() => import('./pages/Calls'), 'Calls'),
});

const call = createRoute({
  getParentRoute: () => root,
  path: '/calls/$callId',
  validateSearch: (search): { analysis?: string } => ({ analysis: text(search.analysis) }),
  component: lazyRouteComponent(() => import('./pages/CallPage'), 'CallPage'),
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./pages/Webhooks'), 'Webhooks'),
});

const webhook = createRoute({
  getParentRoute: () => root,
  path: '/webhooks/$webhookId',
  validateSearch: (search): { state?: string; event?: string; page?: string; delivery?: string } => ({
    state: text(search.state),
    event: text(search.event),
    page: text(search.page),
    delivery: text(search.delivery),
  }),
  component: lazyRouteComponent(() => import('./pages/WebhookPage'), 'WebhookPage'),
});

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  component: lazyRouteComponent(() => import('./pages/Models'), 'Models'),
});

const jobs = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  validateSearch: (search): { state?: string; page?: string; callId?: string } => ({
    state: text(search.state),
    page: text(search.page),
    callId: text(search.callId),
  }),
  component: lazyRouteComponent(() => import('./pages/Jobs'), 'Jobs'),
});

const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: lazyRouteComponent(() => import('./pages/Keys'), 'Keys'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    agents,
    agent,
    editor,
    toEditor,
    metrics,
    calls,
    call,
    webhooks,
    webhook,
    models,
    jobs,
    keys,
  ]),
  parseSearch,
  stringifySearch,
  defaultErrorComponent: Failed,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
