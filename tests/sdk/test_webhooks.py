"""Webhooks by the public SDK."""
from smallestai.errors import BadRequestError, NotFoundError

from sdk import world
from sdk.world import SdkTest


class Webhooks(SdkTest):
    def setUp(self):
        self.webhooks = self.atoms.webhooks
        self.id = self.agent()

    def webhook(self, name, *events):
        url = f"https://example.com/{name}/{self.id}"
        events = [{"agentId": self.id, "eventType": event} for event in events]
        return self.webhooks.create(endpoint=url, description="", events=events).data

    def test_a_webhook_is_made_shown_changed_and_deleted(self):
        hook = self.webhook("one", "analytics-completed")
        found = self.webhooks.get_webhooks(webhook_id=hook).data
        self.assertEqual(len(found.decrypted_secret_key), 64)
        self.assertEqual((found.status, found.subscriptions[0].event_type), ("enabled", "analytics-completed"))
        self.assertIn(hook, [one.id for one in self.webhooks.get_webhooks().data])
        self.webhooks.update(hook, description="c2", headers={"x-api-key": "k"})
        self.webhooks.update(hook, headers={})
        self.assertEqual(self.webhooks.get_webhooks(webhook_id=hook).data.description, "c2")
        with self.assertRaises(BadRequestError):
            self.webhooks.delete(hook)
        self.webhooks.delete_webhook_subscriptions_for_an_agent(self.id)
        self.webhooks.delete(hook)
        with self.assertRaises(NotFoundError):
            self.webhooks.delete(hook)

    def test_an_agents_subscriptions_are_replaced(self):
        hook = self.webhook("two", "post-conversation")
        self.webhooks.replace_webhook_subscriptions_for_an_agent(
            self.id, webhook_id=hook, event_types=["post-conversation", "analytics-completed"])
        found = self.webhooks.get_webhook_subscriptions_for_an_agent(self.id).data
        self.assertEqual({one.event_type for one in found}, {"post-conversation", "analytics-completed"})
        self.assertEqual({one.agent_id for one in found}, {self.id})
        self.webhooks.delete_webhook_subscriptions_for_an_agent(self.id)
        self.assertEqual(self.webhooks.get_webhook_subscriptions_for_an_agent(self.id).data, [])

    def test_what_is_wrong_is_refused(self):
        self.webhook("three", "post-conversation")
        with self.assertRaises(BadRequestError):
            self.webhook("three", "post-conversation")
        with self.assertRaises(BadRequestError):
            self.webhooks.create(endpoint="http://169.254.169.254/", description="", events=[])
        with self.assertRaises(NotFoundError):
            self.webhooks.get_webhook_subscriptions_for_an_agent(world.NOBODY)
