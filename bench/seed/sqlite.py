"""Rows into a SQLite file whose tables are there."""
import contextlib
import json
import sqlite3

from seed import rows


@contextlib.contextmanager
def writer(path):
    """A function that writes rows of a table."""
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
    yield lambda table, lines: _insert(database, table, lines)
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
