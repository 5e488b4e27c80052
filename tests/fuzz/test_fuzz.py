"""The server's own API against its OpenAPI document: made-up requests, right and wrong ones, and whether every answer is
one that the document describes."""
import json
import os
import subprocess
import tempfile
import unittest

from support import calls, venv
from support.server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
          "response_headers_conformance", "negative_data_rejection", "missing_required_header", "unsupported_method",
          "use_after_free", "ignored_auth")
LONG = bool(os.environ.get("AFTERCALL_LONG"))
EXAMPLES = "300" if LONG else "25"


class Document(unittest.TestCase):
    def test_every_answer_is_as_the_document_says(self):
        schemathesis = os.path.join(os.path.dirname(venv.python(os.path.join(HERE, "requirements.txt"))), "schemathesis")
        with Server(workers=False, settings="[delivery]\nenabled = false") as server, tempfile.TemporaryDirectory() as folder:
            client = server.client()
            document = client.get("/v1/openapi.json")
            self.assertEqual(document.status, 200)
            self.assertTrue(document.json["openapi"].startswith("3.1"))
            # So that paths with an id can find something.
            agent = calls.agent(client, calls.METRICS)
            for number in range(3):
                client.post("/v1/calls", calls.call(agent, call_id=f"call-{number}"))
            schema = os.path.join(folder, "openapi.json")
            with open(schema, "w", encoding="utf-8") as file:
                json.dump(document.json, file)
            done = subprocess.run(
                [schemathesis, "run", schema,
                 "--url", server.url, "--header", f"Authorization: Bearer {server.key}", "--checks", ",".join(CHECKS),
                 "--max-examples", EXAMPLES, "--generation-deterministic",
                 "--no-color", "--continue-on-failure", "--request-timeout", "30"],
                cwd=folder, capture_output=True, text=True, check=False,
                env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": HERE, "AGENT_ID": agent})
            self.assertEqual(done.returncode, 0, done.stdout[-12000:] + done.stderr[-2000:])
            self.assertTrue(server.process.running)
            # Some of the made-up calls were good ones.
            self.assertGreater(len(client.get("/v1/calls").json["calls"]), 3)
            self.assertEqual(client.get("/healthz").status, 200)
            self.assertNotIn("panicked", server.process.said())
