"""Made-up calls and metrics."""
import itertools

METRICS = [
    {"identifier": "issue_resolved", "dispositionMetricPrompt": "Was the caller's problem solved in this call?",
     "dispositionMetricType": "BOOLEAN"},
    {"identifier": "rating", "dispositionMetricPrompt": "Which rating from 1 to 5 did the caller give?",
     "dispositionMetricType": "INTEGER"},
    {"identifier": "outcome", "dispositionMetricPrompt": "How did the call end?", "dispositionMetricType": "ENUM",
     "choices": ["solved", "call_back", "none"]},
    {"identifier": "call_back_at", "dispositionMetricPrompt": "When does the caller want to be called back?",
     "dispositionMetricType": "DATETIME"},
    {"identifier": "reason", "dispositionMetricPrompt": "Why did the caller phone?", "dispositionMetricType": "STRING"},
]
CONFIG = {"dispositionMetrics": METRICS, "useInternalAnalyticsModel": True, "useReasoningModel": False}
TALK = [
    ("agent", "Good morning, Ferncliff Bicycles, how can I help?"),
    ("user", "My order has not come yet, I paid for it last week."),
    ("agent", "I am sorry. It left the store yesterday and will be with you on Friday."),
    ("user", "That is fine, thank you."),
    ("agent", "Is there anything else?"),
    ("user", "No, that was all. Goodbye."),
]
_numbers = itertools.count(1)


def call(agent, call_id=None, turns=len(TALK), **more):
    """A finished call of that agent; with no turns there is nothing to ask a model about."""
    number = next(_numbers)
    made = {"callId": call_id or f"CALL-1772355600{number % 1000:03}-{number:06x}", "agentId": agent,
            "type": "telephony_inbound", "status": "completed", "startedAt": "2026-03-01T09:00:00Z",
            "endedAt": "2026-03-01T09:00:42Z", "timezone": "Europe/Berlin", "from": "+4930123456", "to": "+4930654321",
            "language": "en", "variables": {"order": f"A-{number}"},
            "transcript": [{"role": role, "content": content, "start": 5.0 * i, "end": 5.0 * i + 4}
                           for i, (role, content) in enumerate(itertools.islice(itertools.cycle(TALK), turns))]}
    made.update(more)
    return {key: value for key, value in made.items() if value is not None}


def agent(client, metrics=None, name="test"):
    """A new agent, whose active version asks these metrics."""
    made = client.post("/atoms/v1/agent", {"name": name, "globalPrompt": "Be kind."})
    assert made.status == 201, made
    found = made.json["data"]
    if metrics is not None:
        asked = client.post(f"/atoms/v1/agent/{found}/post-call-analytics", {"dispositionMetrics": metrics})
        assert asked.status < 300, asked
    return found
