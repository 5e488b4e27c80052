"""The whole way of a call, from the request to its stored analysis, with a model that answers at once."""
import contextlib
import os
import shutil
import subprocess
import tempfile
import time

from ingest import bare, made, senders
from support import calls, places
from support.client import Client
from support.postgres import Cluster
from support.process import free_port, until
from support.server import KEY

HEADER = ("database, model that answers at once", "kB a call", "calls/s from request to analysis")
BATCH = 100
# Longer than any backlog that a measurement leaves behind.
PATIENCE = 600


def rows(options, tell):
    program = built()
    if program is None:
        tell("the whole way is not measured: cargo is not there to build the server with a model that answers at once")
        return
    for database in options.database or ("sqlite", "postgresql"):
        with contextlib.ExitStack() as stack:
            cluster = stack.enter_context(Cluster(durable=True)) if database == "postgresql" else None
            for size in options.size or (1, 10, 100):
                with Instant(program, cluster) as server:
                    yield (database, str(size), f"{rate(server, cluster, size, options):.0f}")


def built():
    """The server with that model, an example of its crate."""
    given = os.environ.get("AFTERCALL_INSTANT")
    if given:
        return given
    if not shutil.which("cargo"):
        return None
    words = ["cargo", "build", "--quiet", "--release", "--locked", "--package", "aftercall-server", "--example", "instant"]
    subprocess.run(words, cwd=places.ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(places.ROOT, "target")
    return os.path.join(places.ROOT, target, "release", "examples", "instant")


class Instant:
    """That server, on a database of its own, until the block ends."""

    def __init__(self, program, cluster):
        self.folder = tempfile.mkdtemp(prefix="aftercall-instant-")
        self.data = self.folder
        self.database = cluster.database() if cluster else None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        url = self.database or f"sqlite:{self.folder}/aftercall.sqlite"
        with open(os.path.join(self.folder, "log"), "wb") as said:
            self._process = subprocess.Popen([program, url, f"127.0.0.1:{self.port}"], stdin=subprocess.PIPE, stdout=said,
                                             stderr=said)
        self.key = None

    def __enter__(self):
        self.key = until("the server prints a key", self._printed, 60).group()
        return self

    def _printed(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as said:
            text = said.read()
        if self._process.poll() is not None:
            raise senders.SendError(f"the server ended: {text}")
        return KEY.search(text)

    def __exit__(self, *_):
        # It ends with its standard input.
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def rate(server, cluster, size, options):
    agent = calls.agent(Client(server.url, server.key), calls.METRICS)
    requests = made.requests(agent, server.key, size * 1000, BATCH)
    began = time.perf_counter()
    sent = senders.send(server.port, requests, options.senders, options.seconds)
    if sent.refused:
        raise senders.SendError(f"the server refused a call: {sent.refused[0]}")
    number = sent.requests * BATCH
    until("every call is analysed", lambda: bare.analysed(server, cluster) >= number, PATIENCE, 0.1)
    return number / (time.perf_counter() - began)
