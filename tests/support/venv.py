"""A virtual environment for a file of pinned requirements, made once and kept in the cache folder."""
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

from support import places


def python(requirements):
    """The interpreter of the environment that holds what the file lists. Made with the user's own pip, whose index and
    proxy settings hold."""
    with open(requirements, "rb") as file:
        digest = hashlib.sha256(file.read() + sys.version.encode()).hexdigest()[:12]
    name = os.path.basename(os.path.dirname(os.path.abspath(requirements)))
    folder = os.path.join(places.cache(), f"venv-{name}-{digest}")
    # Two runs at once must not make it at once; it cannot be made elsewhere and moved, as its programs name their place.
    with open(folder + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = os.path.join(folder, "whole")
        if not os.path.exists(whole):
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, requirements)
            with open(whole, "w", encoding="ascii"):
                pass
    return os.path.join(folder, "bin", "python")


def _make(folder, requirements):
    print(f"installing {os.path.relpath(requirements, places.ROOT)} (once)", file=sys.stderr, flush=True)
    if subprocess.run([sys.executable, "-m", "venv", folder], check=False).returncode != 0:
        raise places.Missing("python3 -m venv does not work; on Debian `apt install python3-venv` brings it")
    installed = subprocess.run([os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--quiet",
                                "--disable-pip-version-check", "--requirement", requirements], check=False)
    if installed.returncode != 0:
        raise places.Missing(f"pip could not install {requirements}")
