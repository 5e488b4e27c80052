//! Millis: the data of a session, posted when it has ended. Its shape is known in part, so names are taken as they are found.
//!
//! - The transcript is a list of messages, a text that holds such a list, or lines with a speaker each; under `chat`, `transcript` or
//!   `messages`.
//! - Functions that were called (`function_calls`) have no times and stay in the variables.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Value as Json, json};

use super::{STANDARD_SIGNATURE, Source, goes_on, ignored, kind, missing, status};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, dialogue, json};

const NAME: &str = "millis";
const ENDED: &str = "session data";

static TURNS: Names = Names {
    list: "chat",
    role: "role",
    content: "content",
    start: "timestamp",
    end: "timestamp",
};

pub(super) struct Millis;

impl Source for Millis {
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
        if let Some(word) = root.see_text("call_status").filter(|word| goes_on(word)) {
            return ignored(format!("call_status {word}"));
        }
        let id = ["session_id", "call_id", "id"]
            .into_iter()
            .find(|path| root.see(path).is_some());
        let id = id.ok_or_else(|| missing("session_id"))?;
        let mut draft = Draft::default();
        draft.set("callId", root.text(id), id);
        read_facts(&mut root, &mut draft);
        read_transcript(&mut root, &mut draft)?;
        let left = root.fields;
        let event = ENDED.to_owned();
        draft.finish(NAME, event, &Hints::of(incoming.query()), reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["end"]
    }
}

fn read_facts(root: &mut Object<'_>, draft: &mut Draft) {
    let told = root.text("call_status");
    // `user-ended`, `agent-ended` …: who ended it is the reason.
    let ended = told.clone().filter(|word| word.ends_with("-ended"));
    let state = told.map(|word| {
        if ended.is_some() {
            "completed".to_owned()
        } else {
            status(&word)
        }
    });
    draft.set("status", state, "call_status");
    draft.set_reason(ended);
    for (name, path) in [("startedAt", "started_at"), ("endedAt", "ended_at")] {
        draft.set_instant(name, root.instant(path), path);
    }
    draft.duration = root.seconds("duration");
    let path = "voip.direction";
    let told = root.text(path);
    let told = told.map(|word| kind(&word).map_or(word, str::to_owned));
    draft.set("type", told, path);
    for (name, path) in [
        ("from", "voip.from"),
        ("to", "voip.to"),
        ("recordingUrl", "recording.recording_url"),
    ] {
        draft.set(name, root.text(path), path);
    }
    draft.set_extra("callFailureReason", root.text("error_message"));
    match root.take("metadata") {
        Some(Json::Object(variables)) => draft.variables = variables,
        Some(other) => root.put("metadata", other),
        None => {}
    }
}

fn read_transcript(root: &mut Object<'_>, draft: &mut Draft) -> Result<(), Vec<Problem>> {
    let name = ["chat", "transcript", "messages"]
        .into_iter()
        .find(|name| root.see(name).is_some());
    let Some(name) = name else {
        return Ok(());
    };
    let mut found = root.take(name).unwrap_or_default();
    if let Json::String(text) = &found {
        if !text.trim_start().starts_with('[') {
            return dialogue::add(draft, &TURNS, text);
        }
        found = json::parse(text.as_bytes()).map_err(|mut problems| {
            for problem in &mut problems {
                problem.field = name.to_owned();
            }
            problems
        })?;
    }
    root.put("chat", found);
    root.each("chat", |item, index| {
        let role = Role::from_name(&item.text("role").unwrap_or_default());
        let said = item.said("content");
        let said = said.or(item.said("text")).unwrap_or_default();
        let mut turn = DraftTurn::new(&TURNS, index, role, said);
        turn.at = item.instant("timestamp");
        draft.turns.push(turn);
    });
    Ok(())
}

fn sample(call: &Call) -> Sample {
    let chat: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let role = match &turn.role {
                Role::Agent => "assistant",
                role => role.name(),
            };
            json!({"role": role, "content": turn.content, "timestamp": samples::said_at(call, turn)})
        })
        .collect();
    let direction = match call.kind.as_deref() {
        Some("telephony_inbound") => Some("inbound"),
        Some("telephony_outbound") => Some("outbound"),
        other => other,
    };
    let body = json!({
        "session_id": call.call_id,
        "call_status": call.status,
        "started_at": samples::instant(call.started_at),
        "ended_at": samples::instant(call.ended_at),
        "voip": {"direction": direction, "from": call.from, "to": call.to},
        "recording": {"recording_url": call.recording_url},
        "metadata": call.variables,
        "chat": chat,
    });
    Sample::json(&body).telling(call, &["timezone", "language"])
}
