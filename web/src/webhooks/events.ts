import type { Event, Webhook } from '../api/schema';

export const EVENTS: Record<Event, string> = {
  'analytics-completed': 'A call was analysed for the first time, or again where it was asked for',
  'analysis.failed': 'An analysis was given up',
  'post-conversation': 'A call has ended',
  'pre-conversation': 'A call began',
  'endpoint.disabled': 'A webhook was disabled after failing for long',
};

export const EVENT_NAMES = Object.keys(EVENTS) as Event[];

/** What a webhook gets: its events, and of which agents; none is all of them. */
export function subscribed({ subscriptions }: Pick<Webhook, 'subscriptions'>): { events: Event[]; agents: string[] } {
  const events = [...new Set(subscriptions.map(({ event }) => event))];
  const agents = [...new Set(subscriptions.map(({ agentId }) => agentId).filter((id) => id != null))];
  return { events, agents };
}
