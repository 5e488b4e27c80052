import http.server
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import types
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), "tests"))

from ingest import bare, figures, made, senders  # noqa: E402


class Stand(http.server.BaseHTTPRequestHandler):
    """Stands in for the server: takes every call but those of another agent."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent = [json.loads(line) for line in body.splitlines()]
        self.server.got += [call["callId"] for call in sent]
        wrong = any(call["agentId"] != "a" for call in sent)
        answer = b"".join(json.dumps({"status": 201}).encode() + b"\n" for _ in sent)
        self.send_response(404 if wrong else 201)
        if len(sent) > 1:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer), answer))
        else:
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Sending(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stand)
        self.server.daemon_threads = True
        self.server.got = []
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def send(self, agent, batch):
        return senders.send(self.server.server_port, made.requests(agent, "sk_x", 1000, batch), 3, 0.2)

    def test_every_request_is_answered_and_counted(self):
        for batch in (1, 7):
            self.server.got.clear()
            sent = self.send("a", batch)
            self.assertEqual(sent.refused, [])
            self.assertEqual(sent.requests * batch, len(self.server.got))
            self.assertEqual(len(set(self.server.got)), len(self.server.got))
            self.assertLessEqual(sent.percentile(0.5), sent.percentile(0.99))

    def test_a_refusal_ends_it(self):
        sent = self.send("b", 1)
        self.assertIn("404", sent.refused[0])


class Made(unittest.TestCase):
    def test_calls_are_as_large_as_asked(self):
        for size in (1000, 10_000, 100_000):
            length = len(json.dumps(made.call("0" * 24, size)))
            self.assertLess(abs(length - size), 250)


class Answers(unittest.TestCase):
    def test_where_an_answer_ends(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for answer, ended in ((b"HTTP/1.1 200", False), (head + b"ab", False), (head + b"abc", True),
                              (chunked + b"1\r\na\r\n", False), (chunked + b"1\r\na\r\n0\r\n\r\n", True),
                              (chunked + b"0\r\n\r\n", True)):
            self.assertEqual(senders.whole(answer), ended, answer)


class Bare(unittest.TestCase):
    def test_the_same_rows_are_written_to_an_empty_database(self):
        with tempfile.TemporaryDirectory() as folder:
            database = sqlite3.connect(os.path.join(folder, "aftercall.sqlite"))
            database.executescript("""
                CREATE TABLE agents (id TEXT PRIMARY KEY);
                CREATE TABLE calls (id TEXT PRIMARY KEY, agent_id TEXT REFERENCES agents (id), current_analysis_id TEXT);
                CREATE INDEX calls_agent ON calls (agent_id);
                CREATE TABLE transcripts (call_id TEXT PRIMARY KEY REFERENCES calls (id), turns TEXT);
                CREATE TABLE jobs (id TEXT PRIMARY KEY, subject TEXT REFERENCES calls (id));
                INSERT INTO agents VALUES ('a');
                INSERT INTO calls VALUES ('1', 'a', 'x'), ('2', 'a', NULL), ('3', 'a', NULL);
                INSERT INTO transcripts VALUES ('3', '[]'), ('2', '[]'), ('1', '[]');
                INSERT INTO jobs VALUES ('8', '2'), ('9', '1'), ('7', '3');""")
            database.close()
            server = types.SimpleNamespace(folder=folder, data=folder)
            rows = bare.of(server, None)
            self.assertEqual(rows.number, 3)
            self.assertEqual(bare.analysed(server, None), 1)
            self.assertGreater(rows.commit(2, 1), 0)
            copy = sqlite3.connect(os.path.join(folder, "bare.sqlite"))
            self.assertEqual(sorted(copy.execute("SELECT * FROM jobs")), [("7", "3"), ("8", "2"), ("9", "1")])
            self.assertEqual(copy.execute("SELECT COUNT(*) FROM calls").fetchone(), (3,))
            copy.close()


class Printed(unittest.TestCase):
    def test_the_ratio_is_the_median_of_the_rounds(self):
        pairs = [figures.Pair(100, 0.010, 200), figures.Pair(300, 0.030, 300), figures.Pair(200, 0.020, 250)]
        self.assertEqual(figures.row("sqlite", 1, 100, pairs), ("sqlite", "1", "100", "200", "20.0", "250", "0.80"))

    def test_help_is_there_without_a_build(self):
        done = subprocess.run([os.path.join(HERE, "run"), "--help"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--senders", done.stdout)


if __name__ == "__main__":
    unittest.main()
