import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Search } from '../lib/search';
import { json } from './client';
import type { Delivery, DeliveryDetail, DeliveryPage, NewWebhook, Replayed, SecretView, Webhook, WebhookList } from './schema';

export const webhookList = queryOptions({
  queryKey: ['webhooks'],
  queryFn: async ({ signal }) => (await json<WebhookList>('/v1/webhooks', { signal })).webhooks,
});

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', id],
    queryFn: ({ signal }) => json<Webhook>(`/v1/webhooks/${id}`, { signal }),
  });

export const deliveryPage = (query: Search) =>
  queryOptions({
    queryKey: ['deliveries', query],
    queryFn: ({ signal }) => json<DeliveryPage>('/v1/deliveries', { query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => json<DeliveryDetail>(`/v1/deliveries/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'waiting' || state.data?.state === 'sending' ? 2_000 : false),
  });

export const createWebhook = (body: NewWebhook) => json<Webhook>('/v1/webhooks', { method: 'POST', body });
export const changeWebhook = (id: string, body: NewWebhook) => json<Webhook>(`/v1/webhooks/${id}`, { method: 'PATCH', body });
export const deleteWebhook = (id: string) => json(`/v1/webhooks/${id}`, { method: 'DELETE' });
export const readSecret = (id: string) => json<SecretView>(`/v1/webhooks/${id}/secret`);
export const rotateSecret = (id: string, hours: number) =>
  json<SecretView>(`/v1/webhooks/${id}/rotate`, { method: 'POST', body: { hours } });
export const testWebhook = (id: string) => json<Delivery>(`/v1/webhooks/${id}/test`, { method: 'POST' });
export const replayWebhook = (id: string) => json<Replayed>(`/v1/webhooks/${id}/replay`, { method: 'POST', body: {} });
export const replayDelivery = (id: string) => json<Delivery>(`/v1/deliveries/${id}/replay`, { method: 'POST' });
