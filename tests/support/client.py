"""HTTP with JSON, one connection a client and thread."""
import http.client
import json
import threading
import time
import urllib.parse

IDLE_SECONDS = 3


class Reply:
    """An answer: its status, headers and body. `json` is the body read as JSON."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        """The body read as JSON Lines."""
        return [json.loads(line) for line in self.body.decode().splitlines() if line.strip()]

    def __repr__(self):
        return f"{self.status} {self.body[:500].decode(errors='replace')}"


class Client:
    """A client with a key. What goes wrong with the connection is an `OSError` or `http.client.HTTPException`."""

    def __init__(self, url, key=None, timeout=30):
        self.url = url
        self.key = key
        self.timeout = timeout
        self._address = urllib.parse.urlsplit(url).netloc
        self._local = threading.local()

    def get(self, path, **query):
        return self.ask("GET", path, query=query)

    def post(self, path, body=None, **query):
        return self.ask("POST", path, body, query=query)

    def ask(self, method, path, body=None, query=None, headers=None):
        """`body` is sent as JSON, bytes as they are."""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        sent = {"Content-Type": "application/json"} if body is not None else {}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        sent.update(headers or {})
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection = self._connection()
            connection.request(method, path, data, sent)
            reply = connection.getresponse()
            return Reply(reply.status, reply.headers, reply.read())
        except BaseException:
            self.close()
            raise

    def lines(self, path, rows):
        """Rows as one body of JSON Lines; `rows` are values, or bytes that are such a body."""
        data = rows if isinstance(rows, bytes) else b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        return self.ask("POST", path, data, headers={"Content-Type": "application/x-ndjson"})

    def _connection(self):
        # The server closes what nobody uses for a while, perhaps just now.
        if time.monotonic() - getattr(self._local, "used", 0) > IDLE_SECONDS:
            self.close()
        self._local.used = time.monotonic()
        if getattr(self._local, "connection", None) is None:
            self._local.connection = http.client.HTTPConnection(self._address, timeout=self.timeout)
        return self._local.connection

    def close(self):
        """Of this thread's connection; the next request opens another."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.close()
