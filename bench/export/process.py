"""The processes that are measured, one at a time."""
import dataclasses
import os
import subprocess
import tempfile
import time

from export.figures import Ran
from support import places

HERE = os.path.dirname(os.path.abspath(__file__))


class FailedError(Exception):
    """A process that was to be measured failed."""


def ours(database, form, name, folder):
    """`aftercall export` of every call."""
    words = [places.program(), "export", "--database-url", f"sqlite:{database}", "--data-dir", folder, "--form", form,
             "--out", os.path.join(folder, f"ours.{name}")]
    ran, _ = _measured(words)
    return ran


def bare(python, database, form, name, folder):
    """DuckDB with the rows of a cursor; with the format `none` the cursor alone."""
    words = [python, os.path.join(HERE, "bare.py"), database, form, name, os.path.join(folder, f"bare.{name}")]
    ran, said = _measured(words)
    return dataclasses.replace(ran, rows=int(said))


def count(python, path):
    """The rows of a file, counted by DuckDB."""
    reader = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}[path.rpartition(".")[2]]
    code = f"import duckdb; print(duckdb.sql(\"SELECT COUNT(*) FROM {reader}('{path}')\").fetchall()[0][0])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FailedError(f"{path} cannot be read: {done.stderr[-500:]}")
    return int(done.stdout)


def _measured(words):
    """A process with its peak memory, and what it said on standard output."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        # Of this process alone, which the sums over all children are not.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise FailedError(f"{' '.join(words)}: {errors.read()[-500:].decode(errors='replace')}")
        return Ran(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000), out.read().decode()
