//! LiveKit: the session report that an agent's program posts in `on_session_end`.
//!
//! - The call's id is `job_id`, else `room_id`: the name of a room may be used again.
//! - The report says neither start nor length. The start is `started_at` where the program adds it, else the earliest time in the
//!   report; the end is the report's own `timestamp`.
//! - A turn's times are those of speaking (`metrics`), else `created_at`.
//! - Instructions and changes of configuration are no part of the call: they stay in the variables. Events say the same once more.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Value as Json, json};

use super::{STANDARD_SIGNATURE, Source, missing};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, json, times, tools};

const NAME: &str = "livekit";
const REPORT: &str = "session report";

static TURNS: Names = Names {
    list: "chat_history.items",
    role: "role",
    content: "content",
    start: "created_at",
    end: "metrics.stopped_speaking_at",
};

pub(super) struct LiveKit;

impl Source for LiveKit {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &STANDARD_SIGNATURE
    }

    fn signs(&self) -> bool {
        false
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        let id = ["job_id", "room_id"]
            .into_iter()
            .find(|path| root.see_text(path).is_some_and(|id| !id.trim().is_empty()));
        let id = id.ok_or_else(|| missing("job_id"))?;
        let mut draft = Draft::default();
        draft.set("callId", root.text(id), id);
        let told = root.instant("started_at");
        let ended = root.instant("timestamp");
        draft.duration = root.seconds("duration");
        draft.set_reason(close_reason(&root));
        let mut spans = Vec::new();
        root.each("chat_history.items", |item, index| {
            add_turn(&mut draft, &mut spans, item, index);
        });
        // Turns are in seconds from the start, which may be known only now.
        let earliest = spans.iter().filter_map(|(start, _)| *start).min();
        let start = told.or(earliest);
        if let Some(start) = start {
            for (turn, (begins, ends)) in draft.turns.iter_mut().zip(&spans) {
                turn.at = *begins;
                let end = ends.map(|ends| times::between(start, ends));
                turn.end = end.and_then(times::seconds);
            }
        }
        draft.set_instant("startedAt", start, "started_at");
        if draft.duration.is_none() {
            let after = ended.filter(|ended| start.is_some_and(|start| *ended >= start));
            draft.set_instant("endedAt", after, "timestamp");
        }
        root.leave_out("events");
        let left = root.fields;
        let event = REPORT.to_owned();
        draft.finish(NAME, event, &Hints::of(incoming.query()), reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["variables"]
    }
}

fn close_reason(root: &Object<'_>) -> Option<String> {
    let events = root.see("events").and_then(Json::as_array)?;
    let close = events
        .iter()
        .rev()
        .find(|event| event.get("type").and_then(Json::as_str) == Some("close"))?;
    close.get("reason")?.as_str().map(str::to_owned)
}

/// Start and end of what was said.
type Span = (Option<jiff::Timestamp>, Option<jiff::Timestamp>);

fn add_turn(draft: &mut Draft, spans: &mut Vec<Span>, item: &mut Object<'_>, index: usize) {
    let kind = item.see_text("type").unwrap_or("message").to_owned();
    let role = item.see_text("role").unwrap_or_default().to_owned();
    if kind == "agent_config_update" || ["system", "developer"].contains(&role.as_str()) {
        return;
    }
    item.take("type");
    let created = item.instant("created_at");
    let speaks = item.instant("metrics.started_speaking_at");
    let stops = item.instant("metrics.stopped_speaking_at");
    let (role, content) = match kind.as_str() {
        "function_call" => {
            let arguments = item.take("arguments");
            tools::call(item.text("name"), arguments)
        }
        "function_call_output" => {
            let output = item.take("output");
            tools::result(item.text("name"), output)
        }
        "agent_handoff" => {
            let (old, new) = (item.text("old_agent_id"), item.text("new_agent_id"));
            let content = format!("{} → {}", old.unwrap_or_default(), new.unwrap_or_default());
            (tools::role(&kind), content)
        }
        _ => {
            item.take("role");
            (Role::from_name(&role), content(item))
        }
    };
    let mut turn = DraftTurn::new(&TURNS, index, role, content);
    turn.interrupted = item.flag("interrupted").unwrap_or_default();
    draft.turns.push(turn);
    let start = speaks.or(created);
    spans.push((
        start,
        stops.filter(|stops| start.is_none_or(|start| *stops >= start)),
    ));
}

/// The texts of a message; of sound the transcript.
pub(super) fn content(item: &mut Object<'_>) -> String {
    let parts = match item.take("content") {
        None => return String::new(),
        Some(Json::String(text)) => return text,
        Some(Json::Array(parts)) => parts,
        Some(other) => {
            item.refuse("content", Some(&other), "must be a text or a list of texts");
            return String::new();
        }
    };
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for part in parts {
        let said = match &part {
            Json::String(text) => Some(text.clone()),
            part => ["text", "transcript"]
                .iter()
                .find_map(|name| part.get(name)?.as_str().map(str::to_owned)),
        };
        texts.extend(said);
        let only_text = part.as_object().is_some_and(|part| {
            part.keys()
                .all(|name| ["type", "text", "transcript"].contains(&name.as_str()))
        });
        if !part.is_string() && !only_text {
            others.push(part);
        }
    }
    if !others.is_empty() {
        item.put("content", Json::Array(others));
    }
    texts.join(" ")
}

fn sample(call: &Call) -> Sample {
    let unix = |seconds: Option<f64>| {
        let at = times::after(call.started_at?, seconds?)?;
        Some(at.as_microsecond() as f64 / 1e6)
    };
    let items: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let role = match &turn.role {
                Role::Agent => "assistant",
                role => role.name(),
            };
            json!({
                "type": "message",
                "role": role,
                "content": [turn.content],
                "metrics": {"started_speaking_at": unix(turn.start), "stopped_speaking_at": unix(turn.end)},
            })
        })
        .collect();
    let body = json!({
        "job_id": call.call_id,
        "started_at": samples::instant(call.started_at),
        "timestamp": samples::instant(call.ended_at),
        "chat_history": {"items": items},
    });
    let told = [
        "type",
        "status",
        "timezone",
        "from",
        "to",
        "language",
        "recordingUrl",
    ];
    Sample::json(&body).telling(call, &told)
}
