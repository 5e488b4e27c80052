//! Bland: one webhook when a call has ended.
//!
//! - The length is `corrected_duration`, seconds in a text; else `call_length`, which is in minutes.
//! - The start is `started_at`, else `created_at`, when the call was asked for.
//! - `user` of a line is `assistant`, `agent` or `robot` for the agent.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{BLAND_SIGNATURE, Source, goes_on, ignored, missing, status};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, dialogue, json, times};

const NAME: &str = "bland";
const ENDED: &str = "call ended";

static TURNS: Names = Names {
    list: "transcripts",
    role: "user",
    content: "text",
    start: "created_at",
    end: "created_at",
};
static FLAT: Names = Names {
    list: "concatenated_transcript",
    ..TURNS
};

pub(super) struct Bland;

impl Source for Bland {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &BLAND_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        if let Some(word) = root.see_text("status").filter(|word| goes_on(word)) {
            return ignored(format!("status {word}"));
        }
        let call_id = root.text("call_id").or(root.text("c_id"));
        if call_id.is_none() {
            return Err(missing("call_id"));
        }
        let mut draft = Draft::default();
        draft.set("callId", call_id, "call_id");
        read_facts(&mut root, &mut draft);
        root.each("transcripts", |item, index| {
            let role = item.text("user").unwrap_or_default();
            let role = if role == "robot" {
                Role::Agent
            } else {
                Role::from_name(&role)
            };
            let said = item.said("text").unwrap_or_default();
            let mut turn = DraftTurn::new(&TURNS, index, role, said);
            turn.at = item.instant("created_at");
            draft.turns.push(turn);
        });
        dialogue::flat(&mut draft, &FLAT, &mut root, "concatenated_transcript")?;
        draft.analysis = analysis(&mut root);
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
    let answered = root.see_text("answered_by").unwrap_or_default();
    let no_answer = status(answered) == "no_answer";
    let state = root.text("status").map(|word| status(&word));
    let state = if no_answer {
        Some("no_answer".to_owned())
    } else {
        state
    };
    draft.set("status", state, "status");
    let kind = root.flag("inbound").map(|inbound| {
        if inbound {
            "telephony_inbound"
        } else {
            "telephony_outbound"
        }
    });
    draft.set("type", kind, "inbound");
    for (name, path) in [
        ("from", "from"),
        ("to", "to"),
        ("recordingUrl", "recording_url"),
    ] {
        draft.set(name, root.text(path), path);
    }
    let path = if root.see("started_at").is_some() {
        "started_at"
    } else {
        "created_at"
    };
    draft.set_instant("startedAt", root.instant(path), path);
    draft.set_instant("endedAt", root.instant("end_at"), "end_at");
    let exact = root.seconds("corrected_duration");
    if exact.is_some() {
        root.take("call_length");
    } else if let Some(minutes) = root.number("call_length") {
        draft.duration = times::seconds(minutes * 60.0);
        if draft.duration.is_none() {
            root.refuse(
                "call_length",
                Some(&minutes.into()),
                "must be minutes of at most 31 days",
            );
        }
    }
    draft.duration = exact.or(draft.duration);
    draft.set_reason(root.text("call_ended_by"));
    draft.set_extra("callFailureReason", root.text("error_message"));
    draft.set_cost(root.number("price"));
    draft.variables = root.object("variables").unwrap_or_default();
}

fn analysis(root: &mut Object<'_>) -> Option<Analysis> {
    let mut raw = Map::new();
    for name in ["summary", "analysis", "disposition_tag", "citations"] {
        if let Some(value) = root.take(name) {
            raw.insert(name.to_owned(), value);
        }
    }
    let mut analysis = Analysis {
        summary: raw.get("summary").cloned(),
        ..Analysis::default()
    };
    analysis.find_all(raw.get("analysis"));
    if let Some(tag) = raw.get("disposition_tag") {
        analysis
            .found
            .push(Found::plain("disposition_tag", tag.clone()));
    }
    analysis.raw = raw;
    (!analysis.is_empty()).then_some(analysis)
}

fn sample(call: &Call) -> Sample {
    let turns: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let user = match &turn.role {
                Role::Agent => "assistant",
                role => role.name(),
            };
            json!({"user": user, "text": turn.content, "created_at": samples::said_at(call, turn)})
        })
        .collect();
    let inbound = match call.kind.as_deref() {
        Some("telephony_inbound") => Some(true),
        Some("telephony_outbound") => Some(false),
        _ => None,
    };
    let body = json!({
        "call_id": call.call_id,
        "status": call.status,
        "inbound": inbound,
        "from": call.from,
        "to": call.to,
        "created_at": samples::instant(call.started_at),
        "end_at": samples::instant(call.ended_at),
        "transcripts": turns,
        "variables": call.variables,
        "recording_url": call.recording_url,
    });
    let told = Sample::json(&body).telling(call, &["timezone", "language"]);
    if inbound.is_none() {
        return told.telling(call, &["type"]);
    }
    told
}
