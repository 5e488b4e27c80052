//! Vapi: `end-of-call-report`.
//!
//! - `artifact.messages` stands above the flat transcript, which says the same with less.
//! - `bot` and `assistant` are the agent; messages of `system` are the prompt and no part of the call: they stay in the variables.
//! - A turn begins at `secondsFromStart` and lasts `duration` milliseconds.
//! - An `endedReason` of a call that nobody took becomes the status `no_answer`, `busy` or `failed`; otherwise it is `completed`.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{Source, VAPI_SIGNATURE, ignored, kind, missing};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, dialogue, json, times, tools};

const NAME: &str = "vapi";
const REPORT: &str = "end-of-call-report";

static TURNS: Names = Names {
    list: "message.artifact.messages",
    role: "role",
    content: "message",
    start: "secondsFromStart",
    end: "duration",
};
static FLAT: Names = Names {
    list: "message.artifact.transcript",
    ..TURNS
};

pub(super) struct Vapi;

impl Source for Vapi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &VAPI_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        let event = root
            .text("message.type")
            .ok_or_else(|| missing("message.type"))?;
        if event != REPORT {
            return ignored(event);
        }
        let mut draft = Draft::default();
        read_facts(&mut root, &mut draft)?;
        read_transcript(&mut root, &mut draft)?;
        draft.analysis = analysis(&mut root);
        let left = root.fields;
        draft.finish(NAME, event, &Hints::of(incoming.query()), reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }
}

fn read_facts(root: &mut Object<'_>, draft: &mut Draft) -> Result<(), Vec<Problem>> {
    let call_id = root.text("message.call.id");
    if call_id.is_none() {
        return Err(missing("message.call.id"));
    }
    draft.set("callId", call_id, "message.call.id");
    let path = "message.call.type";
    let told = root.text(path);
    let outbound = told.as_deref().and_then(kind) == Some("telephony_outbound");
    let told = told.map(|word| kind(&word).map_or(word, str::to_owned));
    draft.set("type", told, path);
    for (name, path) in [
        ("startedAt", "message.startedAt"),
        ("endedAt", "message.endedAt"),
    ] {
        draft.set_instant(name, root.instant(path), path);
    }
    let (customer, phone) = ("message.customer.number", "message.phoneNumber.number");
    let (from, to) = if outbound {
        (phone, customer)
    } else {
        (customer, phone)
    };
    draft.set("from", root.text(from), from);
    draft.set("to", root.text(to), to);
    draft.duration = root.seconds("message.durationSeconds");
    let reason = root.text("message.endedReason");
    let state = reason.as_deref().map(status_of);
    draft.set("status", state, "message.endedReason");
    draft.set_reason(reason);
    draft.set_cost(root.number("message.cost"));
    let path = "message.artifact.recordingUrl";
    let recording = root.text(path);
    let older = root.text("message.recordingUrl");
    draft.set("recordingUrl", recording.or(older), path);
    let dual = root.text("message.artifact.stereoRecordingUrl");
    let older = root.text("message.stereoRecordingUrl");
    draft.set_extra("recordingDualUrl", dual.or(older));
    if let Some(variables) = root.object("message.artifact.variableValues") {
        draft.variables = variables;
    }
    // When it was sent, which is another time whenever it is sent again.
    root.take("message.timestamp");
    Ok(())
}

fn status_of(reason: &str) -> &'static str {
    if reason.contains("did-not-answer") || reason.contains("no-answer") {
        "no_answer"
    } else if reason.contains("busy") {
        "busy"
    } else if reason.contains("error") || reason.contains("failed") {
        "failed"
    } else {
        "completed"
    }
}

fn read_transcript(root: &mut Object<'_>, draft: &mut Draft) -> Result<(), Vec<Problem>> {
    let (list, older) = ("message.artifact.messages", "message.messages");
    if root.see(list).is_none()
        && let Some(messages) = root.take(older)
    {
        root.put(list, messages);
    }
    root.leave_out(older);
    root.each(list, |item, index| add_turns(draft, item, index));
    dialogue::flat(draft, &FLAT, root, "message.artifact.transcript")?;
    dialogue::flat(draft, &FLAT, root, "message.transcript")?;
    // The same once more.
    root.leave_out("message.artifact.messagesOpenAIFormatted");
    Ok(())
}

fn add_turns(draft: &mut Draft, item: &mut Object<'_>, index: usize) {
    let role = item.see_text("role").unwrap_or_default().to_owned();
    if role == "system" {
        return;
    }
    item.take("role");
    let start = item.seconds("secondsFromStart");
    let lasts = item.millis("duration");
    let at = item.instant("time");
    let until = item.instant("endTime");
    let lasts = lasts.or_else(|| Some(times::between(at?, until?)).filter(|lasts| *lasts >= 0.0));
    let timed = |(role, content): (Role, String)| {
        let mut turn = DraftTurn::new(&TURNS, index, role, content);
        (turn.start, turn.at) = (start, at);
        turn.end = start
            .zip(lasts)
            .map(|(start, lasts)| ((start + lasts) * 1000.0).round() / 1000.0);
        turn
    };
    match role.as_str() {
        "tool_calls" => {
            item.leave_out("message");
            item.each("toolCalls", |call, _| {
                let arguments = call.take("function.arguments");
                let name = call.text("function.name");
                draft.turns.push(timed(tools::call(name, arguments)));
            });
        }
        "tool_call_result" => {
            let result = item.take("result");
            draft
                .turns
                .push(timed(tools::result(item.text("name"), result)));
        }
        _ => {
            let said = item.said("message").unwrap_or_default();
            draft.turns.push(timed((Role::from_name(&role), said)));
        }
    }
}

fn analysis(root: &mut Object<'_>) -> Option<Analysis> {
    let mut raw = Map::new();
    for (name, path) in [
        ("analysis", "message.analysis"),
        ("structuredOutputs", "message.artifact.structuredOutputs"),
        ("scorecards", "message.artifact.scorecards"),
        (
            "skippedStructuredOutputs",
            "message.artifact.skippedStructuredOutputs",
        ),
    ] {
        if let Some(value) = root.take(path) {
            raw.insert(name.to_owned(), value);
        }
    }
    let of = |name: &str| raw.get("analysis").and_then(|analysis| analysis.get(name));
    let mut analysis = Analysis {
        summary: of("summary").cloned(),
        success: of("successEvaluation").cloned(),
        ..Analysis::default()
    };
    analysis.find_all(of("structuredData"));
    for (list, value) in [("structuredOutputs", "result"), ("scorecards", "score")] {
        let outputs = raw.get(list).and_then(Json::as_object);
        for (id, output) in outputs.into_iter().flatten() {
            let name = output.get("name").and_then(Json::as_str).unwrap_or(id);
            let value = output.get(value).cloned().unwrap_or_default();
            analysis.found.push(Found::plain(name, value));
        }
    }
    analysis.raw = raw;
    (!analysis.is_empty()).then_some(analysis)
}

fn sample(call: &Call) -> Sample {
    let messages: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let role = match &turn.role {
                Role::Agent => "bot",
                role => role.name(),
            };
            let mut out =
                json!({"role": role, "message": turn.content, "secondsFromStart": turn.start});
            if let (Some(start), Some(end)) = (turn.start, turn.end) {
                out["duration"] = ((end - start) * 1000.0).round().into();
            }
            out
        })
        .collect();
    let (told, customer, phone) = match call.kind.as_deref() {
        Some("telephony_outbound") => ("outboundPhoneCall", &call.to, &call.from),
        Some("telephony_inbound") => ("inboundPhoneCall", &call.from, &call.to),
        Some("webcall") => ("webCall", &call.from, &call.to),
        Some(other) => (other, &call.from, &call.to),
        None => ("", &call.from, &call.to),
    };
    let reason = match call.status.as_deref() {
        Some("no_answer") => "customer-did-not-answer",
        Some("busy") => "customer-busy",
        Some("failed") => "call.start.error",
        _ => "customer-ended-call",
    };
    let body = json!({"message": {
        "type": REPORT,
        "startedAt": samples::instant(call.started_at),
        "endedAt": samples::instant(call.ended_at),
        "endedReason": reason,
        "call": {"id": call.call_id, "type": told},
        "customer": {"number": customer},
        "phoneNumber": {"number": phone},
        "artifact": {
            "messages": messages,
            "recordingUrl": call.recording_url,
            "variableValues": call.variables,
        },
    }});
    Sample::json(&body).telling(call, &["timezone", "language"])
}
