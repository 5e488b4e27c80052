"""Put metrics on an agent in four HTTP requests, the way the Atoms guide on post-call metrics goes, and read them back.

usage: HOST=http://127.0.0.1:8080 API_KEY=sk_… AGENT_ID=… python3 steps.py

Only HOST tells this server from the one that the guide was written for.
"""
import json
import os
import urllib.request

HOST = os.environ.get("HOST", "https://api.smallest.ai")
BASE = f"{HOST}/atoms/v1/agent/{os.environ['AGENT_ID']}"
CONFIG = {
    "dispositionMetrics": [
        {"identifier": "issue_resolved", "dispositionMetricPrompt": "Was the caller's issue solved?",
         "dispositionMetricType": "BOOLEAN"},
        {"identifier": "next_step", "dispositionMetricPrompt": "What happens next?", "dispositionMetricType": "ENUM",
         "choices": ["callback", "visit", "none"]},
        {"identifier": "callback_at", "dispositionMetricPrompt": "When is the callback?",
         "dispositionMetricType": "DATETIME"},
    ],
    "successMetrics": [],
    "summaryPrompt": "",
    "useInternalAnalyticsModel": True,
    "useReasoningModel": False,
}


def ask(method, path="", body=None):
    request = urllib.request.Request(BASE + path, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {os.environ['API_KEY']}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)["data"]


active = ask("GET")["activeVersionId"]
draft = ask("POST", "/drafts", {"sourceVersionId": active, "draftName": "post-call metrics"})["draftId"]
ask("PATCH", f"/drafts/{draft}/config", {"postCallAnalyticsConfig": CONFIG})
published = ask("POST", f"/drafts/{draft}/publish", {"label": "post-call metrics", "activate": True})

agent = ask("GET")
assert agent["activeVersionId"] == published["_id"], agent["activeVersionId"]
read = agent["_resolvedConfig"]["postCallAnalyticsConfig"]
assert read == CONFIG, json.dumps(read, indent=2)
print(f"agent {agent['_id']} now asks {len(read['dispositionMetrics'])} metrics, version {published['_id']}")
