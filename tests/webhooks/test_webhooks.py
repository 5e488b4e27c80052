"""Deliveries are verified by libraries that others wrote, and arrive though the server is killed again and again."""
import contextlib
import hashlib
import hmac
import json
import os
import random
import ssl
import tempfile
import time
import unittest

import trustme
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from svix.webhooks import Webhook as SvixWebhook

from support import calls, places
from support.process import until
from support.server import Server
from webhooks.receiver import Receiver

SETTINGS = """
[delivery]
allow_networks = "127.0.0.0/8"
timeout_seconds = 2
poll_milliseconds = 50
"""
ROUNDS = 20 if os.environ.get("AFTERCALL_LONG") else 4
SEED = int(os.environ.get("AFTERCALL_SEED") or random.SystemRandom().randrange(1 << 32))
CALLS = 25
# Leases that have to end.
PATIENCE = 90


def signed_by_atoms(secret, request):
    """As the documentation of Atoms has it."""
    expected = hmac.new(secret.encode(), request["body"], hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, request["headers"]["x-signature"])


class Webhooks(unittest.TestCase):
    def receiver(self, *args, **options):
        receiver = Receiver(*args, **options)
        self.addCleanup(receiver.close)
        return receiver

    def webhook(self, client, url, *events):
        made = client.post("/v1/webhooks", {"url": url, "events": events})
        self.assertEqual(made.status, 201, made)
        return made.json["id"]

    def test_others_verify_what_is_sent(self):
        receiver = self.receiver()
        # A proxy would look names up again, unchecked: none is asked, whatever the environment says.
        proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
        with Server(model=places.model(), settings=SETTINGS, environment=proxies) as server:
            client = server.client()
            hook = self.webhook(client, receiver.url, "post-conversation", "analytics-completed")
            first = client.get(f"/v1/webhooks/{hook}/secret").json
            agent = calls.agent(client, calls.METRICS[:1])
            self.assertEqual(client.post("/v1/calls", calls.call(agent)).status, 201)
            until("both events came", lambda: len(receiver.requests) == 2, 120)
            for request, event in zip(receiver.requests, ("post-conversation", "analytics-completed")):
                self.verify(request, first)
                self.assertEqual(json.loads(request["body"])["event"], f"{agent}.{event}")
            # While a secret is replaced both verify; later the new one alone.
            both = client.post(f"/v1/webhooks/{hook}/rotate", {}).json
            self.assertEqual(client.post(f"/v1/webhooks/{hook}/test").status, 202)
            until("the test event came", lambda: len(receiver.requests) == 3, 30)
            request = receiver.requests[2]
            self.verify(request, both)
            Webhook(first["standard"]).verify(request["body"], request["headers"])
            self.assertEqual(client.post(f"/v1/webhooks/{hook}/rotate", {"hours": 0}).status, 200)
            client.post(f"/v1/webhooks/{hook}/test")
            until("the test event came", lambda: len(receiver.requests) == 4, 30)
            with self.assertRaises(WebhookVerificationError):
                Webhook(first["standard"]).verify(receiver.requests[3]["body"], receiver.requests[3]["headers"])

    def verify(self, request, secret):
        for library in (Webhook, SvixWebhook):
            library(secret["standard"]).verify(request["body"], request["headers"])
        self.assertTrue(signed_by_atoms(secret["secret"], request))
        self.assertEqual(json.loads(request["body"])["id"], request["headers"]["webhook-id"])
        changed = {**request, "body": request["body"].replace(b"CALL", b"call")}
        if changed["body"] != request["body"]:
            self.assertFalse(signed_by_atoms(secret["secret"], changed))
            with self.assertRaises(WebhookVerificationError):
                Webhook(secret["standard"]).verify(changed["body"], changed["headers"])

    def test_every_event_arrives_though_the_server_is_killed(self):
        print(f"webhooks: {ROUNDS} kills, AFTERCALL_SEED={SEED}", flush=True)
        chance = random.Random(SEED)
        # Slow enough that kills meet requests under way.
        receiver = self.receiver(lambda _: time.sleep(0.05) or 200)
        with Server(settings=SETTINGS) as server:
            client = server.client()
            self.webhook(client, receiver.url, "post-conversation")
            agent = calls.agent(client, [])
            sent = set()
            for _ in range(ROUNDS):
                rows = [calls.call(agent) for _ in range(CALLS)]
                answers = client.lines("/v1/calls", rows).lines
                sent |= {answer["callId"] for answer in answers if answer["status"] < 300}
                time.sleep(chance.uniform(0, 0.15))
                server.kill()
                server.start()
                client = server.client()
            self.assertEqual(len(sent), ROUNDS * CALLS)
            until("every event is delivered", lambda: self.delivered(client) == len(sent), PATIENCE, 0.5)
            ids = {}
            for request in receiver.requests:
                body = json.loads(request["body"])
                ids.setdefault(body["metadata"]["callId"], set()).add(request["headers"]["webhook-id"])
            self.assertEqual(set(ids), sent)
            self.assertEqual({len(each) for each in ids.values()}, {1}, "an event came under two ids")
            print(f"webhooks: {len(sent)} events in {len(receiver.requests)} requests", flush=True)

    def test_a_kill_at_each_step_of_a_delivery(self):
        """Both events of a call, whose sender dies once before the answer and once after it."""
        met = []

        def kill(step):
            def at(request):
                event = json.loads(request["body"])["metadata"]["eventType"]
                if (step, event) not in met:
                    met.append((step, event))
                    server.kill()
                return 200
            return at

        receiver = self.receiver(kill("taken"), after=kill("answered"))
        events = ("post-conversation", "analytics-completed")
        with Server(model=places.model(), settings=SETTINGS) as server:
            client = server.client()
            self.webhook(client, receiver.url, *events)
            agent = calls.agent(client, calls.METRICS[:1])
            self.assertEqual(client.post("/v1/calls", calls.call(agent)).status, 201)

            def delivered():
                if not server.process.running:
                    server.start()
                with contextlib.suppress(OSError):
                    return self.delivered(server.client()) == 2
                return False

            until("both events are delivered", delivered, 3 * PATIENCE, 0.2)
            self.assertEqual(set(met), {(step, event) for step in ("taken", "answered") for event in events})
            ids = {}
            for request in receiver.requests:
                event = json.loads(request["body"])["metadata"]["eventType"]
                ids.setdefault(event, set()).add(request["headers"]["webhook-id"])
            self.assertEqual({event: len(each) for event, each in ids.items()}, dict.fromkeys(events, 1))
            # The attempts whose sender died stand in the log, each under its number.
            for delivery in server.client().get("/v1/deliveries").json["deliveries"]:
                log = server.client().get(f"/v1/deliveries/{delivery['id']}").json["log"]
                self.assertEqual([one["number"] for one in log], list(range(1, len(log) + 1)))
                self.assertGreaterEqual(len(log), 2)
                self.assertIn("ended", log[0]["error"])
                self.assertEqual(log[-1]["status"], 200)

    def test_certificates_are_checked(self):
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        receiver = self.receiver(tls=context)
        with tempfile.TemporaryDirectory() as folder:
            known = os.path.join(folder, "authority.pem")
            authority.cert_pem.write_to_path(known)
            for environment, state in (({}, "waiting"), ({"SSL_CERT_FILE": known}, "delivered")):
                with Server(settings=SETTINGS, environment=environment) as server:
                    client = server.client()
                    hook = self.webhook(client, receiver.url, "post-conversation")
                    delivery = client.post(f"/v1/webhooks/{hook}/test").json["id"]

                    def tried(client=client, delivery=delivery):
                        found = client.get(f"/v1/deliveries/{delivery}").json
                        return found["log"] and found

                    found = until("the test event was tried", tried, 30)
                    self.assertEqual(found["state"], state, found)
        self.assertEqual(len(receiver.requests), 1)

    def delivered(self, client):
        return client.get("/v1/deliveries?state=delivered&limit=1").json["total"]
