"""The rows of analysed calls, written into a new SQLite file or an empty PostgreSQL database."""
import itertools
import os
import random
import subprocess
import tempfile
import time

from seed import postgresql, rows, sqlite
from support import places

# Rows that are written at once: enough that Python's part is small.
AT_ONCE = 5_000


class MigrateError(Exception):
    """`aftercall migrate` did not make the tables, or did not count what was written."""


def is_postgresql(target):
    """Whether a target is a database's address and not a file."""
    return target.startswith(("postgres://", "postgresql://"))


def make(target, calls, days, seed):
    """Makes the file, or fills the database; the seconds that it took. Without an end there is no file."""
    began = time.perf_counter()
    server = is_postgresql(target)
    try:
        _migrate(target)
        with (postgresql if server else sqlite).writer(target) as write:
            maker = rows.Maker(random.Random(seed), calls, days)
            for table, row in maker.agent():
                write(table, [row])
            made = maker.calls()
            while batch := list(itertools.islice(made, AT_ONCE)):
                for table in rows.TABLES:
                    write(table, [row for call in batch for row in call[table]])
        _migrate(target, "--recount")
        if server:
            postgresql.settle(target)
    except BaseException:
        for ending in () if server else ("", "-wal", "-shm"):
            if os.path.exists(target + ending):
                os.remove(target + ending)
        raise
    return time.perf_counter() - began


def _migrate(target, *words):
    url = target if is_postgresql(target) else f"sqlite:{target}"
    with tempfile.TemporaryDirectory() as folder:
        words = [places.program(), "migrate", "--data-dir", folder, "--database-url", url, *words]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MigrateError(done.stderr.strip())
