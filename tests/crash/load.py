"""Senders that hand in calls, and each call again until it was answered 2xx."""
import http.client
import itertools
import threading

from support import calls
from support.client import Client

# One call in so many has something to ask the model about; the others have the deterministic result.
SPOKEN = 24
LINES = 12


class Load:
    """Three senders: two send call by call, one in JSON Lines. `answered` holds the ids that the server took."""

    def __init__(self, server, agent):
        self.answered = set()
        self.unexpected = []
        self._server = server
        self._agent = agent
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = []

    def begin(self):
        self._stop.clear()
        self._threads = [threading.Thread(target=sender) for sender in (self._one_by_one, self._one_by_one, self._lines)]
        for thread in self._threads:
            thread.start()

    def finish(self):
        """Nothing new is sent; what was sent already is answered when this returns. The server must be up."""
        self._stop.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "a sender still waits for an answer"

    def _next(self):
        with self._lock:
            number = next(self._numbers)
        return calls.call(self._agent, call_id=f"crash-{number}", turns=4 if number % SPOKEN == 0 else 0)

    def _one_by_one(self):
        client = Client(self._server.url, self._server.key, timeout=20)
        while not self._stop.wait(0.05):
            call = self._next()
            self._until_answered(lambda: client.post("/v1/calls", call), [call])

    def _lines(self):
        client = Client(self._server.url, self._server.key, timeout=20)
        while not self._stop.wait(0.3):
            batch = [self._next() for _ in range(LINES)]
            self._until_answered(lambda: client.lines("/v1/calls", batch), batch)

    def _until_answered(self, send, sent):
        """The server dies under the sender, so what goes wrong with the connection is tried again; what the server
        says is not."""
        pause = threading.Event()
        while True:
            try:
                reply = send()
                answers = reply.lines if len(sent) > 1 else [{"status": reply.status}]
            except (OSError, http.client.HTTPException, ValueError):
                pause.wait(0.1)
                continue
            with self._lock:
                for call, answer in zip(sent, answers):
                    if 200 <= answer["status"] < 300:
                        self.answered.add(call["callId"])
                    else:
                        self.unexpected.append((call["callId"], answer))
            # A stream that was cut short has answered its first lines; the rest is sent again with them.
            if len(answers) >= len(sent) or reply.status >= 300:
                return
