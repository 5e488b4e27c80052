"""A receiver of webhooks on loopback."""
import http.server
import threading


class Receiver:
    """Keeps what comes. `answer` says with which status a request is answered; by default all with 200."""

    def __init__(self, answer=lambda request: 200):
        self.requests = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = {"headers": {name.lower(): value for name, value in self.headers.items()}, "body": body}
                receiver.requests.append(request)
                self.send_response(answer(request))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
