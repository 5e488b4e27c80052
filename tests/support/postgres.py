"""A PostgreSQL of the tests' own, made from the installed programs, on loopback; gone when it is closed."""
import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile

from support import places
from support.process import free_port, until

START_SECONDS = 60


class Cluster:
    """`settings` are lines for postgresql.conf. Without `durable` nothing is flushed to the disk: the tests kill the
    program, not the database, and are quicker so."""

    def __init__(self, durable=False, settings=()):
        self.folder = tempfile.mkdtemp(prefix="aftercall-pg-")
        self.data = os.path.join(self.folder, "data")
        self.port = free_port()
        self._made = 0
        self._process = None
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "--pgdata", self.data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8",
                  "--no-locale", *([] if durable else ["--no-sync"]))
        lines = [f"port = {self.port}", "listen_addresses = '127.0.0.1'", f"unix_socket_directories = '{self.folder}'",
                 "max_connections = 100", *settings]
        if not durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def __enter__(self):
        # A test that is interrupted leaves without a word.
        atexit.register(self.close)
        log = os.path.join(self.folder, "log")
        with open(log, "wb") as said:
            self._process = subprocess.Popen([places.postgres_binary("postgres"), "-D", self.data], stdout=said,
                                             stderr=said, stdin=subprocess.DEVNULL, cwd=self.folder,
                                             start_new_session=True, **self._as_user())
        try:
            until("PostgreSQL answers", self._answers, START_SECONDS)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        atexit.unregister(self.close)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # its fast shutdown
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self):
        """The URL of a new, empty database."""
        self._made += 1
        name = f"test_{self._made}"
        self.query("postgres", f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name):
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def query(self, database, sql):
        """Rows of text. `database` is a name or a URL."""
        name = database.rpartition("/")[2]
        done = subprocess.run([places.postgres_binary("psql"), "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
                               "-p", str(self.port), "-U", "postgres", "-d", name, "-c", sql],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def _answers(self):
        if self._process.poll() is not None:
            with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
                raise AssertionError(f"PostgreSQL ended:\n{file.read()[-2000:]}")
        return self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False).returncode == 0

    def _run(self, name, *words, check=True):
        done = subprocess.run([places.postgres_binary(name), *words], capture_output=True, text=True, check=False,
                              cwd=self.folder, **self._as_user())
        if check and done.returncode != 0:
            raise AssertionError(f"{name}: {done.stderr or done.stdout}")
        return done

    def _as_user(self):
        """`extra_groups` as well: root's own would stay otherwise."""
        if not self._user:
            return {}
        return {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}
