"""Most made-up calls would be refused: no agent has a made-up id, no zone a made-up name, and a second call with the id of
another is a conflict. They get what there is, and ids of their own. What is wrong on purpose stays wrong."""
import itertools
import os
import re

import schemathesis

NUMBERS = itertools.count()
ID = re.compile(r"[0-9a-f]{24}")


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, dict) or not isinstance(body.get("agentId"), str) or not ID.fullmatch(body["agentId"]):
        return body
    known = {**body, "agentId": os.environ["AGENT_ID"]}
    if isinstance(body.get("callId"), str) and 0 < len(body["callId"]) < 200:
        known["callId"] = f"{body['callId']}-{next(NUMBERS)}"
    if isinstance(body.get("timezone"), str) and 0 < len(body["timezone"]) <= 4096:
        known["timezone"] = "Europe/Berlin"
    if isinstance(body.get("versionId"), str) and ID.fullmatch(body["versionId"]):
        del known["versionId"]
    return known
