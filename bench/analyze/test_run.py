import http.server
import json
import os
import stat
import subprocess
import tempfile
import threading
import unittest

from analyze import chat, figures, inputs

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run")
# Stands in for the program: a result a line, as soon as its call is read.
STAND_IN = """#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    call = json.loads(line)["callId"]
    if call == "bad":
        continue
    usage = {"tokensRead": 100, "tokensCached": 50, "tokensWritten": 10, "readMilliseconds": 500, "milliseconds": 600}
    print(json.dumps({"callId": call, "dispositionMetrics": [], "provenance": {"usage": usage}}), flush=True)
"""
METRICS = [
    {"identifier": "a", "dispositionMetricPrompt": "Which?", "dispositionMetricType": "ENUM", "choices": ["x", "y"]},
    {"identifier": "b", "dispositionMetricPrompt": "How many?", "dispositionMetricType": "INTEGER"},
]


class Server(http.server.BaseHTTPRequestHandler):
    """Stands in for llama-server."""

    def do_POST(self):
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        content = json.dumps({"a": {"value": "x", "reasoning": "."}, "b": {"value": None, "reasoning": "."}})
        timings = {"prompt_n": 200, "prompt_ms": 2000, "predicted_n": 20, "predicted_ms": 1000, "cache_n": 5}
        body = json.dumps({"choices": [{"message": {"content": content}}], "timings": timings}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Run(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Server)
        self.server.asked = []
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return path

    def run_with(self, ids, *options):
        program = self.path("stand-in", STAND_IN)
        os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
        calls = [{"callId": one, "transcript": [{"role": "agent", "content": "Hello."}]} for one in ids]
        return subprocess.run(
            [RUN, "--binary", program, "--model", self.path("model.gguf", ""), "--metrics", self.path("m.json", json.dumps(METRICS)),
             "--calls", self.path("calls.json", json.dumps(calls)), "--url", f"http://127.0.0.1:{self.server.server_port}",
             *options], capture_output=True, text=True, check=False, env={**os.environ, "XDG_CACHE_HOME": self.path("cache")})

    def test_both_sides_answer_every_call_and_their_rates_are_printed(self):
        done = self.run_with(["1", "2", "3"], "--keep", self.path("keep"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"prompt tokens read a second +200\.0 +100\.0 +2\.00")
        self.assertRegex(done.stdout, r"tokens written a second +– +20\.0 +–")
        self.assertEqual(len(self.server.asked), 4, "three calls and the one before the clock starts")
        results = inputs.read(self.path("keep/server.jsonl"))
        self.assertEqual([result["callId"] for result in results], ["1", "2", "3"])
        self.assertEqual(results[0]["dispositionMetrics"], [{"identifier": "a", "value": "x"}, {"identifier": "b", "value": None}])

    def test_a_server_that_does_not_answer_is_told(self):
        done = self.run_with(["1"], "--url", "http://127.0.0.1:1")
        self.assertEqual(done.returncode, 3)
        self.assertIn("http://127.0.0.1:1", done.stderr)

    def test_a_server_that_ends_at_once_is_told(self):
        program = self.path("calls.json", json.dumps([{"callId": "1", "transcript": [{"content": "Hello."}]}]))
        done = subprocess.run([RUN, "--binary", "/bin/true", "--model", program, "--calls", program, "--server", "false {port}"],
                              capture_output=True, text=True, check=False,
                              env={**os.environ, "XDG_CACHE_HOME": self.path("cache")})
        self.assertEqual(done.returncode, 3)
        self.assertIn("exit code 1", done.stderr)

    def test_metrics_that_are_not_json_are_refused(self):
        done = self.run_with(["1"], "--metrics", self.path("m.yaml", "- identifier: a\n"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("m.yaml", done.stderr)


class Parts(unittest.TestCase):
    def test_the_schema_holds_the_model_to_each_metrics_type(self):
        made = chat.schema(METRICS)
        self.assertEqual(made["required"], ["a", "b"])
        self.assertEqual(made["properties"]["a"]["properties"]["value"], {"enum": ["x", "y"]})
        self.assertEqual(made["properties"]["b"]["properties"]["value"], {"type": ["integer", "null"]})

    def test_the_prompt_has_every_turn_and_every_metric(self):
        call = {"startedAt": "2026-03-04T10:00:00Z", "transcript": [{"role": "agent", "content": "Hello."},
                                                                    {"role": "user", "content": "Hi."}]}
        text = chat.messages(call, METRICS)[1]["content"]
        for words in ("2026-03-04", "Agent: Hello.", "Customer: Hi.", "a (ENUM, one of x, y): Which?", "b (INTEGER): How many?"):
            self.assertIn(words, text)

    def test_one_slow_call_does_not_move_the_ratio(self):
        sides = [figures.Side(name, seconds, [{}] * 3) for name, seconds in (("a", [1, 1, 90]), ("b", [2, 2, 2]))]
        self.assertEqual(figures.rows(*sides)[0], ("seconds a call", "1.00", "2.00", "0.50"))

    def test_the_samples_are_read_and_their_metrics_too(self):
        root = os.path.dirname(os.path.dirname(os.path.dirname(RUN)))
        self.assertGreaterEqual(len(inputs.calls(os.path.join(root, "samples", "calls"))), 5)
        metrics = inputs.read(os.path.join(os.path.dirname(RUN), "metrics.json"))
        self.assertEqual(len(chat.schema(metrics)["required"]), 5)


if __name__ == "__main__":
    unittest.main()
