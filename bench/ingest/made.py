"""Requests with made-up calls, ready to be sent, so that making them is not measured."""
import itertools
import json
import os

TURN = "I have been waiting since Tuesday and nobody called me back about order number {}, so I would like to know where it is."
MARK = "@@@@@@@@"


def requests(agent, key, size, batch):
    """An endless stream of HTTP requests as bytes. Each call is about `size` bytes of JSON, its id its own; one a
    request, or `batch` of them as JSON Lines."""
    template = json.dumps(call(agent, size)).encode()
    head, mark, tail = template.partition(MARK.encode())
    assert mark
    kind = "application/json" if batch == 1 else "application/x-ndjson"
    begin = f"POST /v1/calls HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: {kind}\r\n"
    run = os.urandom(3).hex()
    for number in itertools.count():
        ids = range(number * batch, (number + 1) * batch)
        body = b"".join(head + f"{run}-{one:09}".encode() + tail + (b"\n" if batch > 1 else b"") for one in ids)
        yield f"{begin}Content-Length: {len(body)}\r\n\r\n".encode() + body


def call(agent, size):
    """A call whose JSON has about `size` bytes, with a mark in place of its number."""
    made = {"callId": f"bench-{MARK}", "agentId": agent, "type": "telephony_inbound", "status": "completed",
            "startedAt": "2026-03-01T09:00:00Z", "endedAt": "2026-03-01T09:04:00Z", "from": "+4930123456",
            "to": "+4930654321", "transcript": []}
    while len(json.dumps(made)) < size - 60:
        number = len(made["transcript"])
        made["transcript"].append({"role": "user" if number % 2 else "agent", "content": TURN.format(number),
                                   "start": 5.0 * number, "end": 5.0 * number + 4.5})
    return made
