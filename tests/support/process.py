"""Processes that a test starts: none outlives it, and none but its own is ever ended."""
import atexit
import contextlib
import os
import signal
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A process whose output goes to a file. It leads a session of its own, so that its children can be found, also after
    its end."""

    def __init__(self, words, log, environment=None):
        self.log = log
        # Whoever runs the tests may have configured a server of their own.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AFTERCALL_")}
        with open(log, "ab") as said:
            self.popen = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                          env={**inherited, **(environment or {})}, start_new_session=True)
        atexit.register(self.end)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def running(self):
        return self.popen.poll() is None

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill(self):
        """At once, without a word: what a power cut does to this process. Its children are left to find out."""
        self.popen.kill()
        self.popen.wait()

    def stop(self, seconds=30):
        """As an operator does, by SIGTERM; its exit code."""
        if self.running:
            self.popen.terminate()
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.end()
                raise AssertionError(f"the process did not end within {seconds} s of SIGTERM; it said:\n"
                                     + self.said()[-2000:]) from None
        return self.popen.returncode

    def end(self):
        """Whatever is left of it and of its children."""
        atexit.unregister(self.end)
        children = self.children()
        self.kill()
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def family(self):
        """Ids of the processes in its session that live."""
        return [pid for pid in _pids() if _session(pid) == self.pid]

    def children(self):
        """Ids of the others in its session."""
        return [pid for pid in self.family() if pid != self.pid]


def _pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()] if os.path.isdir("/proc") else []


def _session(pid):
    """Of a process that lives; one that ended and was not yet reaped is not counted."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            after_name = file.read().rpartition(")")[2].split()
        return None if after_name[0] == "Z" else int(after_name[3])
    except OSError:
        return None


def until(what, condition, seconds=60, pause=0.05):
    """Waits until `condition()` is true, and gives what it gave. `what` says what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)
