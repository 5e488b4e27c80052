#!/usr/bin/env python3
"""Write vectors.json: requests as the platforms' own libraries sign them, and what those libraries say of spoilt ones.

Each vector is a request with a secret, a time and whether it is valid. Where a library only checks and does not sign, the request is
signed here by what its documentation says, and the library is asked whether it is right; so no vector rests on our own word.
The libraries take the time from the clock, which is set for them.

  python3 -m venv venv && venv/bin/pip install -r ../../../../tests/intake/requirements.txt && venv/bin/python make.py
"""
import datetime
import hashlib
import hmac
import importlib.metadata
import json
import os
import time
from unittest import mock

from elevenlabs.core.api_error import ApiError
from elevenlabs.webhooks_custom import WebhooksClient
from retell.lib import webhook_auth
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from svix.webhooks import Webhook as SvixWebhook
from twilio.request_validator import RequestValidator

NOW = 1772366400
SECRET = "key_1b7f0c2d9e8a4f6b"
STANDARD_SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
URL = "https://calls.example/v1/intake/x/a1"
BODY = json.dumps({"event": "call_ended", "call": {"call_id": "c-1", "note": "Grüße, 日本 & more"}}, ensure_ascii=False)
SPOILT = BODY.replace("c-1", "c-2")
vectors = []


def version(package):
    return f"{package} {importlib.metadata.version(package)}"


def add(source, made_by, headers, valid, url=URL, secret=SECRET, body=BODY, now=NOW):
    vectors.append({"source": source, "made_by": version(made_by), "url": url, "secret": secret,
                    "headers": [[name, value] for name, value in headers.items()], "body": body, "now_s": now, "valid": valid})


def at(now):
    return mock.patch.object(time, "time", lambda: now)


def retell():
    signature = webhook_auth.symmetric["sign"](BODY, SECRET, NOW * 1000 + 123)
    for body, secret, now in [(BODY, SECRET, NOW), (BODY, SECRET, NOW + 299), (BODY, SECRET, NOW + 302), (BODY, SECRET, NOW - 302),
                              (SPOILT, SECRET, NOW), (BODY, SECRET + "x", NOW)]:
        with at(now):
            valid = webhook_auth.verify(body, secret, signature)
        add("retell", "retell-sdk", {"X-Retell-Signature": signature}, valid, body=body, secret=secret, now=now)


def elevenlabs():
    client = WebhooksClient(client_wrapper=None)
    digest = hmac.new(SECRET.encode(), f"{NOW}.{BODY}".encode(), hashlib.sha256).hexdigest()
    signature = f"t={NOW},v0={digest}"
    for body, secret, now in [(BODY, SECRET, NOW), (BODY, SECRET, NOW + 1799), (BODY, SECRET, NOW + 1801), (SPOILT, SECRET, NOW),
                              (BODY, SECRET + "x", NOW)]:
        try:
            with at(now):
                client.construct_event(body, signature, secret)
            valid = True
        except ApiError:
            valid = False
        add("elevenlabs", "elevenlabs", {"ElevenLabs-Signature": signature}, valid, body=body, secret=secret, now=now)


def standard():
    made = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
    webhook = Webhook(STANDARD_SECRET)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(NOW), "webhook-signature": webhook.sign("msg_1", made, BODY)}
    two = dict(headers, **{"webhook-signature": "v1,AAAA v2,BBBB " + headers["webhook-signature"]})
    for sent, body, now in [(headers, BODY, NOW), (two, BODY, NOW), (headers, BODY, NOW + 301), (headers, BODY, NOW - 301),
                            (headers, SPOILT, NOW), (dict(headers, **{"webhook-id": "msg_2"}), BODY, NOW)]:
        with mock.patch("standardwebhooks.webhooks.datetime", wraps=datetime.datetime) as clock:
            clock.now.side_effect = lambda tz=None, now=now: datetime.datetime.fromtimestamp(now, tz)
            try:
                webhook.verify(body, sent)
                valid = True
            except WebhookVerificationError:
                valid = False
        add("text", "standardwebhooks", sent, valid, body=body, secret=STANDARD_SECRET, now=now)


def svix():
    made = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
    signature = SvixWebhook(STANDARD_SECRET).sign("msg_3", made, BODY)
    headers = {"svix-id": "msg_3", "svix-timestamp": str(NOW), "svix-signature": signature}
    # Svix's own check takes the time from a clock that is not Python's: only what it signs is taken, at the time of signing.
    for source in ("vapi", "text"):
        add(source, "svix", headers, True, secret=STANDARD_SECRET)
        add(source, "svix", headers, False, secret=STANDARD_SECRET, body=SPOILT)


def twilio():
    validator = RequestValidator(SECRET)
    hashed = f"{URL}?bodySHA256={hashlib.sha256(BODY.encode()).hexdigest()}"
    signature = validator.compute_signature(hashed, {})
    for url, body, secret in [(hashed, BODY, SECRET), (hashed, SPOILT, SECRET), (hashed, BODY, SECRET + "x"),
                              (hashed.replace("calls.example", "calls.example:443"), BODY, SECRET),
                              (hashed.replace("/a1", "/a2"), BODY, SECRET)]:
        valid = RequestValidator(secret).validate(url, body, signature)
        add("twilio", "twilio", {"X-Twilio-Signature": signature}, valid, url=url, body=body, secret=secret)
    form = {"transcript_sid": "GT1", "event_type": "voice_intelligence_transcript_available", "Name": "Ä & b", "empty": ""}
    text = "Name=%C3%84+%26+b&empty=&event_type=voice_intelligence_transcript_available&transcript_sid=GT1"
    signature = validator.compute_signature(URL, form)
    kind = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    add("twilio", "twilio", kind, validator.validate(URL, form, signature), body=text)
    spoilt = dict(form, transcript_sid="GT2")
    add("twilio", "twilio", kind, validator.validate(URL, spoilt, signature), body=text.replace("GT1", "GT2"))
    signature = validator.compute_signature(hashed, {}, "HMAC_SHA256")
    settings = {"X-Twilio-Signature": signature, "X-Twilio-Webhooks-Signature-Settings": "key=k1,algorithm=HMAC_SHA256"}
    add("twilio", "twilio", settings, True, url=hashed)


def main():
    for made in (retell, elevenlabs, standard, svix, twilio):
        made()
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(vectors, file, indent=1, ensure_ascii=False)
        file.write("\n")
    for vector in vectors:
        print(vector["made_by"], vector["source"], vector["valid"])


if __name__ == "__main__":
    main()
