"""Connections that send as fast as the server answers, in one thread, so that they take little of its processors."""
import selectors
import socket
import time
from dataclasses import dataclass, field

TIMEOUT = 60


class SendError(Exception):
    """The server did not answer as it should."""


@dataclass
class Sent:
    """What came of it: requests that were answered, seconds of each and of all."""
    seconds: float = 0.0
    times: list = field(default_factory=list)
    refused: list = field(default_factory=list)

    @property
    def requests(self):
        return len(self.times)

    def percentile(self, share):
        """Seconds that this share of the requests took at most."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.left = None
        self.got = b""
        self.began = 0.0

    def begin(self, request):
        self.left, self.got, self.began = memoryview(request), b"", time.perf_counter()

    def write(self):
        """Whether all is written."""
        try:
            self.left = self.left[self.socket.send(self.left):]
        except BlockingIOError:
            pass
        return not self.left

    def read(self):
        """Whether the answer is whole."""
        try:
            part = self.socket.recv(1 << 18)
        except BlockingIOError:
            return False
        if not part:
            raise SendError("the server closed a connection")
        self.got += part
        return whole(self.got)


def whole(answer):
    head, blank, body = answer.partition(b"\r\n\r\n")
    if not blank:
        return False
    for line in head.lower().split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return len(body) >= int(value)
        if name == b"transfer-encoding" and value.strip() == b"chunked":
            return body.endswith(b"0\r\n\r\n") and (len(body) == 5 or body.endswith(b"\r\n0\r\n\r\n"))
    return True


def refused(answer):
    """The answer, shortened, if a call in it was not taken."""
    status = int(answer.split(b" ", 2)[1])
    if not 200 <= status < 300 or b'"problem"' in answer:
        return answer[:600].decode(errors="replace")
    return None


def send(port, requests, number, seconds):
    """Sends requests over `number` connections for so long, then waits for the answers that are due."""
    sent = Sent()
    with selectors.DefaultSelector() as selector:
        connections = [Connection(port) for _ in range(number)]
        began = time.perf_counter()
        for connection in connections:
            connection.begin(next(requests))
            selector.register(connection.socket, selectors.EVENT_WRITE, connection)
        busy = number
        while busy:
            events = selector.select(TIMEOUT)
            if not events:
                raise SendError(f"no answer within {TIMEOUT} s")
            for event, what in events:
                connection = event.data
                if what & selectors.EVENT_WRITE and connection.left and connection.write():
                    selector.modify(connection.socket, selectors.EVENT_READ, connection)
                elif what & selectors.EVENT_READ and connection.read():
                    now = time.perf_counter()
                    sent.times.append(now - connection.began)
                    sent.refused += filter(None, [refused(connection.got)])
                    if now - began < seconds and not sent.refused:
                        connection.begin(next(requests))
                        if connection.write():
                            continue
                        selector.modify(connection.socket, selectors.EVENT_WRITE, connection)
                    else:
                        selector.unregister(connection.socket)
                        busy -= 1
        sent.seconds = time.perf_counter() - began
        for connection in connections:
            connection.socket.close()
    return sent
