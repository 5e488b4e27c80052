"""The rows that the server wrote, committed again by the database's own client."""
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time

from support import places

# What the server writes for one call, parents first. Both a transcript and a job name the call's row.
TABLES = ("calls", "transcripts", "jobs")
ID = re.compile(r"'([0-9a-f]{24})'")


def of(server, cluster):
    """The rows of a server's database, grouped by call."""
    return Postgres(server, cluster) if cluster else Sqlite(server)


class Sqlite:
    """Through Python's sqlite3, with the pragmas that the server sets."""

    def __init__(self, server):
        self._folder = server.folder
        source = sqlite3.connect(f"file:{server.data}/aftercall.sqlite?mode=ro", uri=True)
        self._schema = [sql for (sql,) in source.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rootpage, name")]
        # What rows of calls refer to is there before the clock starts.
        others = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'"
                                                     " AND name NOT LIKE 'sqlite_%'") if name not in TABLES]
        self._before = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in others}
        groups = {row[0]: [("calls", row)] for row in source.execute("SELECT * FROM calls")}
        for table, key in (("transcripts", "call_id"), ("jobs", "subject")):
            columns = [column[1] for column in source.execute(f"PRAGMA table_info({table})")]
            place = columns.index(key)
            for row in source.execute(f"SELECT * FROM {table}"):
                groups[row[place]].append((table, row))
        self._groups = list(groups.values())
        source.close()

    @property
    def number(self):
        return len(self._groups)

    def commit(self, batch, _senders):
        """Seconds that it takes, with one commit for `batch` calls."""
        path = os.path.join(self._folder, "bare.sqlite")
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        for sql in self._schema:
            database.execute(sql)
        for table, rows in self._before.items():
            database.executemany(insert(table, rows), rows) if rows else None
        database.execute("PRAGMA foreign_keys = ON")
        statements = {table: insert(table, [row]) for table, row in self._groups[0]}
        began = time.perf_counter()
        for start in range(0, len(self._groups), batch):
            database.execute("BEGIN IMMEDIATE")
            for group in self._groups[start:start + batch]:
                for table, row in group:
                    database.execute(statements[table], row)
            database.execute("COMMIT")
        seconds = time.perf_counter() - began
        database.close()
        return seconds


def insert(table, rows):
    return f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"


class Postgres:
    """Through psql, which sends the statements of one commit together: one way to the server and back."""

    def __init__(self, server, cluster):
        self._cluster = cluster
        self._source = server.database.rpartition("/")[2]
        self._folder = tempfile.mkdtemp(prefix="aftercall-bare-")
        dumped = {table: self._dump("--data-only", "--inserts", "--table", table).splitlines() for table in TABLES}
        inserts = {table: [line for line in lines if line.startswith("INSERT ")] for table, lines in dumped.items()}
        groups = {ID.search(line).group(1): [line] for line in inserts["calls"]}
        for table in TABLES[1:]:
            for line in inserts[table]:
                groups[next(one for one in ID.findall(line) if one in groups)].append(line)
        self._groups = list(groups.values())

    @property
    def number(self):
        return len(self._groups)

    def commit(self, batch, senders):
        target = self._cluster.database()
        without = [part for table in TABLES for part in ("--exclude-table-data", table)]
        self._psql(target, self._file("schema", [self._dump(*without)]))
        # Statements with \; between them go out as one message, and are one transaction.
        commits = [" \\;\n".join(line.rstrip(";") for group in self._groups[start:start + batch] for line in group) + ";\n"
                   for start in range(0, len(self._groups), batch)]
        files = [self._file(f"part{number}", commits[number::senders]) for number in range(senders)]
        began = time.perf_counter()
        running = [subprocess.Popen(self._words(target, file), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for file in files]
        said = [process.communicate()[1] for process in running]
        seconds = time.perf_counter() - began
        if any(process.returncode for process in running):
            raise AssertionError(f"psql: {b''.join(said)[:500].decode(errors='replace')}")
        shutil.rmtree(self._folder)
        return seconds

    def _file(self, name, texts):
        path = os.path.join(self._folder, f"{name}.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(texts)
        return path

    def _words(self, database, file):
        return [places.postgres_binary("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", file]

    def _psql(self, database, file):
        subprocess.run(self._words(database, file), check=True, stdout=subprocess.DEVNULL)

    def _dump(self, *words):
        return subprocess.run([places.postgres_binary("pg_dump"), "--no-owner", *words,
                               "-d", self._cluster.url(self._source)], check=True, capture_output=True, text=True).stdout


def analysed(server, cluster):
    """How many calls of a server have their analysis."""
    sql = "SELECT COUNT(*) FROM calls WHERE current_analysis_id IS NOT NULL"
    if cluster:
        return int(cluster.query(server.database, sql)[0][0])
    database = sqlite3.connect(f"file:{server.data}/aftercall.sqlite?mode=ro", uri=True, timeout=30)
    try:
        return database.execute(sql).fetchone()[0]
    finally:
        database.close()
