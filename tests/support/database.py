"""What stands in the server's database, read past the server."""
import sqlite3

PROBLEMS = {
    "calls without exactly one analysis":
        "SELECT c.call_id, COUNT(a.id) FROM calls c LEFT JOIN analyses a ON a.call_id = c.id"
        " GROUP BY c.id, c.call_id HAVING COUNT(a.id) <> 1",
    "analyses that are not complete": "SELECT call_id, status, reason FROM analyses WHERE status <> 'completed'",
    "calls whose current analysis is not theirs":
        "SELECT c.call_id FROM calls c LEFT JOIN analyses a ON a.id = c.current_analysis_id AND a.call_id = c.id"
        " WHERE a.id IS NULL",
    "calls without exactly one job":
        "SELECT c.call_id, COUNT(j.id) FROM calls c LEFT JOIN jobs j ON j.subject = c.id"
        " GROUP BY c.id, c.call_id HAVING COUNT(j.id) <> 1",
    "jobs that are not done": "SELECT subject, state, last_error FROM jobs WHERE state <> 'done'",
    "calls without a transcript row":
        "SELECT c.call_id FROM calls c LEFT JOIN transcripts t ON t.call_id = c.id WHERE t.call_id IS NULL",
}
OPEN_JOBS = "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')"


class Database:
    """The database of a server: its SQLite file, or one in a PostgreSQL of the tests."""

    def __init__(self, server, cluster=None):
        self._server = server
        self._cluster = cluster

    def rows(self, sql):
        """Rows of text."""
        if self._cluster:
            return [tuple(row) for row in self._cluster.query(self._server.database, sql)]
        connection = sqlite3.connect(f"file:{self._server.data}/aftercall.sqlite?mode=ro", uri=True, timeout=30)
        try:
            return [tuple(str(value) for value in row) for row in connection.execute(sql)]
        finally:
            connection.close()

    def number(self, sql):
        return int(self.rows(sql)[0][0])

    def open_jobs(self):
        return self.number(OPEN_JOBS)

    def problems(self):
        """What breaks the promise that every call has exactly one current analysis: name to rows."""
        found = {name: self.rows(sql) for name, sql in PROBLEMS.items()}
        return {name: rows for name, rows in found.items() if rows}
