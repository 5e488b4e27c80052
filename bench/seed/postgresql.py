"""Rows into a PostgreSQL database whose tables are there, by psql and COPY."""
import contextlib
import json
import subprocess

from support import places

# Rows are checked against none of the tables that they refer to: they belong together by the way they are made.
SETTINGS = "SET session_replication_role = replica; SET synchronous_commit = off;"


class LoadError(Exception):
    """psql refused something."""


@contextlib.contextmanager
def writer(url):
    """A function that writes rows of a table. Each table has a psql of its own that copies until the end."""
    indexes = _ask(url, "SELECT indexname || E'\\t' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT IN"
                        " (SELECT conname FROM pg_constraint)")
    indexes = [line.split("\t") for line in indexes.splitlines()]
    _ask(url, " ".join(f"DROP INDEX {name};" for name, _ in indexes))
    copies = {}

    def write(table, lines):
        if table not in copies:
            copies[table] = _copy(url, table, list(lines[0]))
        copies[table].stdin.write("".join(_line(line) for line in lines))

    try:
        yield write
    finally:
        ends = [(table, copy.communicate()[1], copy.returncode) for table, copy in copies.items()]
    for table, said, code in ends:
        if code != 0:
            raise LoadError(f"{table}: {said[-500:]}")
    for _, sql in indexes:
        _ask(url, sql)


def settle(url):
    """Leaves it as autovacuum does after some time.

    One transaction has changed every call, which leaves the pages of the index that calls are counted by less than half full. A
    server changes calls one by one: then a page is full to 60 % (65,000 calls, each changed after some others had arrived).
    """
    _ask(url, "ALTER INDEX calls_counted SET (fillfactor = 60)")
    _ask(url, "REINDEX INDEX calls_counted")
    _ask(url, "ALTER INDEX calls_counted RESET (fillfactor)")
    _ask(url, "VACUUM (ANALYZE)")


def _psql(url, *words):
    return [places.postgres_binary("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, *words]


def _ask(url, sql):
    done = subprocess.run(_psql(url, "-c", sql), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LoadError(done.stderr.strip())
    return done.stdout


def _copy(url, table, columns):
    names = ", ".join(f'"{name}"' for name in columns)
    words = _psql(url, "-c", SETTINGS, "-c", f"COPY {table} ({names}) FROM STDIN")
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            encoding="utf-8")


def _line(row):
    return "\t".join(map(_field, row.values())) + "\n"


def _field(value):
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (dict, list)):
        value = json.dumps(value)
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return repr(value)
