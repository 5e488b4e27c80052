//! What a call says, and what a later body makes of it.

use std::collections::BTreeSet;

use aftercall_core::{Call, Role, Turn, is_finished};
use jiff::SignedDuration;
use serde_json::{Map, Value as Json};

/// A call costs at most this.
const MAX_COST: f64 = 1e9;

/// Everything that a call says, and that a later body can complete.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) call: Call,
    pub(super) extra: Map<String, Json>,
    pub(super) is_test: bool,
    /// It was ended here and not by its sender.
    pub(super) cancelled: bool,
}

/// What a body means for a call that is there.
#[derive(Debug)]
pub(super) enum Change {
    Nothing,
    To(Box<Content>),
    Conflict(Vec<String>),
}

impl Content {
    /// Whether the call is over.
    pub(super) fn is_finished(&self) -> bool {
        is_finished(self.call.status.as_deref())
    }

    /// A text of `extra`.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.extra.get(name)?.as_str().map(str::to_owned)
    }

    /// How long the call was.
    pub(super) fn duration(&self) -> Option<SignedDuration> {
        let seconds = |seconds: f64| {
            SignedDuration::try_from_secs_f64(seconds)
                .ok()
                .filter(|duration| !duration.is_negative())
        };
        let sent = self.extra.get("duration").and_then(Json::as_f64);
        if let Some(duration) = sent.and_then(seconds) {
            return Some(duration);
        }
        if let (Some(start), Some(end)) = (self.call.started_at, self.call.ended_at) {
            return Some(end.duration_since(start));
        }
        let last = self.call.transcript.iter().filter_map(|turn| turn.end);
        last.reduce(f64::max).and_then(seconds)
    }

    /// What the sender says that the call cost. What no call costs would drown all others in a sum.
    pub(super) fn cost(&self) -> Option<f64> {
        let cost = self.extra.get("callCost").and_then(Json::as_f64)?;
        (0.0..=MAX_COST).contains(&cost).then_some(cost)
    }

    /// How long the agent took to answer, on average.
    pub(super) fn latency(&self) -> Option<SignedDuration> {
        let sent = self
            .extra
            .get("turnLatencyMetrics")
            .and_then(|metrics| metrics.get("avgLatency"))
            .and_then(Json::as_f64)
            .map(|milliseconds| milliseconds / 1000.0);
        let average = sent.or_else(|| average_gap(&self.call.transcript))?;
        SignedDuration::try_from_secs_f64(average).ok()
    }

    /// What this call becomes by a body that was sent for it.
    pub(super) fn change(&self, sent: &Self) -> Change {
        let stored = self.fields();
        if self.call.agent_id != sent.call.agent_id {
            return Change::Conflict(differences(&stored, &sent.fields()));
        }
        // The sender of a call that was cancelled here has not had the last word yet.
        let awaited = self.cancelled && sent.is_finished();
        if self.is_finished() && !awaited {
            let fields = differences(&stored, &sent.fields());
            return if fields.is_empty() {
                Change::Nothing
            } else {
                Change::Conflict(fields)
            };
        }
        let whole = self.completed_by(sent);
        if differences(&stored, &whole.fields()).is_empty() {
            Change::Nothing
        } else {
            Change::To(Box::new(whole))
        }
    }

    /// What is known after a later body: what it says, and what was known before where it says nothing.
    fn completed_by(&self, later: &Self) -> Self {
        let (before, after) = (self.call.clone(), later.call.clone());
        let mut variables = before.variables;
        variables.extend(after.variables);
        let mut extra = self.extra.clone();
        extra.extend(later.extra.clone());
        Self {
            call: Call {
                call_id: before.call_id,
                agent_id: before.agent_id,
                kind: after.kind.or(before.kind),
                status: after.status.or(before.status),
                started_at: after.started_at.or(before.started_at),
                ended_at: after.ended_at.or(before.ended_at),
                timezone: after.timezone.or(before.timezone),
                from: after.from.or(before.from),
                to: after.to.or(before.to),
                language: after.language.or(before.language),
                recording_url: after.recording_url.or(before.recording_url),
                variables,
                transcript: if after.transcript.is_empty() {
                    before.transcript
                } else {
                    after.transcript
                },
            },
            extra,
            is_test: self.is_test || later.is_test,
            cancelled: false,
        }
    }

    pub(super) fn fields(&self) -> Map<String, Json> {
        fields(&self.call, &self.extra, self.is_test)
    }
}

/// Every field of a call by its name on the wire, `callId` left out.
pub(super) fn fields(call: &Call, extra: &Map<String, Json>, is_test: bool) -> Map<String, Json> {
    let mut fields = match serde_json::to_value(call) {
        Ok(Json::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.remove("callId");
    if !extra.is_empty() {
        fields.insert("extra".to_owned(), Json::Object(extra.clone()));
    }
    fields.insert("isTest".to_owned(), is_test.into());
    fields
}

/// Names of what differs, by name.
pub(super) fn differences(stored: &Map<String, Json>, sent: &Map<String, Json>) -> Vec<String> {
    let names: BTreeSet<&String> = stored.keys().chain(sent.keys()).collect();
    let mut different = Vec::new();
    for name in names {
        match (name.as_str(), stored.get(name), sent.get(name)) {
            (_, Some(a), Some(b)) if same(a, b) => {}
            ("transcript", Some(Json::Array(a)), Some(Json::Array(b))) => {
                let first = a.iter().zip(b).take_while(|(a, b)| same(a, b)).count();
                different.push(format!("transcript[{first}]"));
            }
            ("variables", a, b) => different.extend(inner(a, b, "variables.")),
            ("extra", a, b) => different.extend(inner(a, b, "")),
            _ => different.push(name.clone()),
        }
    }
    different
}

/// Names of what differs within two objects; an absent one is an empty one.
fn inner(stored: Option<&Json>, sent: Option<&Json>, prefix: &str) -> Vec<String> {
    let empty = Map::new();
    let stored = stored.and_then(Json::as_object).unwrap_or(&empty);
    let sent = sent.and_then(Json::as_object).unwrap_or(&empty);
    let names: BTreeSet<&String> = stored.keys().chain(sent.keys()).collect();
    names
        .into_iter()
        .filter(|name| match (stored.get(*name), sent.get(*name)) {
            (Some(a), Some(b)) => !same(a, b),
            _ => true,
        })
        .map(|name| format!("{prefix}{name}"))
        .collect()
}

/// Whether two values are the same, whatever the order of their keys; 1 and 1.0 are.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

/// Seconds from the end of what the user says to the start of the agent's next turn, on average.
fn average_gap(turns: &[Turn]) -> Option<f64> {
    let gaps: Vec<f64> = turns
        .windows(2)
        .filter(|pair| pair[0].role == Role::User && pair[1].role == Role::Agent)
        .filter_map(|pair| Some(pair[1].start? - pair[0].end?))
        .filter(|gap| *gap >= 0.0)
        .collect();
    // The number of turns is limited: it is exact as a float.
    (!gaps.is_empty()).then(|| gaps.iter().sum::<f64>() / gaps.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::NewCall;
    use super::super::sent::Sent;
    use super::*;
    use serde_json::json;

    fn content(json: Json) -> Content {
        sent(json).0
    }

    fn sent(mut json: Json) -> (Content, String) {
        let extra = json["extra"].take();
        let new = NewCall {
            call: aftercall_core::parse_call(&json).unwrap(),
            agent_id: "a".to_owned(),
            revision_id: None,
            extra: extra.as_object().cloned().unwrap_or_default(),
            is_test: false,
        };
        let sent = Sent::new(new).unwrap();
        (sent.content, sent.hash)
    }

    fn turn(role: &str, content: &str) -> Json {
        json!({"role": role, "content": content})
    }

    #[test]
    fn the_hash_is_of_the_content_only() {
        let a =
            json!({"callId": "1", "transcript": [], "variables": {"x": 1, "y": 2}, "extra": {}});
        let b =
            json!({"variables": {"y": 2, "x": 1}, "unknown": 1, "transcript": [], "callId": "1"});
        assert_eq!(sent(a.clone()).1, sent(b).1);
        let c = json!({"callId": "1", "transcript": [], "variables": {"x": 1, "y": 3}});
        assert_ne!(sent(a).1, sent(c).1);
    }

    #[test]
    fn what_differs_is_named() {
        let stored = content(json!({
            "callId": "1", "status": "completed", "from": "+1", "variables": {"a": 1, "b": [1.0]},
            "transcript": [turn("user", "x"), turn("user", "y")], "extra": {"cost": 1, "region": "eu"},
        }));
        let other = content(json!({
            "callId": "1", "to": "+2", "variables": {"b": [1], "c": null},
            "transcript": [turn("customer", "x"), turn("user", "z")], "extra": {"cost": 2, "region": "eu"},
        }));
        let Change::Conflict(fields) = stored.change(&other) else {
            panic!("no conflict");
        };
        assert_eq!(
            fields,
            [
                "cost",
                "from",
                "to",
                "transcript[1]",
                "variables.a",
                "variables.c"
            ]
        );
        assert!(matches!(stored.change(&stored.clone()), Change::Nothing));
    }

    #[test]
    fn a_later_body_completes() {
        let early = content(json!({
            "callId": "1", "status": "in_progress", "from": "+1", "startedAt": "2026-03-01T09:00:00.1234567Z",
            "variables": {"a": 1}, "transcript": [],
        }));
        let late = content(json!({
            "callId": "1", "to": "+2", "variables": {"b": 2}, "transcript": [turn("user", "x")],
        }));
        let Change::To(whole) = early.change(&late) else {
            panic!("no change");
        };
        assert!(!early.is_finished() && whole.is_finished());
        assert_eq!(
            (whole.call.from.as_deref(), whole.call.to.as_deref()),
            (Some("+1"), Some("+2"))
        );
        assert_eq!(
            whole.call.started_at,
            "2026-03-01T09:00:00.123456Z".parse().ok()
        );
        assert_eq!(whole.call.variables.len(), 2);
        assert_eq!(whole.call.transcript.len(), 1);
        assert!(matches!(whole.change(&late), Change::Conflict(_)));
        assert!(matches!(early.change(&early.clone()), Change::Nothing));
    }

    #[test]
    fn a_call_that_was_cancelled_here_is_completed_by_its_sender() {
        let mut cancelled = content(json!({"callId": "1", "status": "active", "transcript": []}));
        cancelled.call.status = Some("cancelled".to_owned());
        cancelled.cancelled = true;
        let late = content(json!({"callId": "1", "transcript": [turn("user", "x")]}));
        let Change::To(whole) = cancelled.change(&late) else {
            panic!("no change");
        };
        assert!(!whole.cancelled);
        assert_eq!(whole.call.status.as_deref(), Some("completed"));
        let open = content(json!({"callId": "1", "status": "active", "transcript": []}));
        assert!(matches!(cancelled.change(&open), Change::Conflict(_)));
        assert!(matches!(whole.change(&open), Change::Conflict(_)));
    }

    #[test]
    fn another_agent_is_a_conflict_at_any_time() {
        let early = content(json!({"callId": "1", "status": "active", "transcript": []}));
        let mut other = early.clone();
        other.call.agent_id = Some("b".to_owned());
        let Change::Conflict(fields) = early.change(&other) else {
            panic!("no conflict");
        };
        assert_eq!(fields, ["agentId"]);
    }

    #[test]
    fn durations_come_from_the_best_source() {
        let timed = json!([
            {"role": "user", "content": "a", "start": 0.0, "end": 1.0},
            {"role": "agent", "content": "b", "start": 1.5, "end": 4.0},
            {"role": "user", "content": "c", "start": 5.0, "end": 6.0},
            {"role": "agent", "content": "d", "start": 7.0, "end": 7.5},
        ]);
        let by_turns = content(json!({"transcript": timed}));
        assert_eq!(
            by_turns.duration(),
            Some(SignedDuration::from_millis(7_500))
        );
        assert_eq!(by_turns.latency(), Some(SignedDuration::from_millis(750)));
        let mut call = json!({"transcript": timed, "startedAt": "2026-03-01T09:00:00Z", "endedAt": "2026-03-01T09:01:00Z"});
        assert_eq!(
            content(call.clone()).duration(),
            Some(SignedDuration::from_secs(60))
        );
        call["extra"] = json!({"duration": 12.5, "turnLatencyMetrics": {"avgLatency": 840}});
        assert_eq!(
            content(call.clone()).duration(),
            Some(SignedDuration::from_millis(12_500))
        );
        assert_eq!(
            content(call).latency(),
            Some(SignedDuration::from_millis(840))
        );
        assert_eq!(
            content(json!({"transcript": [turn("user", "x")]})).duration(),
            None
        );
    }
}
