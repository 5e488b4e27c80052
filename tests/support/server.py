"""The program as a server or a worker. Every name of its flags and settings that the tests use stands here."""
import contextlib
import os
import re
import shutil
import subprocess
import tempfile

from support import places
from support.client import Client
from support.process import Process, free_port, until

KEY = re.compile(r"\bsk_[A-Za-z0-9_-]+")
START_SECONDS = 60
# What makes a test quick: a dead worker's job comes back within seconds, nobody is held back, and only loopback is used.
SETTINGS = """\
[worker]
lease_seconds = {lease}
sweep_seconds = 1
poll_milliseconds = 100
drain_seconds = 10

[rate]
requests_per_second = 0

# One thread loses least to whatever else the machine does.
[engine]
threads = 1
context_tokens = 2048
{more}
"""


class Server:
    """A server on a free loopback port, with a data folder of its own that goes when it is closed.

    `model` is a file for `--model`, None for a machine where no model was fetched; `workers` says whether it analyses calls itself;
    `settings` is more TOML for its configuration, `environment` more variables."""

    def __init__(self, model=None, database=None, workers=True, lease=2, settings="", environment=None):
        self.folder = tempfile.mkdtemp(prefix="aftercall-test-")
        self.data = os.path.join(self.folder, "data")
        self.model = model
        self.database = database
        self.workers = workers
        self.environment = environment or {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = None
        self.process = None
        self._config = os.path.join(self.folder, "aftercall.toml")
        with open(self._config, "w", encoding="utf-8") as file:
            file.write(SETTINGS.format(lease=lease, more=settings))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def configure(self, settings):
        """More TOML for its configuration, which the next start reads."""
        with open(self._config, "a", encoding="utf-8") as file:
            file.write(settings)

    def start(self, ready=True):
        """Starts it, and waits until it answers. The first start prints the key."""
        words = [places.program(), "serve", "--config", self._config, "--listen", f"127.0.0.1:{self.port}",
                 *self._common(), *([] if self.workers else ["--no-worker"])]
        self.process = Process(words, os.path.join(self.folder, "server.log"), self._environment())
        if ready:
            self.wait()
        return self

    def worker(self):
        """Another node: a process that only analyses, on the same database."""
        words = [places.program(), "worker", "--config", self._config, *self._common()]
        number = len([name for name in os.listdir(self.folder) if name.startswith("worker")]) + 1
        return Process(words, os.path.join(self.folder, f"worker-{number}.log"), self._environment())

    def command(self, *words):
        """What another command of the program prints with this server's configuration."""
        done = subprocess.run([places.program(), *words, "--config", self._config, "--data-dir", self.data],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=300)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def _common(self):
        words = ["--data-dir", self.data]
        words += ["--model", self.model] if self.model else []
        return [*words, "--database-url", self.database] if self.database else words

    def _environment(self):
        models = {} if self.model else {"AFTERCALL_MODELS": os.path.join(self.folder, "models")}
        return {**models, **self.environment}

    def wait(self):
        until("the server answers", self._answers, START_SECONDS)
        if self.key is None:
            found = until("the first start prints a key", lambda: KEY.search(self.process.said()), 10)
            self.key = found.group()

    def _answers(self):
        if not self.process.running:
            raise AssertionError(f"the server ended with {self.process.popen.returncode}; it said:\n{self.process.said()[-3000:]}")
        client = Client(self.url, timeout=5)
        with contextlib.suppress(OSError):
            return client.get("/healthz").status == 200
        return False

    def client(self, **options):
        return Client(self.url, self.key, **options)

    def kill(self):
        self.process.kill()

    def close(self):
        if self.process is not None:
            self.process.end()
        shutil.rmtree(self.folder, ignore_errors=True)
