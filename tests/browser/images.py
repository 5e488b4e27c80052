"""Makes the pictures of the documentation: the dashboard with the sample calls, as the default model answers them.

  python3 -m browser.images ../docs/images
"""
import os
import subprocess
import sys
import tempfile

from browser.test_browser import HERE, modules
from support import places
from support.client import Client
from support.process import Process, free_port, until
from support.server import KEY

ANALYSES_SECONDS = 1800


def main(folder):
    modules()
    with tempfile.TemporaryDirectory(prefix="aftercall-images-") as data:
        url = f"127.0.0.1:{free_port()}"
        words = [places.program(), "serve", "--data-dir", data, "--listen", url, "--model", places.default_model(),
                 "--samples", os.path.join(places.ROOT, "samples")]
        server = Process(words, os.path.join(data, "log"))
        try:
            key = until("the first start prints a key", lambda: KEY.search(server.said()), 60).group()
            client = Client(f"http://{url}", key)
            until("the samples are analysed", lambda: analysed(client), ANALYSES_SECONDS, pause=2)
            environment = {**os.environ, "AFTERCALL_URL": f"http://{url}", "AFTERCALL_KEY": key,
                           "AFTERCALL_RECEIVER": "http://127.0.0.1:9", "AFTERCALL_IMAGES": os.path.abspath(folder)}
            subprocess.run(["node", "images.mjs"], cwd=HERE, env=environment, check=True)
        finally:
            server.end()


def analysed(client):
    """The samples come in one commit: once there is a call, all are there."""
    counts = client.get("/v1/jobs/counts").json
    return client.get("/v1/calls", limit=1).json["calls"] and counts["queued"] + counts["running"] == 0


if __name__ == "__main__":
    main(sys.argv[1])
