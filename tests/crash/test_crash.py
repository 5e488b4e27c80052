"""Server and worker are killed at random moments while calls come in: in the end every call that was answered 2xx has
exactly one analysis, none is lost and none is doubled."""
import os
import random
import time
import unittest

from crash.load import Load
from support import calls, places
from support.database import Database
from support.postgres import Cluster
from support.process import until
from support.server import Server

ROUNDS = int(os.environ.get("AFTERCALL_CRASHES") or (50 if os.environ.get("AFTERCALL_LONG") else 5))
SEED = int(os.environ.get("AFTERCALL_SEED") or random.SystemRandom().randrange(1 << 32))
METRICS = calls.METRICS[:1]
# Seconds from the start of a round to the blow.
EARLIEST, LATEST = 0.02, 1.5
# Seconds without a job that gets done: a lease that has to end, a model that is loaded again, a slow machine.
PATIENCE = 90


class Crash(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        print(f"crashes: {ROUNDS} rounds, AFTERCALL_SEED={SEED}", flush=True)

    def test_sqlite_server_with_its_workers(self):
        with Server(model=places.model()) as server:
            self.rounds(server, Database(server), workers=0)

    def test_postgresql_server_and_worker_apart(self):
        with Cluster() as cluster, Server(model=places.model(), database=cluster.database(), workers=False) as server:
            self.rounds(server, Database(server, cluster), workers=1)

    def rounds(self, server, database, workers):
        load = Load(server, calls.agent(server.client(), METRICS))
        nodes = [server.worker() for _ in range(workers)]
        try:
            for _ in range(ROUNDS):
                self.round(server, nodes, load)
            self.assertEqual(load.unexpected, [])
            self.drain(database)
        finally:
            for node in nodes:
                node.end()
        self.check(server, database, load.answered)

    def round(self, server, nodes, load):
        load.begin()
        time.sleep(self.random.uniform(EARLIEST, LATEST))
        # The server alone, a worker alone, or both at once.
        blow = self.random.choice([("server",), ("worker",), ("server", "worker")] if nodes else [("server",)])
        if "worker" in blow:
            self.kill(nodes[0])
        if "server" in blow:
            self.kill(server.process)
        time.sleep(self.random.uniform(0, 0.3))
        if "worker" in blow:
            nodes[0] = server.worker()
        if "server" in blow:
            server.start()
        load.finish()

    def kill(self, process):
        """The engine's process, a child of the one that dies, must notice by itself."""
        process.kill()
        until("the children of a killed process end", lambda: not process.family(), 15)

    def drain(self, database):
        """Waits until no job is left, as long as there are fewer of them from time to time."""
        left, since = database.open_jobs(), time.monotonic()
        while left:
            time.sleep(0.2)
            now = database.open_jobs()
            if now != left:
                left, since = now, time.monotonic()
            if time.monotonic() - since > PATIENCE:
                sql = "SELECT state, attempts, last_error, COUNT(*) FROM jobs GROUP BY state, attempts, last_error"
                self.fail(f"{left} jobs are left and none was done for {PATIENCE} s: {database.rows(sql)}")

    def check(self, server, database, answered):
        stored = {row[0] for row in database.rows("SELECT call_id FROM calls")}
        self.assertEqual(answered - stored, set(), "answered 2xx and lost")
        self.assertEqual(stored - answered, set(), "stored and never answered, though every sender tried until it was")
        self.assertEqual(database.number("SELECT COUNT(*) FROM calls"), len(answered))
        self.assertEqual(database.problems(), {})
        self.assertEqual(database.number("SELECT COUNT(*) FROM answers"), len(METRICS) * len(answered))
        client = server.client()
        for call_id in sorted(answered):
            found = client.get(f"/atoms/v1/conversation/{call_id}")
            self.assertEqual(found.status, 200, found)
            self.assertIsNotNone(found.json["data"].get("postCallAnalytics"), call_id)
        print(f"crashes: {len(answered)} calls, each with one analysis", flush=True)
