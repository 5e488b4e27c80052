"""The rows of analysed calls, written into a new SQLite file."""
import itertools
import json
import os
import random
import sqlite3
import subprocess
import tempfile
import time

from seed import rows
from support import places

# Rows of one statement: enough that Python's part is small.
AT_ONCE = 5_000


class MigrateError(Exception):
    """`aftercall migrate` did not make the tables."""


def make(path, calls, days, seed):
    """Makes the file; the seconds that it took. Without an end there is no file."""
    began = time.perf_counter()
    try:
        _tables(path)
        _fill(path, calls, days, seed)
    except BaseException:
        for ending in ("", "-wal", "-shm"):
            if os.path.exists(path + ending):
                os.remove(path + ending)
        raise
    return time.perf_counter() - began


def _tables(path):
    with tempfile.TemporaryDirectory() as folder:
        words = [places.program(), "migrate", "--data-dir", folder, "--database-url", f"sqlite:{path}"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MigrateError(done.stderr.strip())


def _fill(path, calls, days, seed):
    database = sqlite3.connect(path, isolation_level=None)
    # Nobody reads it yet, and one that is not whole is thrown away.
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -262144")
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    database.execute("BEGIN")
    maker = rows.Maker(random.Random(seed), calls, days)
    for table, row in maker.agent():
        _insert(database, table, [row])
    made = maker.calls()
    while batch := list(itertools.islice(made, AT_ONCE)):
        for table in rows.TABLES:
            _insert(database, table, [row for call in batch for row in call[table]])
    for _, sql in indexes:
        database.execute(sql)
    database.execute("COMMIT")
    database.execute("ANALYZE")
    database.execute("PRAGMA journal_mode = WAL")
    database.close()


def _insert(database, table, lines):
    names = ", ".join(f'"{name}"' for name in lines[0])
    marks = ", ".join(f":{name}" for name in lines[0])
    texts = [{name: json.dumps(value) if isinstance(value, (dict, list)) else value for name, value in line.items()}
             for line in lines] if table in rows.WITH_JSON else lines
    database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", texts)
