"""A server without a model: how soon it answers and how much memory it holds."""
import time
from statistics import median

from ingest import made, senders
from support import calls
from support.client import Client
from support.server import Server

HEADER = ("server without a model", "")
STARTS = 5


def rows():
    times, resident = [], []
    with Server(workers=True) as server:
        # The first start made the database; what an operator waits for is every other one.
        for _ in range(STARTS):
            server.process.stop()
            began = time.perf_counter()
            server.start(ready=False)
            while not answers(server.url):
                time.sleep(0.005)
            times.append(time.perf_counter() - began)
            time.sleep(1)
            resident.append(megabytes(server.process.pid))
        requests = made.requests(calls.agent(server.client()), server.key, 10_000, 100)
        senders.send(server.port, requests, 4, 3)
        after = megabytes(server.process.pid)
    return [("seconds until it answers", f"{median(times):.2f}"),
            ("resident memory, MB", f"{median(resident):.0f}"),
            ("resident memory after 3 s of calls of 10 kB, MB", f"{after:.0f}")]


def answers(url):
    try:
        return Client(url, timeout=5).get("/healthz").status == 200
    except OSError:
        return False


def megabytes(pid):
    """Resident memory of a process, 0 where the system does not say."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0
