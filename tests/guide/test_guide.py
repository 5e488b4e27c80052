"""The guide's steps, as a script that somebody would run."""
import os
import subprocess
import sys
import unittest

from support import calls
from support.server import Server

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "steps.py")


class Guide(unittest.TestCase):
    def test_the_steps_work_with_only_the_host_changed(self):
        with Server() as server:
            agent = calls.agent(server.client())
            environment = {**os.environ, "HOST": server.url, "API_KEY": server.key, "AGENT_ID": agent}
            # Twice: the second time there is a version with metrics to start from.
            for _ in range(2):
                done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False, timeout=60,
                                      env=environment)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("now asks 3 metrics", done.stdout)

    def test_the_same_paths_answer_below_the_older_prefix(self):
        with Server() as server:
            client = server.client()
            agent = calls.agent(client)
            self.assertEqual(client.get(f"/api/v1/agent/{agent}").json["data"],
                             client.get(f"/atoms/v1/agent/{agent}").json["data"])
