"""Where things are: the repository, the program, the small model, the cache folder."""
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SMALL_MODEL = "smollm2-135m-instruct-q4_1"
DEFAULT_MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"


class Missing(Exception):
    """Something that the tests need is not there, and how to get it."""


def program():
    """The program under test: $AFTERCALL, else what `make build` makes."""
    target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(ROOT, "target")
    path = os.path.join(ROOT, os.environ.get("AFTERCALL") or os.path.join(target, "release", "aftercall"))
    if not os.access(path, os.X_OK):
        raise Missing(f"{path}: no such program; `make build` builds it")
    return path


def model():
    """The file of the small model: $AFTERCALL_TEST_MODEL, else where `aftercall model pull` puts it."""
    return _model("AFTERCALL_TEST_MODEL", SMALL_MODEL)


def default_model():
    """The file of the model that is the default: $AFTERCALL_DEFAULT_MODEL, else where `aftercall model pull` puts it."""
    return _model("AFTERCALL_DEFAULT_MODEL", DEFAULT_MODEL)


def _model(variable, name):
    given = os.environ.get(variable)
    if given:
        return given
    found = subprocess.run([program(), "model", "path", name], stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode != 0:
        raise Missing(f"a model is not here; `aftercall model pull {name}` fetches it")
    return found.stdout.strip()


def cache():
    """A folder that outlives a run, for what is fetched once."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(home, "aftercall", "tests")
    os.makedirs(folder, exist_ok=True)
    return folder


def postgres_binary(name):
    """A program of PostgreSQL, from PATH or from where Debian keeps them; the newest version first."""
    found = shutil.which(name)
    if found and os.path.exists(os.path.join(os.path.dirname(os.path.realpath(found)), "initdb")):
        return os.path.realpath(found)
    base = "/usr/lib/postgresql"
    versions = sorted((v for v in os.listdir(base) if v.isdigit()), key=int, reverse=True) if os.path.isdir(base) else []
    for version in versions:
        path = os.path.join(base, version, "bin", name)
        if os.access(path, os.X_OK):
            return path
    if found:
        return found
    raise Missing(f"{name}: not installed; on Debian `apt install postgresql` brings it")
