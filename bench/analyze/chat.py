"""The plain way to typed metrics: one chat completion a call, held to a JSON schema, by any OpenAI-compatible server."""
import json
import time
import urllib.error
import urllib.request

MAX_TOKENS = 1500
TIMEOUT_SECONDS = 1800
INSTRUCTIONS = (
    "You are given the transcript of a finished call and a list of metrics. Answer every metric as JSON from what is "
    "said in the transcript alone, each with a reasoning of one short sentence. Write dates as ISO 8601. Where the call "
    "does not tell a value, it is null."
)
VALUES = {
    "BOOLEAN": {"type": "boolean"},
    "INTEGER": {"type": ["integer", "null"]},
    "STRING": {"type": ["string", "null"]},
    "DATETIME": {"type": ["string", "null"]},
}


class ChatError(Exception):
    """The server does not answer, or not with a completion."""


def schema(metrics):
    """A JSON schema with a value and a reasoning for each metric, in the metrics' order."""
    properties = {}
    for metric in metrics:
        kind = metric["dispositionMetricType"]
        value = {"enum": metric["choices"]} if kind == "ENUM" else VALUES[kind]
        properties[metric["identifier"]] = {
            "type": "object",
            "properties": {"value": value, "reasoning": {"type": "string"}},
            "required": ["value", "reasoning"],
            "additionalProperties": False,
        }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def messages(call, metrics):
    """System message and question."""
    lines = [f"Call started: {call['startedAt']}"] if call.get("startedAt") else []
    lines.append("Transcript:")
    for turn in call["transcript"]:
        speaker = "Agent" if turn.get("role") == "agent" else "Customer"
        lines.append(f"{speaker}: {turn['content']}")
    lines += ["", "Metrics:"]
    for metric in metrics:
        choices = f", one of {', '.join(metric['choices'])}" if metric.get("choices") else ""
        kind = metric["dispositionMetricType"]
        lines.append(f"- {metric['identifier']} ({kind}{choices}): {metric['dispositionMetricPrompt']}")
    return [{"role": "system", "content": INSTRUCTIONS}, {"role": "user", "content": "\n".join(lines)}]


def analyze(url, call, metrics):
    """Wall seconds, and a result in the shape that Aftercall writes, its usage from the reply's own `timings`
    (an addition of llama-server to the OpenAI reply: numbers of tokens and milliseconds; cached tokens apart)."""
    body = {
        "messages": messages(call, metrics),
        "temperature": 0,
        "max_tokens": MAX_TOKENS,
        "response_format": {"type": "json_schema",
                            "json_schema": {"name": "metrics", "strict": True, "schema": schema(metrics)}},
    }
    began = time.monotonic()
    reply = post(url.rstrip("/") + "/v1/chat/completions", body)
    seconds = time.monotonic() - began
    try:
        given = json.loads(reply["choices"][0]["message"]["content"])
    except (ValueError, KeyError, IndexError, TypeError):
        given = {}  # cut off at MAX_TOKENS: no metric is answered
    timings = reply.get("timings") or {}
    usage = {
        "tokensRead": timings.get("prompt_n", 0),
        "tokensCached": timings.get("cache_n", 0),
        "tokensWritten": timings.get("predicted_n", 0),
        "readMilliseconds": timings.get("prompt_ms", 0),
        "writeMilliseconds": timings.get("predicted_ms", 0),
        "milliseconds": round(1000 * seconds),
    }
    answers = [{"identifier": name, "value": answer.get("value")} for name, answer in given.items()]
    return seconds, {"callId": call["callId"], "dispositionMetrics": answers, "provenance": {"usage": usage}}


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        raise ChatError(f"{url}: {error.code} {error.read(500).decode(errors='replace')}") from error
    except (OSError, ValueError) as error:
        raise ChatError(f"{url}: {error}") from error
