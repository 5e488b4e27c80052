"""Calls as platforms send them, to the running server: signed by the platforms' own libraries and by the program's own sender."""
import datetime
import hashlib
import hmac
import json
import os
import subprocess
import time
import unittest
import urllib.parse

from retell.lib import webhook_auth
from standardwebhooks.webhooks import Webhook
from svix.webhooks import Webhook as SvixWebhook
from twilio.request_validator import RequestValidator

from support import places
from support.process import until
from support.server import Server
from intake.platform import Platform

GOLDEN = os.path.join(places.ROOT, "crates", "intake", "tests", "golden")
SECRET = "whsec_" + "c2VjcmV0IG9mIHR3ZW50eS1mb3VyIGJ5dGVz"
# Where the platforms of the tests are.
SETTINGS = """
[delivery]
allow_networks = "127.0.0.0/8"
poll_milliseconds = 100
"""
# Those whose sample is a notice: without a key to fetch with, it is refused and nothing is stored.
NOTICES = ("ultravox", "twilio", "assemblyai")


def golden(source, name, call_id=None):
    """A payload of the platform, with another id of the call if one is given."""
    with open(os.path.join(GOLDEN, source, f"{name}.body.json"), encoding="utf-8") as file:
        body = file.read()
    if call_id:
        payload = json.loads(body)
        payload["call"]["call_id"] = call_id
        body = json.dumps(payload)
    return body


class Intake(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(workers=False, settings=SETTINGS)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.client = cls.server.client()

    def agent(self):
        return self.client.post("/atoms/v1/agent", {"name": self.id()}).json["data"]

    def set_up(self, agent, source, **body):
        reply = self.client.ask("PUT", f"/v1/agents/{agent}/intake/{source}", body)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def post(self, path, body, headers=None):
        """As a platform does: without a key."""
        reply = self.server.client().ask("POST", path, body.encode(), headers={"Authorization": "", **(headers or {})})
        return reply.status, reply.json

    def calls(self, agent):
        return self.client.get("/v1/calls", agentId=agent, limit=200).json["calls"]

    def send(self, source, path, secret=SECRET):
        """The sample call under an id of its own, by the program."""
        with open(os.path.join(places.ROOT, "samples", "calls", "solved.json"), encoding="utf-8") as file:
            call = {**json.load(file), "callId": f"sample-{source}"}
        sample = os.path.join(self.server.folder, "sample.json")
        with open(sample, "w", encoding="utf-8") as file:
            json.dump(call, file)
        words = [places.program(), "intake", "send", source, "--to", self.server.url + path, "--call", sample]
        environment = {**os.environ, "AFTERCALL_INTAKE_SECRET": secret}
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)

    def test_every_source_by_the_programs_sender(self):
        listed = subprocess.run([places.program(), "intake", "sources"], capture_output=True, text=True, check=True).stdout
        sources = [line.split()[0] for line in listed.splitlines() if line.strip()]
        self.assertEqual(len(sources), 21)
        for source in sources:
            with self.subTest(source):
                agent = self.agent()
                path = f"/v1/intake/{source}/{agent}"
                self.assertNotEqual(self.send(source, path).returncode, 0, "not set up")
                self.set_up(agent, source, signingSecret=SECRET)
                wrong = self.send(source, path, SECRET[:-4] + "AAAA")
                self.assertNotEqual(wrong.returncode, 0)
                self.assertIn("401", wrong.stdout + wrong.stderr)
                first = self.send(source, path)
                if source in NOTICES:
                    self.assertIn("409", first.stdout + first.stderr)
                    self.assertEqual(self.calls(agent), [])
                    continue
                self.assertEqual(first.returncode, 0, first.stderr)
                again = self.send(source, path)
                self.assertEqual(again.returncode, 0, again.stderr)
                self.assertIn("unchanged", again.stdout)
                call, = self.calls(agent)
                self.assertEqual(call["status"], "completed")

    def test_retell_by_its_library(self):
        agent = self.agent()
        self.set_up(agent, "retell", signingSecret=SECRET)

        def send(name, secret=SECRET, late=0, call_id="retell-1"):
            body = golden("retell", name, call_id)
            at = int((time.time() - late) * 1000)
            return self.post(f"/v1/intake/retell/{agent}", body, {"X-Retell-Signature": webhook_auth.symmetric["sign"](body, secret, at)})

        self.assertEqual(send("ended", SECRET + "x")[0], 401)
        self.assertEqual(send("ended", late=400)[0], 401)
        self.assertEqual(self.post(f"/v1/intake/retell/{agent}", golden("retell", "ended"))[0], 401)
        self.assertEqual(self.calls(agent), [])
        self.assertEqual(send("started")[1]["outcome"], "ignored")
        self.assertEqual(send("analyzed")[0], 200)
        self.assertEqual(send("ended")[0], 200)
        # The other way round, and each twice.
        for name in ("ended", "analyzed", "ended", "analyzed"):
            self.assertEqual(send(name, call_id="retell-2")[0], 200, self.server.process.said()[-2000:])
        self.assertEqual(send("analyzed", call_id="retell-2")[1]["outcome"], "unchanged")
        told = []
        for call_id in ("retell-1", "retell-2"):
            listed, = (call for call in self.calls(agent) if call_id in json.dumps(call))
            call = self.client.get(f"/v1/calls/{listed['callId']}").json
            self.assertEqual(len(call.pop("jobs")), 1, "one analysis is to be made")
            for name in ("id", "createdAt", "updatedAt"):
                call.pop(name)
            told.append(json.loads(json.dumps(call).replace(call_id, "the call")))
        self.assertEqual(told[0], told[1])

    def test_twilio_by_its_library(self):
        agent = self.agent()
        self.set_up(agent, "twilio", signingSecret=SECRET)
        body = golden("twilio", "classic")
        query = urllib.parse.urlencode({"bodySHA256": hashlib.sha256(body.encode()).hexdigest()})
        path = f"/v1/intake/twilio/{agent}?{query}"
        signature = RequestValidator(SECRET).compute_signature(self.server.url + path, {})
        self.assertEqual(self.post(path, body, {"X-Twilio-Signature": signature})[0], 409, "a notice, and no key to fetch with")
        self.assertEqual(self.post(path, body + " ", {"X-Twilio-Signature": signature})[0], 401)

    def test_vapi_by_svix_and_bolna_by_standard_webhooks(self):
        for source, name, library, prefix in (("vapi", "report", SvixWebhook, "svix"), ("bolna", "completed", Webhook, "webhook")):
            agent = self.agent()
            self.set_up(agent, source, signingSecret=SECRET)
            body = golden(source, name)
            at = datetime.datetime.now(datetime.timezone.utc)
            headers = {f"{prefix}-id": "m1", f"{prefix}-timestamp": str(int(at.timestamp())),
                       f"{prefix}-signature": library(SECRET).sign("m1", at, body)}
            with self.subTest(source):
                self.assertEqual(self.post(f"/v1/intake/{source}/{agent}", body + " ", headers)[0], 401)
                status, reply = self.post(f"/v1/intake/{source}/{agent}", body, headers)
                self.assertEqual((status, reply["outcome"]), (200, "created"))
                self.assertEqual(len(self.calls(agent)), 1)

    def test_a_secret_is_replaced_without_a_gap(self):
        agent = self.agent()
        first = self.set_up(agent, "text")["pathWithSecret"]
        second = self.set_up(agent, "text", newPathSecret=True)["pathWithSecret"]
        self.assertNotEqual(first, second)
        for number, path in enumerate((first, second)):
            self.assertEqual(self.post(f"{path}?callId=gap-{number}", "agent: Hello.\nuser: Hello.")[0], 200)
        third = self.set_up(agent, "text", newPathSecret=True, overlapHours=0)["pathWithSecret"]
        self.assertEqual(self.post(f"{third}?callId=gap-3", "agent: Hello.\nuser: Hello.")[0], 200)
        self.assertEqual(self.post(f"{second}?callId=gap-4", "agent: Hello.\nuser: Hello.")[0], 401)
        said = self.server.process.said()
        for path in (first, second, third):
            self.assertNotIn(path.rpartition("/")[2], said, "a secret does not come into the log")

    def test_a_notice_outlives_the_server(self):
        platform = Platform()
        self.addCleanup(platform.close)
        agent = self.agent()
        self.set_up(agent, "ultravox", signingSecret=SECRET, fetchKey="uv-key", fetchBase=platform.url)
        body = golden("ultravox", "ended")
        call = json.loads(body)["call"]["callId"]

        def signed():
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            signature = hmac.new(SECRET.encode(), (body + at).encode(), hashlib.sha256).hexdigest()
            return {"X-Ultravox-Webhook-Timestamp": at, "X-Ultravox-Webhook-Signature": signature}

        status, reply = self.post(f"/v1/intake/ultravox/{agent}", body, signed())
        self.assertEqual((status, reply["outcome"]), (200, "fetching"))
        notices = lambda: self.client.get(f"/v1/agents/{agent}/intake/notices").json["notices"]  # noqa: E731
        until("the platform was asked", lambda: notices()[0]["attempts"] >= 1 and notices()[0]["state"] == "waiting", 60)
        self.server.kill()
        first = f"/api/calls/{call}/messages"
        path = next(path for path, _ in platform.asked if path.startswith(first))
        role = "MESSAGE_ROLE_{}".format
        platform.pages[path] = {"next": f"{platform.url}{first}?cursor=2",
                                "results": [{"role": role("AGENT"), "text": "Hello."}, {"role": role("USER"), "text": "Where is my order?"}]}
        platform.pages[f"{first}?cursor=2"] = {"next": None, "results": [{"role": role("AGENT"), "text": "On its way."}]}
        self.client.close()
        self.server.start()
        until("the call is fetched", lambda: self.calls(agent), 90)
        self.assertEqual(self.post(f"/v1/intake/ultravox/{agent}", body, signed())[1]["outcome"], "unchanged")
        stored, = self.calls(agent)
        turns = self.client.get(f"/v1/calls/{stored['callId']}").json["transcript"]
        self.assertEqual([turn["content"] for turn in turns], ["Hello.", "Where is my order?", "On its way."])
        self.assertEqual({key for _, key in platform.asked}, {"uv-key"})
        self.assertEqual(notices()[0]["state"], "done")
        self.assertNotIn("uv-key", self.server.process.said())


if __name__ == "__main__":
    unittest.main()
