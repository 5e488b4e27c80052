"""A receiver of webhooks on loopback."""
import http.server
import threading


class Receiver:
    """Keeps what comes. `answer` says with which status a request is answered, by default all with 200; `after` is called when
    the answer is sent. With `tls`, a context of the server's side, it speaks https."""

    def __init__(self, answer=lambda request: 200, after=lambda request: None, tls=None):
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
                self.wfile.flush()
                after(request)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
