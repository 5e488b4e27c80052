//! Calls as platforms would send them: for set-up tests, and to see that what goes out comes back.

use aftercall_core::{Call, Turn};
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::signature::Signed;
use crate::sources::Source;

/// A call as a platform would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// What the address says beside the payload.
    pub query: Vec<(String, String)>,
    /// The body's type.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// What the platform would answer where the body is only a notice: names of what is fetched, and bodies.
    pub answers: Vec<(String, Vec<u8>)>,
}

/// A call as a signed request to that address.
#[must_use]
pub fn signed_request(
    source: &dyn Source,
    call: &Call,
    url: &str,
    secret: &str,
    now: Timestamp,
) -> (Sample, Signed) {
    let sample = source.sample(call);
    let url = sample.address(url);
    let mut signed = source.signature().sign(&url, &sample.body, secret, now);
    let kind = ("content-type".to_owned(), sample.content_type.to_owned());
    signed.headers.push(kind);
    (sample, signed)
}

impl Sample {
    /// The address with what it says beside the payload.
    #[must_use]
    pub fn address(&self, url: &str) -> String {
        if self.query.is_empty() {
            return url.to_owned();
        }
        let mark = if url.contains('?') { '&' } else { '?' };
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.query)
            .finish();
        format!("{url}{mark}{query}")
    }

    pub(crate) fn json(body: &Json) -> Self {
        Self {
            query: Vec::new(),
            content_type: "application/json",
            body: body.to_string().into_bytes(),
            answers: Vec::new(),
        }
    }

    pub(crate) fn text(content_type: &'static str, body: String) -> Self {
        Self {
            query: Vec::new(),
            content_type,
            body: body.into_bytes(),
            answers: Vec::new(),
        }
    }

    /// Adds facts of the call to the address.
    pub(crate) fn telling(mut self, call: &Call, names: &[&str]) -> Self {
        let facts = [
            ("callId", Some(call.call_id.clone())),
            ("type", call.kind.clone()),
            ("status", call.status.clone()),
            ("startedAt", call.started_at.map(|at| at.to_string())),
            ("endedAt", call.ended_at.map(|at| at.to_string())),
            ("timezone", call.timezone.clone()),
            ("from", call.from.clone()),
            ("to", call.to.clone()),
            ("language", call.language.clone()),
            ("recordingUrl", call.recording_url.clone()),
        ];
        for (name, value) in facts {
            if let Some(value) = value.filter(|_| names.contains(&name)) {
                self.query.push((name.to_owned(), value));
            }
        }
        self
    }

    /// Adds every fact of the call to the address.
    pub(crate) fn telling_all(self, call: &Call) -> Self {
        let all = [
            "callId",
            "type",
            "status",
            "startedAt",
            "endedAt",
            "timezone",
            "from",
            "to",
            "language",
            "recordingUrl",
        ];
        self.telling(call, &all)
    }

    /// Says which speaker is the agent.
    pub(crate) fn naming_agent(mut self, label: &str) -> Self {
        let pair = (crate::hints::AGENT.to_owned(), label.to_owned());
        self.query.push(pair);
        self
    }

    pub(crate) fn answering(mut self, name: &str, body: &Json) -> Self {
        let body = body.to_string().into_bytes();
        self.answers.push((name.to_owned(), body));
        self
    }
}

pub(crate) fn instant(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

/// When a turn was said.
pub(crate) fn said_at(call: &Call, turn: &Turn) -> Option<String> {
    let at = crate::times::after(call.started_at?, turn.start?)?;
    Some(at.to_string())
}

/// Unix time in milliseconds.
pub(crate) fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millisecond)
}

/// Unix time in seconds.
pub(crate) fn seconds(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_second)
}

/// Seconds from start to end.
pub(crate) fn duration(call: &Call) -> Option<f64> {
    Some(crate::times::between(call.started_at?, call.ended_at?))
}
