"""Made-up rows of an agent and its analysed calls, in the shapes that the server writes."""
import hashlib
import json
import time

from support import calls as samples

TABLES = ("calls", "transcripts", "analyses", "answers")
# Tables whose rows hold values that are kept as JSON text.
WITH_JSON = ("agents", "branches", "revisions")
START = 1_772_323_200  # 2026-03-01T00:00:00Z
DAY = 86_400
MICROS = 1_000_000
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
REASONS = ("order late", "wrong bill", "wants to change the delivery address", "asks about opening hours", "complaint",
           "wants to cancel the contract before it renews", "technical problem with the device", "praise")
ENDS = ("user_hangup", "agent_hangup", "transferred")
METRICS = samples.METRICS
DEFINITIONS = json.dumps(METRICS)


class Maker:
    """Rows as dictionaries by the names of their columns."""

    def __init__(self, chance, calls, days):
        self._chance = chance
        self._calls = calls
        self._step = days * DAY * MICROS // calls
        self._number = 0
        self.agent_id = self._id(START)
        self._branch = self._id(START)
        self._revision = self._id(START)

    def _id(self, second):
        """24 hexadecimal digits that grow with time, as the server makes them."""
        self._number += 1
        return f"{second:08x}{self._number:08x}{self._chance.getrandbits(32):08x}"

    def agent(self):
        """Its tables and rows, parents first."""
        at = START * MICROS
        config = {"postCallAnalyticsConfig": {"dispositionMetrics": METRICS, "useInternalAnalyticsModel": True}}
        times = {"created_at": at, "updated_at": at}
        yield "agents", {"id": self.agent_id, "name": "Seed", "workflow_type": "single_prompt", "document": {},
                         "live_branch_id": self._branch, "active_revision_id": self._revision, **times}
        yield "branches", {"id": self._branch, "agent_id": self.agent_id, "name": "main", "is_default": True,
                           "head_revision_id": self._revision, "status": "active", **times}
        yield "revisions", {"id": self._revision, "agent_id": self.agent_id, "branch_id": self._branch, "number": 1,
                            "version_number": 1, "is_pinned": False, "config": config, "blocks": {}, "slot": "internal",
                            "published_at": at, "activated_at": at, **times}

    def calls(self):
        """Each call's rows by their table."""
        for number in range(self._calls):
            yield self._call(number)

    def _call(self, number):
        chance = self._chance
        at = START * MICROS + number * self._step
        second = at // MICROS
        call, analysis = self._id(second), self._id(second)
        call_id = f"seed-{number:09}"
        length = chance.randint(20, 900)
        analysed = at + chance.randint(4, 60) * MICROS
        answers = [self._answer(metric, second) for metric in METRICS]
        turns = json.dumps([{"role": role, "content": content, "start": 5.0 * i, "end": 5.0 * i + 4}
                            for i, (role, content) in enumerate(samples.TALK)])
        digest = hashlib.sha256(call_id.encode()).hexdigest()
        summary = f"The caller had a question ({answers[4]['text'] or 'none'}) and the agent dealt with order A-{number}."
        return {
            "calls": [{
                "id": call, "call_id": call_id, "agent_id": self.agent_id, "revision_id": self._revision,
                "type": "telephony_inbound", "status": "completed", "finished": True, "started_at": at - length * MICROS,
                "ended_at": at, "timezone": "Europe/Berlin", "from_number": f"+4930{chance.randint(100000, 9999999)}",
                "to_number": "+4930654321", "language": chance.choice(("en", "de", "fr")),
                "recording_url": f"https://recordings.invalid/{call_id}.mp3", "duration_us": length * MICROS,
                "latency_us": chance.randint(300_000, 2_500_000), "disconnection_reason": chance.choice(ENDS),
                "campaign_id": None, "is_test": False, "content_hash": digest, "listed": "{}", "cancelled": False,
                "current_analysis_id": analysis, "created_at": at, "updated_at": analysed}],
            "transcripts": [{"call_id": call, "turns": turns, "variables": '{"order": "A-1"}', "extra": "{}"}],
            "analyses": [{
                "id": analysis, "call_id": call, "agent_id": self.agent_id, "revision_id": self._revision, "number": 1,
                "status": "completed", "summary": summary, "metrics": DEFINITIONS,
                "result": json.dumps(_result(call_id, summary, answers, digest)), "model": MODEL, "model_sha256": digest,
                "prompt_revision": "1", "calibration": MODEL, "transcript_hash": digest, "milliseconds": 5_000,
                "created_at": analysed}],
            "answers": [{"analysis_id": analysis, "call_id": call, **answer} for answer in answers],
        }

    def _answer(self, metric, second):
        chance = self._chance
        row = {"identifier": metric["identifier"], "metric_type": metric["dispositionMetricType"], "status": "answered",
               "text": None, "number": None, "boolean": None, "time_us": None, "confidence": round(chance.random(), 4)}
        if chance.random() < 0.2:
            row["status"] = "not_mentioned"
            return row
        kind = row["metric_type"]
        if kind == "BOOLEAN":
            row["boolean"] = chance.random() < 0.7
        elif kind == "INTEGER":
            row["number"] = chance.randint(1, 5)
        elif kind == "ENUM":
            row["text"] = chance.choice(metric["choices"])
        elif kind == "DATETIME":
            # Nine o'clock on one of the next days.
            at = second - second % DAY + chance.randint(1, 14) * DAY + 8 * 3600
            row["text"] = time.strftime("%Y-%m-%dT09:00:00+01:00", time.gmtime(at))
            row["time_us"] = at * MICROS
        else:
            row["text"] = chance.choice(REASONS)
        return row


def _result(call_id, summary, answers, digest):
    values = [answer["boolean"] if answer["boolean"] is not None else answer["number"] if answer["number"] is not None
              else answer["text"] for answer in answers]
    told = [{"identifier": metric["identifier"], "value": value, "status": answer["status"],
             "confidence": answer["confidence"], "reasoning": "The caller said so in so many words.",
             "evidence": [{"turn": 2, "quote": samples.TALK[1][1]}], "scores": [["none", 0.2], ["other", 0.8]],
             "dispositionMetricPrompt": metric["dispositionMetricPrompt"],
             "dispositionMetricType": metric["dispositionMetricType"], "choices": metric.get("choices", [])}
            for metric, answer, value in zip(METRICS, answers, values)]
    usage = {"tokensRead": 900, "tokensCached": 1200, "tokensWritten": 60, "milliseconds": 5000}
    return {"callId": call_id, "summary": summary, "dispositionMetrics": told, "successMetrics": [],
            "provenance": {"model": MODEL, "modelSha256": digest, "confidenceSource": "calibrated", "promptRevision": "1",
                           "calibration": MODEL, "transcriptSha256": digest, "windows": 1, "truncated": False, "usage": usage}}
