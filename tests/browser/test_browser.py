"""The dashboard in a browser: the program as it was built, with a real model, driven as people do. What is tested stands in
`*.mjs`; here is what it needs."""
import os
import shutil
import subprocess
import unittest

from support import places
from support.server import Server
from webhooks.receiver import Receiver

HERE = os.path.dirname(os.path.abspath(__file__))
# The webhook of the story is on this machine.
SETTINGS = """
[delivery]
allow_networks = "127.0.0.0/8"
poll_milliseconds = 50
"""
OLDEST_NODE = (20, 19)


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        modules()

    def node(self, *files):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        with Server(model=places.model(), lease=60, settings=SETTINGS) as server:
            environment = {**os.environ, "AFTERCALL_URL": server.url, "AFTERCALL_KEY": server.key,
                           "AFTERCALL_RECEIVER": receiver.url}
            done = subprocess.run(["node", "--test", "--test-concurrency=1", *files], cwd=HERE, env=environment, check=False)
        self.assertEqual(done.returncode, 0, "what failed stands above")

    def test_the_story_the_keyboard_and_the_session(self):
        self.node("story.test.mjs", "keyboard.test.mjs", "session.test.mjs")


def modules():
    """What the tests are written with, fetched once by npm, whose settings hold."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise places.Missing("node and npm are not here; scripts/setup.sh says how to get them")
    said = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2]) < OLDEST_NODE:
        raise places.Missing(f"node {said.strip()} is too old; scripts/setup.sh says how to get a newer one")
    wanted, there = os.path.join(HERE, "package-lock.json"), os.path.join(HERE, "node_modules", ".package-lock.json")
    if not os.path.exists(there) or os.path.getmtime(there) < os.path.getmtime(wanted):
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True)
