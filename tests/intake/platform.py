"""A platform on this machine whose calls are fetched."""
import http.server
import json
import threading


class Platform:
    """Answers GET by `pages`, from a path and query to JSON; 404 for what is not there. `asked` has the paths and keys that came."""

    def __init__(self):
        self.pages = {}
        self.asked = []
        platform = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802 -- the name that http.server calls
                platform.asked.append((self.path, self.headers.get("X-API-Key")))
                page = platform.pages.get(self.path)
                body = json.dumps(page or {"detail": "not there"}).encode()
                self.send_response(200 if page else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
