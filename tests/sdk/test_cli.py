"""The SDK's command line, with a home folder of its own."""
import json
import os
import re
import subprocess
import sys
import tempfile

from sdk import world
from sdk.world import SdkTest
from support import calls


class CommandLine(SdkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        # Here the address is the host alone; the command adds the rest. Wide, so that no table breaks an id.
        cls.environment = {**os.environ, "HOME": folder.name, "COLUMNS": "250", "NO_COLOR": "1", "TERM": "dumb",
                           "SMALLESTAI_TELEMETRY": "0", "SMALLEST_API_KEY": world.server().key,
                           "SMALLEST_BASE_URL": world.server().url}

    def run_it(self, *words, code=0):
        program = os.path.join(os.path.dirname(sys.executable), "smallestai")
        done = subprocess.run([program, *words], capture_output=True, text=True, env=self.environment, check=False,
                              timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_agents(self):
        agent = re.search(r"[0-9a-f]{24}", self.run_it(
            "agents", "create", "by hand", "--prompt", "p1", "--first-message", "Hi", "--language", "en")).group()
        self.assertIn({"id": agent, "name": "by hand"}, json.loads(self.run_it("agents", "list", "--json")))
        self.assertIn(agent, self.run_it("agents", "list"))
        self.assertEqual(json.loads(self.run_it("agents", "get", agent, "--json"))["name"], "by hand")
        self.assertIn("by hand", self.run_it("agents", "get", agent))
        self.assertIn("No phone number", self.run_it("agents", "phone-status", agent))

        self.run_it("agents", "update", agent, "--name", "renamed", "--prompt", "p2", "--voice-id", "ada",
                    "--no-redaction", "--background-sound", "cafe")
        found = self.http.get(f"/atoms/v1/agent/{agent}").json["data"]
        self.assertEqual((found["name"], found["_resolvedConfig"]["globalPrompt"]), ("renamed", "p2"))
        self.assertEqual(found["synthesizer"]["voiceConfig"]["voiceId"], "ada")
        # Beside the new voice the rest of the voice stays.
        self.assertIn("model", found["synthesizer"]["voiceConfig"])
        self.assertIs(found["redactionConfig"]["isEnabled"], False)
        self.assertEqual(found["firstMessage"], "Hi")
        self.run_it("agents", "get", world.NOBODY, code=1)

    def test_calls(self):
        agent = self.agent()
        call = calls.call(agent, recordingUrl="https://recordings.example/2.wav")
        call_id = self.take(call)
        listed = json.loads(self.run_it("calls", "list", "--agent-id", agent, "--json"))
        self.assertEqual([(one["call_id"], one["duration"], one["from"]) for one in listed],
                         [(call_id, 42, "+4930123456")])
        self.assertIn(call_id, self.run_it("calls", "list", "--agent-id", agent, "--type", "telephony_inbound",
                                           "--status", "completed", "--limit", "5"))
        self.assertIn("turns         : 6", self.run_it("calls", "get", call_id))
        self.assertEqual(json.loads(self.run_it("calls", "get", call_id, "--json"))["callId"], call_id)
        self.assertIn("user: My order has not come yet", self.run_it("calls", "transcript", call_id))
        turns = json.loads(self.run_it("calls", "transcript", call_id, "--json"))
        self.assertEqual([one["content"] for one in turns], [one["content"] for one in call["transcript"]])
        self.assertIn("https://recordings.example/2.wav", self.run_it("calls", "recording", call_id))

    def test_login_and_live_events(self):
        self.assertIn("Login successful", self.run_it("auth", "login", "--base-url", world.server().url))
        organisation = self.atoms.user.get_user_details().data.organization_id
        self.assertEqual(json.loads(self.run_it("whoami", "--json"))["organization_id"], organisation)
        call_id = self.take(calls.call(self.agent(), turns=0))
        self.assertIn("already finished", self.run_it("calls", "events", call_id, code=1))
        self.assertIn("not found", self.run_it("calls", "events", "CALL-1737000000000-ffffff", code=1))
