"""A server that others wrote answers in place of the model inside the program: llama-server, with the default model."""
import os
import re
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

from support import calls, places
from support.process import Process, free_port, until
from support.server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS = 120
# On a machine that may be busy.
ANSWER_SECONDS = 900
# The agent's own model and the reasoning slot are remote, the internal one is the model inside the program.
SETTINGS = """
[endpoints.llama]
base_url = "http://127.0.0.1:{port}/v1"
model = "small"
context_tokens = 8192
concurrency = 1
timeout_seconds = 600
deadline_seconds = 800
price_read = 1.0
price_written = 2.0

[slots]
reasoning = "llama"
[slots.agent]
"gpt-4o" = "llama"
"""
# Few, as every answer is written out.
METRICS = [metric for metric in calls.METRICS if metric["identifier"] in ("issue_resolved", "outcome", "call_back_at")]
TYPES = {"BOOLEAN": bool, "INTEGER": int, "STRING": str, "ENUM": str, "DATETIME": str}


class Remote(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        words = [sys.executable, os.path.join(HERE, "llama_server.py"), places.default_model(), str(port)]
        folder = tempfile.TemporaryDirectory(prefix="aftercall-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.llama = Process(words, os.path.join(folder.name, "llama-server.log"))
        cls.addClassCleanup(cls.llama.end)
        until("llama-server answers", lambda: cls.healthy(port), START_SECONDS)
        cls.server = Server(model=places.model(), settings=SETTINGS.format(port=port))
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.close)
        cls.client = cls.server.client()

    @classmethod
    def healthy(cls, port):
        if not cls.llama.running:
            raise AssertionError(f"llama-server ended: {cls.llama.said()[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def agent(self, slm=None, **flags):
        """An agent whose published version has these flags."""
        made = self.client.post("/atoms/v1/agent", {"name": "test", **({"slmModel": slm} if slm else {})})
        self.assertEqual(made.status, 201, made)
        agent = made.json["data"]
        config = {"dispositionMetrics": METRICS, **flags}
        asked = self.client.post(f"/atoms/v1/agent/{agent}/post-call-analytics", config)
        self.assertLess(asked.status, 300, asked)
        return agent

    def analysed(self, agent):
        call = calls.call(agent)
        self.assertEqual(self.client.post("/v1/calls", call).status, 201)

        def done():
            found = self.client.get(f"/v1/calls/{call['callId']}").json
            return found["analyses"] and found["analyses"][0]
        return until("the call is analysed", done, ANSWER_SECONDS, 0.2)

    def check_types(self, analysis):
        """Every answer has its metric's type, or is null with a status that says why."""
        self.assertEqual(analysis["status"], "completed", analysis)
        answers = analysis["dispositionMetrics"]
        self.assertEqual([one["identifier"] for one in answers], [one["identifier"] for one in METRICS])
        for answer, metric in zip(answers, METRICS):
            value = answer["value"]
            self.assertEqual(answer["status"] == "answered", value is not None, answer)
            if value is not None:
                self.assertIs(type(value), TYPES[metric["dispositionMetricType"]], answer)
            if metric["dispositionMetricType"] == "ENUM" and value is not None:
                self.assertIn(value, metric["choices"])
            if metric["dispositionMetricType"] == "DATETIME" and value is not None:
                self.assertRegex(value, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")

    def test_each_flag_is_answered_by_its_endpoint(self):
        for flags, slm, endpoint in (
                ({}, None, "embedded"),
                ({"useReasoningModel": True}, None, "llama"),
                ({"useInternalAnalyticsModel": False}, "gpt-4o", "llama"),
        ):
            with self.subTest(flags=flags):
                analysis = self.analysed(self.agent(slm, **flags))
                self.check_types(analysis)
                provenance = analysis["provenance"]
                self.assertEqual(provenance["endpoint"], endpoint)
                source = "calibrated" if endpoint == "embedded" else "log_probabilities"
                self.assertEqual(provenance["confidenceSource"], source)

    def test_a_model_without_an_endpoint_is_named(self):
        analysis = self.analysed(self.agent("claude-x", useInternalAnalyticsModel=False))
        self.assertEqual(analysis["status"], "failed")
        self.assertIn("slmModel `claude-x`", analysis["reason"])
        self.assertIn("slots.agent", analysis["reason"])

    def test_the_prompt_cache_and_the_costs_are_told(self):
        agent = self.agent(useReasoningModel=True)
        self.analysed(agent)
        provenance = self.analysed(agent)["provenance"]
        # Instructions and metrics stand before the call and were read for the first one.
        self.assertGreater(provenance["tokensCached"], 200)
        cost = (provenance["tokensRead"] + provenance["tokensCached"] + 2 * provenance["tokensWritten"]) / 1e6
        self.assertAlmostEqual(provenance["cost"], cost, 9)
        usage = self.client.get(f"/v1/usage?agentId={agent}").json
        self.assertEqual(usage["total"]["analyses"], 2)
        self.assertEqual([day["endpoint"] for day in usage["days"]], ["llama"])
        self.assertGreater(usage["total"]["cost"], cost)
        figures = self.client.get("/metrics").body.decode()
        self.assertRegex(figures, r'aftercall_tokens_total\{endpoint="llama",kind="cached"\} [1-9]')

    def test_the_command_line_tells_what_it_can_do(self):
        said = self.server.command("model", "test", "llama")
        self.assertRegex(said, r"form +strict JSON schema")
        self.assertRegex(said, r"probabilities +told")
        self.assertTrue(re.search(r"tokens +\d+ read, \d+ cached, \d+ written", said), said)
        for metric in ("booked", "outcome", "bikes", "customer", "when"):
            self.assertIn(metric, said)
