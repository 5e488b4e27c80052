//! Ultravox: `call.ended` tells that a call is over, and its messages are fetched with the operator's key.
//!
//! - The start is `joined`, else `created`. A call that nobody joined has the status `no_answer`.
//! - A message has times only where it has a `timespan`.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{Source, ULTRAVOX_SIGNATURE, answers, ignored, missing, not_followed, path_id};
use crate::analysis::Analysis;
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::{Access, Fetch, Fetched, Notice, Outcome};
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, json, times, tools};

const NAME: &str = "ultravox";
const ENDED: &str = "call.ended";
const BASE: &str = "https://api.ultravox.ai";
const ACCESS: Access = Access::ApiKeyHeader;

static TURNS: Names = Names {
    list: "messages",
    role: "role",
    content: "text",
    start: "timespan.start",
    end: "timespan.end",
};

pub(super) struct Ultravox;

impl Source for Ultravox {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &ULTRAVOX_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let root = Object::root(&reading, json::parse(incoming.body)?)?;
        let event = root.see_text("event").ok_or_else(|| missing("event"))?;
        if event != ENDED {
            return ignored(event);
        }
        let id = path_id(&root, "call.callId")?;
        Ok(Outcome::Fetch(Box::new(Notice {
            source: NAME.to_owned(),
            event: ENDED.to_owned(),
            fetches: vec![Fetch {
                name: "messages".to_owned(),
                base: BASE.to_owned(),
                path: format!("/api/calls/{id}/messages?pageSize=200"),
                access: ACCESS,
            }],
            call_id: id,
            payload: Json::Object(root.fields),
            query: incoming.query().to_owned(),
        })))
    }

    fn access(&self) -> Option<Access> {
        Some(ACCESS)
    }

    fn read_fetched(
        &self,
        notice: &Notice,
        fetched: &[Fetched<'_>],
    ) -> Result<Outcome, Vec<Problem>> {
        let mut whole = match &notice.payload {
            Json::Object(fields) => fields.clone(),
            _ => Map::new(),
        };
        let (mut messages, mut pages) = (Vec::new(), Vec::new());
        let mut answers = answers(fetched, "messages")?;
        if let Some(next) = answers.last().and_then(|page| page.get("next"))
            && !next.is_null()
        {
            return Err(not_followed("messages.next", next));
        }
        for mut page in answers.drain(..) {
            match page.shift_remove("results") {
                Some(Json::Array(items)) => messages.extend(items),
                other => {
                    let path = "messages.results";
                    return Err(vec![Problem::new(path, other.as_ref(), "must be a list")]);
                }
            }
            for place in ["next", "previous", "total"] {
                page.shift_remove(place);
            }
            if !page.is_empty() {
                pages.push(Json::Object(page));
            }
        }
        whole.insert("messages".to_owned(), Json::Array(messages));
        whole.insert("pages".to_owned(), Json::Array(pages));
        whole.shift_remove("event");

        let reading = Reading::default();
        let mut root = Object::root(&reading, Json::Object(whole))?;
        let mut draft = Draft::default();
        read_facts(&mut root, &mut draft, notice);
        root.each("messages", |item, index| add_turn(&mut draft, item, index));
        let left = root.fields;
        let hints = Hints::of(&notice.query);
        draft.finish(NAME, notice.event.clone(), &hints, reading, left)
    }

    fn next_page(&self, fetch: &Fetch, body: &[u8]) -> Option<Fetch> {
        let page = json::parse(body).ok()?;
        let path = page
            .get("next")?
            .as_str()?
            .strip_prefix(fetch.base.as_str())?;
        (path.starts_with("/api/calls/") && path != fetch.path).then(|| Fetch {
            path: path.to_owned(),
            ..fetch.clone()
        })
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["id", "role"]
    }
}

fn read_facts(root: &mut Object<'_>, draft: &mut Draft, notice: &Notice) {
    draft.set("callId", Some(notice.call_id.as_str()), "call.callId");
    root.take("call.callId");
    let path = if root.see("call.joined").is_some() {
        "call.joined"
    } else {
        "call.created"
    };
    draft.set_instant("startedAt", root.instant(path), path);
    draft.set_instant("endedAt", root.instant("call.ended"), "call.ended");
    let reason = root.text("call.endReason");
    let state = reason.as_deref().map(|reason| match reason {
        "unjoined" => "no_answer",
        "connection_error" | "system_error" => "failed",
        _ => "completed",
    });
    draft.set("status", state, "call.endReason");
    draft.set_reason(reason);
    let path = "call.languageHint";
    draft.set("language", root.text(path), path);
    let path = "call.recordingUrl";
    draft.set("recordingUrl", root.text(path), path);
    if let Some(variables) = root.object("call.metadata") {
        draft.variables = variables;
    }
    let mut raw = Map::new();
    for name in ["summary", "shortSummary"] {
        if let Some(value) = root.take(&format!("call.{name}")) {
            raw.insert(name.to_owned(), value);
        }
    }
    let analysis = Analysis {
        summary: raw.get("summary").or(raw.get("shortSummary")).cloned(),
        raw,
        ..Analysis::default()
    };
    draft.analysis = (!analysis.is_empty()).then_some(analysis);
}

fn add_turn(draft: &mut Draft, item: &mut Object<'_>, index: usize) {
    let role = item.text("role").unwrap_or_default();
    let role = role.strip_prefix("MESSAGE_ROLE_").unwrap_or(&role);
    let (role, content) = match role {
        "TOOL_CALL" => {
            let arguments = item.take("text");
            tools::call(item.text("toolName"), arguments)
        }
        "TOOL_RESULT" => {
            let result = item.take("text");
            tools::result(item.text("toolName"), result)
        }
        _ => {
            let said = item.said("text").unwrap_or_default();
            (Role::from_name(&role.to_lowercase()), said)
        }
    };
    let mut turn = DraftTurn::new(&TURNS, index, role, content);
    turn.start = lasting(item, "timespan.start");
    turn.end = lasting(item, "timespan.end");
    draft.turns.push(turn);
}

/// Seconds that are written as `1.5s`.
fn lasting(item: &mut Object<'_>, path: &str) -> Option<f64> {
    let value = item.take(path)?;
    let seconds = value
        .as_str()
        .and_then(|text| text.strip_suffix('s')?.parse().ok())
        .or_else(|| value.as_f64())
        .and_then(times::seconds);
    if seconds.is_none() {
        item.refuse(
            path,
            Some(&value),
            "must be seconds such as 1.5s, up to 31 days",
        );
    }
    seconds
}

fn sample(call: &Call) -> Sample {
    let reason = match call.status.as_deref() {
        Some("no_answer") => Some("unjoined"),
        Some("failed") => Some("connection_error"),
        Some("completed") | None => Some("hangup"),
        Some(_) => None,
    };
    let notice = json!({"event": ENDED, "call": {
        "callId": "0f5a1b7c-0000-4000-8000-000000000001",
        "joined": samples::instant(call.started_at),
        "ended": samples::instant(call.ended_at),
        "endReason": reason,
        "languageHint": call.language,
        "recordingUrl": call.recording_url,
        "metadata": call.variables,
    }});
    let messages: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let role = if turn.role == Role::Agent {
                "AGENT"
            } else {
                "USER"
            };
            let text = |seconds: f64| format!("{seconds}s");
            json!({
                "role": format!("MESSAGE_ROLE_{role}"),
                "text": turn.content,
                "timespan": {"start": turn.start.map(text), "end": turn.end.map(text)},
            })
        })
        .collect();
    Sample::json(&notice)
        .telling(call, &["type", "status", "timezone", "from", "to"])
        .answering("messages", &json!({"results": messages, "next": null}))
}
