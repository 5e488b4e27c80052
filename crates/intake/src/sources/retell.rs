//! Retell: `call_ended`, and `call_analyzed` with the same and the analysis.
//!
//! - `transcript_with_tool_calls` stands above `transcript_object`, and that above the flat transcript. Where Retell keeps only the
//!   scrubbed one, that is read.
//! - A turn's times are those of its first and last word; the words themselves are left out.
//! - A `disconnection_reason` of a call that nobody took becomes the status `no_answer`, `busy` or `failed`.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{RETELL_SIGNATURE, Source, ignored, kind, missing};
use crate::analysis::Analysis;
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, dialogue, json, times, tools};

const NAME: &str = "retell";
const ANALYZED: &str = "call_analyzed";
const ENDED: &str = "call_ended";

static TURNS: Names = Names {
    list: "call.transcript_with_tool_calls",
    role: "role",
    content: "content",
    start: "words[].start",
    end: "words[].end",
};
static OBJECT: Names = Names {
    list: "call.transcript_object",
    ..TURNS
};
static SCRUBBED: Names = Names {
    list: "call.scrubbed_transcript_with_tool_calls",
    ..TURNS
};
static FLAT: Names = Names {
    list: "call.transcript",
    ..TURNS
};

pub(super) struct Retell;

impl Source for Retell {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &RETELL_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn rank(&self, event: &str) -> u8 {
        if event == ANALYZED { 2 } else { 1 }
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        // Its documentation has both names.
        let event = root.text("event").or(root.text("event_type"));
        let event = event.ok_or_else(|| missing("event"))?;
        if event != ENDED && event != ANALYZED {
            return ignored(event);
        }
        let mut draft = Draft::default();
        read_facts(&mut root, &mut draft)?;
        read_transcript(&mut root, &mut draft)?;
        draft.analysis = root.object("call.call_analysis").map(analysis);
        let left = root.fields;
        draft.finish(NAME, event, &Hints::of(incoming.query()), reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }
}

fn read_facts(root: &mut Object<'_>, draft: &mut Draft) -> Result<(), Vec<Problem>> {
    let call_id = root.text("call.call_id");
    if call_id.is_none() {
        return Err(missing("call.call_id"));
    }
    draft.set("callId", call_id, "call.call_id");
    let (direction, call_type) = (root.text("call.direction"), root.text("call.call_type"));
    let told = direction.or(call_type);
    let told = told.map(|word| kind(&word).map_or(word, str::to_owned));
    draft.set("type", told, "call.direction");
    for (name, path) in [
        ("startedAt", "call.start_timestamp"),
        ("endedAt", "call.end_timestamp"),
    ] {
        draft.set_instant(name, root.instant(path), path);
    }
    draft.duration = root.millis("call.duration_ms");
    for (name, path) in [
        ("from", "call.from_number"),
        ("to", "call.to_number"),
        ("recordingUrl", "call.recording_url"),
    ] {
        draft.set(name, root.text(path), path);
    }
    draft.set_extra(
        "recordingDualUrl",
        root.text("call.recording_multi_channel_url"),
    );
    let reason = root.text("call.disconnection_reason");
    let told = root.text("call.call_status");
    let state = match (reason.as_deref(), told.as_deref()) {
        (Some(reason), _) => status_of(reason),
        (None, Some("error" | "not_connected")) => "failed",
        _ => "completed",
    };
    draft.set("status", Some(state), "call.disconnection_reason");
    draft.set_reason(reason);
    let given = "call.retell_llm_dynamic_variables";
    let collected = root.object("call.collected_dynamic_variables");
    draft.variables = root.object(given).unwrap_or_default();
    for (name, value) in collected.unwrap_or_default() {
        let before = draft.variables.insert(name.clone(), value.clone());
        // What was learned in the call stands above what was given.
        if let Some(before) = before.filter(|before| *before != value) {
            root.put(&format!("{given}.{name}"), before);
        }
    }
    Ok(())
}

fn status_of(reason: &str) -> &'static str {
    match reason {
        "dial_no_answer" => "no_answer",
        "dial_busy" => "busy",
        "dial_failed" | "invalid_destination" | "telephony_provider_unavailable" => "failed",
        reason if reason.starts_with("error") => "failed",
        _ => "completed",
    }
}

fn read_transcript(root: &mut Object<'_>, draft: &mut Draft) -> Result<(), Vec<Problem>> {
    for names in [&TURNS, &OBJECT, &SCRUBBED] {
        let filled = root
            .see(names.list)
            .and_then(Json::as_array)
            .is_some_and(|list| !list.is_empty());
        if draft.turns.is_empty() && filled {
            root.each(names.list, |item, index| {
                add_turn(draft, item, names, index);
            });
        } else {
            // The same once more.
            root.leave_out(names.list);
        }
    }
    dialogue::flat(draft, &FLAT, root, "call.transcript")
}

fn add_turn(draft: &mut Draft, item: &mut Object<'_>, names: &'static Names, index: usize) {
    let role = item.text("role").unwrap_or_default();
    let (start, end) = span(item);
    let (role, content) = match role.as_str() {
        "tool_call_invocation" => {
            let arguments = item.take("arguments");
            tools::call(item.text("name"), arguments)
        }
        "tool_call_result" => tools::result(None, item.take("content")),
        "node_transition" => {
            let (from, to) = (item.text("former_node_name"), item.text("new_node_name"));
            let content = format!("{} → {}", from.unwrap_or_default(), to.unwrap_or_default());
            (tools::role(&role), content)
        }
        "dtmf" => (tools::role(&role), item.text("digit").unwrap_or_default()),
        _ => {
            let content = item.said("content").unwrap_or_default();
            (Role::from_name(&role), content)
        }
    };
    let mut turn = DraftTurn::new(names, index, role, content);
    (turn.start, turn.end) = (start, end);
    draft.turns.push(turn);
}

/// The times of the first and the last word.
fn span(item: &mut Object<'_>) -> (Option<f64>, Option<f64>) {
    let words = item.see("words").and_then(Json::as_array);
    let time = |word: Option<&Json>, name: &str| {
        let value = word?.get(name).filter(|value| !value.is_null())?;
        Some((value.clone(), times::number(value).and_then(times::seconds)))
    };
    let (first, last) = (
        time(words.and_then(|words| words.first()), "start"),
        time(words.and_then(|words| words.last()), "end"),
    );
    item.leave_out("words");
    let told = |time: Option<(Json, Option<f64>)>, field: &str| match time? {
        (_, Some(seconds)) => Some(seconds),
        (value, None) => {
            item.refuse(field, Some(&value), times::SECONDS_RULE);
            None
        }
    };
    (told(first, TURNS.start), told(last, TURNS.end))
}

fn analysis(raw: Map<String, Json>) -> Analysis {
    let mut analysis = Analysis {
        summary: raw.get("call_summary").cloned(),
        success: raw.get("call_successful").cloned(),
        ..Analysis::default()
    };
    let plain: Map<String, Json> = raw
        .iter()
        .filter(|(name, _)| ["user_sentiment", "in_voicemail"].contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    analysis.find_all(raw.get("custom_analysis_data"));
    analysis.find_all(Some(&Json::Object(plain)));
    analysis.raw = raw;
    analysis
}

fn sample(call: &Call) -> Sample {
    let turns: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let mut out = json!({"role": turn.role.name(), "content": turn.content});
            if turn.start.is_some() || turn.end.is_some() {
                let word = turn.content.split_whitespace().next().unwrap_or_default();
                out["words"] = json!([{"word": word, "start": turn.start, "end": turn.end}]);
            }
            out
        })
        .collect();
    let reason = match call.status.as_deref() {
        Some("no_answer") => "dial_no_answer",
        Some("busy") => "dial_busy",
        Some("failed") => "dial_failed",
        _ => "user_hangup",
    };
    let (call_type, direction) = match call.kind.as_deref() {
        Some("telephony_inbound") => ("phone_call", Some("inbound")),
        Some("telephony_outbound") => ("phone_call", Some("outbound")),
        Some("webcall") => ("web_call", None),
        Some(other) => (other, None),
        None => ("", None),
    };
    let body = json!({"event": ENDED, "call": {
        "call_id": call.call_id,
        "call_type": call_type,
        "call_status": "ended",
        "direction": direction,
        "from_number": call.from,
        "to_number": call.to,
        "start_timestamp": samples::millis(call.started_at),
        "end_timestamp": samples::millis(call.ended_at),
        "disconnection_reason": reason,
        "recording_url": call.recording_url,
        "retell_llm_dynamic_variables": call.variables,
        "transcript_with_tool_calls": turns,
    }});
    Sample::json(&body).telling(call, &["timezone", "language"])
}
