//! Several events of one call, in whatever order they come.

use std::collections::HashSet;

use aftercall_core::Call;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::outcome::Taken;
use crate::sources::by_name;

/// Where a platform's own analysis stands beside a call.
const ANALYSIS: &str = "platformAnalysis";
/// Levels of objects that are joined: what has no place in a call stands at the path where the platform has it.
const DEEP: u8 = 64;

/// A call as it is kept, or as it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The call.
    pub call: Call,
    /// Fields beside it, as in [`Taken::extra`].
    pub extra: Map<String, Json>,
}

/// What is known after both. Of two events the one that knows more stands above the other (`call_analyzed` above `call_ended`), of the
/// same event made again the newer; what the upper one does not say is the lower one's. So the order in which they come makes no
/// difference, and what comes again changes nothing. `None` where they come from two sources: ids of two platforms may be the same.
#[must_use]
pub fn merge(kept: &Kept, sent: &Kept) -> Option<Kept> {
    if let (Some(a), Some(b)) = (source(kept), source(sent))
        && a != b
    {
        return None;
    }
    let (upper, lower) = if rank(sent) > rank(kept) {
        (sent, kept)
    } else {
        (kept, sent)
    };
    let (a, b) = (&upper.call, &lower.call);
    let known = |status: &Option<String>| status.clone().filter(|status| status != Taken::PARTIAL);
    Some(Kept {
        call: Call {
            call_id: kept.call.call_id.clone(),
            agent_id: kept.call.agent_id.clone(),
            kind: or(&a.kind, &b.kind),
            status: known(&a.status)
                .or_else(|| known(&b.status))
                .or_else(|| both_partial(a, b)),
            started_at: a.started_at.or(b.started_at),
            ended_at: a.ended_at.or(b.ended_at),
            timezone: or(&a.timezone, &b.timezone),
            from: or(&a.from, &b.from),
            to: or(&a.to, &b.to),
            language: or(&a.language, &b.language),
            recording_url: or(&a.recording_url, &b.recording_url),
            variables: both(&a.variables, &b.variables, DEEP),
            transcript: if a.transcript.is_empty() {
                b.transcript.clone()
            } else {
                a.transcript.clone()
            },
        },
        extra: extras(&upper.extra, &lower.extra),
    })
}

/// A call without a status is over, so one is only partial where both events were.
fn both_partial(a: &Call, b: &Call) -> Option<String> {
    a.status.clone().filter(|_| b.status.is_some())
}

fn or(upper: &Option<String>, lower: &Option<String>) -> Option<String> {
    upper.clone().or_else(|| lower.clone())
}

/// The entries of both; the upper one's count. Objects within are joined to that depth.
fn both(upper: &Map<String, Json>, lower: &Map<String, Json>, depth: u8) -> Map<String, Json> {
    let mut out = upper.clone();
    for (name, value) in lower {
        match (out.get(name), value) {
            (None, _) => {
                out.insert(name.clone(), value.clone());
            }
            (Some(Json::Object(a)), Json::Object(b)) if depth > 0 => {
                let joined = both(a, b, depth - 1);
                out.insert(name.clone(), Json::Object(joined));
            }
            _ => {}
        }
    }
    out
}

/// Fields beside a call. What a platform found in several goes is added up by the names of the values.
fn extras(upper: &Map<String, Json>, lower: &Map<String, Json>) -> Map<String, Json> {
    let mut out = both(upper, lower, 0);
    let analyses = (
        upper.get(ANALYSIS).and_then(Json::as_object),
        lower.get(ANALYSIS).and_then(Json::as_object),
    );
    if let (Some(a), Some(b)) = analyses {
        let mut joined = both(a, b, 1);
        let list = |of: &Map<String, Json>| of.get("values").and_then(Json::as_array).cloned();
        let mut values = list(a).unwrap_or_default();
        let name = |value: &Json| value.get("name").and_then(Json::as_str).map(str::to_owned);
        let known: HashSet<Option<String>> = values.iter().map(name).collect();
        let others = list(b).unwrap_or_default().into_iter();
        values.extend(others.filter(|value| !known.contains(&name(value))));
        if !values.is_empty() {
            joined.insert("values".to_owned(), Json::Array(values));
        }
        out.insert(ANALYSIS.to_owned(), Json::Object(joined));
    }
    out
}

/// How much an event knows, and when it was made.
fn rank(kept: &Kept) -> (u8, Option<Timestamp>) {
    let rank = source(kept).and_then(by_name).map_or(0, |source| {
        source.rank(told(kept, "event").unwrap_or_default())
    });
    (rank, told(kept, "at").and_then(|at| at.parse().ok()))
}

/// Name of the source that a call came by.
fn source(kept: &Kept) -> Option<&str> {
    told(kept, "source")
}

fn told<'a>(kept: &'a Kept, name: &str) -> Option<&'a str> {
    kept.extra.get("intake")?.get(name)?.as_str()
}
