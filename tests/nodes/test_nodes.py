"""One API process and two workers on one PostgreSQL: the work is shared, and a worker that dies costs a lease only."""
import contextlib
import os
import signal
import time
import unittest

from support import calls, places
from support.database import Database
from support.postgres import Cluster
from support.process import until
from support.server import Server

LEASE = 3


class Nodes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster().__enter__()
        cls.addClassCleanup(cls.cluster.__exit__)

    @contextlib.contextmanager
    def api(self):
        with Server(model=places.model(), database=self.cluster.database(), workers=False, lease=LEASE) as server:
            yield server, Database(server, self.cluster)

    @contextlib.contextmanager
    def worker(self, server):
        process = server.worker()
        try:
            yield process
        finally:
            process.end()

    def send(self, server, agent, number, turns):
        client = server.client()
        sent = [calls.call(agent, call_id=f"node-{n}", turns=turns) for n in range(number)]
        reply = client.lines("/v1/calls", sent)
        self.assertEqual([line["status"] for line in reply.lines], [201] * number)

    def done(self, database, number, seconds=300):
        until("every call is analysed", lambda: database.number("SELECT COUNT(*) FROM analyses") == number
              and database.open_jobs() == 0, seconds, 0.2)
        self.assertEqual(database.problems(), {})

    def test_the_work_is_shared(self):
        with self.api() as (server, database), self.worker(server) as one, self.worker(server) as other:
            agent = calls.agent(server.client(), calls.METRICS[:2])
            # An API process that analyses nothing itself leaves the calls to them.
            idle = [until("the engine runs", process.children, 60) and busy_seconds(process) for process in (one, other)]
            self.send(server, agent, 16, turns=4)
            self.done(database, 16)
            for process, before in zip((one, other), idle):
                self.assertGreater(busy_seconds(process) - before, 0.3, "a worker that had nothing to do")
            self.assertEqual(server.process.children(), [])

    def test_without_a_worker_calls_wait(self):
        with self.api() as (server, database):
            agent = calls.agent(server.client(), calls.METRICS[:1])
            self.send(server, agent, 3, turns=2)
            time.sleep(1)
            self.assertEqual((database.open_jobs(), database.number("SELECT COUNT(*) FROM analyses")), (3, 0))
            with self.worker(server):
                self.done(database, 3)

    def test_a_worker_is_killed_in_the_middle_of_a_job(self):
        with self.api() as (server, database), self.worker(server) as one:
            agent = calls.agent(server.client(), calls.METRICS[:2])
            self.send(server, agent, 1, turns=2)
            self.done(database, 1)
            # Its engine stands still, so that the next job is in the middle for as long as this test wants.
            engine = one.children()
            for pid in engine:
                os.kill(pid, signal.SIGSTOP)
            try:
                self.interrupted(server, database, agent, one)
            finally:
                for pid in engine:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

    def interrupted(self, server, database, agent, one):
        job = "SELECT state, attempts FROM jobs ORDER BY created_at DESC, id DESC LIMIT 1"
        reply = server.client().post("/v1/calls", calls.call(agent, call_id="interrupted"))
        self.assertEqual(reply.status, 201)
        until("the job is taken", lambda: database.rows(job) == [("running", "1")])
        with self.worker(server):
            # While the first worker lives it keeps its job, longer than a lease is.
            time.sleep(LEASE + 2)
            self.assertEqual(database.rows(job), [("running", "1")])
            one.kill()
            until("the other worker takes the job", lambda: database.rows(job)[0][1] == "2", LEASE + 20)
            self.done(database, 2)

    def test_a_worker_that_is_told_to_stop_gives_its_job_back(self):
        with self.api() as (server, database), self.worker(server) as one:
            agent = calls.agent(server.client(), calls.METRICS[:2])
            self.send(server, agent, 6, turns=4)
            until("a job is taken", lambda: ("running",) in database.rows("SELECT state FROM jobs"))
            self.assertEqual(one.stop(30), 0)
            self.assertEqual(database.number("SELECT COUNT(*) FROM jobs WHERE state = 'running'"), 0)
            with self.worker(server):
                self.done(database, 6)
            self.assertEqual(database.rows("SELECT MAX(attempts) FROM jobs"), [("1",)])


def busy_seconds(process):
    """Processor seconds of a process and of its children, the engine among them."""
    ticks = 0
    for pid in process.family():
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100
