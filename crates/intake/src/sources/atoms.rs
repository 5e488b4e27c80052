//! smallest Atoms: `post-conversation` brings the call, `analytics-completed` what Atoms found out.
//!
//! An older page of its documentation shows `call.end` and `analytics.completed` with plain fields; those are read too. The time zone is
//! the variable `timezone`, which stays among the variables.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{ATOMS_SIGNATURE, Source, ignored, kind, missing, status};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, dialogue, json, times};

const NAME: &str = "atoms";
const POST: &str = "post-conversation";
const ANALYTICS: &str = "analytics-completed";

static TURNS: Names = Names {
    list: "metadata.transcript",
    role: "role",
    content: "content",
    start: "timestamp",
    end: "end",
};
static OLD_TURNS: Names = Names {
    list: "transcript",
    ..TURNS
};

pub(super) struct Atoms;

impl Source for Atoms {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &ATOMS_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn rank(&self, event: &str) -> u8 {
        if event == POST { 1 } else { 2 }
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        let event = root
            .see_text("metadata.eventType")
            .or_else(|| root.see_text("event"))
            .ok_or_else(|| missing("event"))?;
        // `65f0….post-conversation`
        let event =
            event.rsplit_once('.').map_or(
                event,
                |(head, tail)| {
                    if head.len() == 24 { tail } else { event }
                },
            );
        let event = match event {
            POST | ANALYTICS => event,
            "call.end" | "call.ended" => POST,
            "analytics.completed" => ANALYTICS,
            other => return ignored(other),
        }
        .to_owned();
        // They are of the delivery; the address may hold a secret.
        for name in ["url", "id", "description", "event"] {
            root.take(name);
        }
        root.take("metadata.eventType");
        let mut draft = Draft::default();
        draft.partial = event == ANALYTICS;
        if root.see("metadata").is_some() {
            read_metadata(&mut root, &mut draft)?;
        } else {
            read_old(&mut root, &mut draft)?;
        }
        let left = root.fields;
        draft.finish(NAME, event, &Hints::of(incoming.query()), reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["end"]
    }
}

fn read_metadata(root: &mut Object<'_>, draft: &mut Draft) -> Result<(), Vec<Problem>> {
    let call_id = root.text("metadata.callId");
    if call_id.is_none() {
        return Err(missing("metadata.callId"));
    }
    draft.set("callId", call_id, "metadata.callId");
    let direction = root
        .text("metadata.callData.callDirection")
        .or(root.text("metadata.conversationType"));
    root.take("metadata.conversationType");
    let direction = direction.map(|word| kind(&word).map_or(word, str::to_owned));
    draft.set("type", direction, "metadata.conversationType");
    let state = root.text("metadata.callData.callStatus");
    let path = "metadata.callData.callStatus";
    draft.set("status", state.map(|word| status(&word)), path);
    let path = "metadata.callData.answerTime";
    draft.set_instant("startedAt", root.instant(path), path);
    let path = "metadata.callData.endTime";
    draft.set_instant("endedAt", root.instant(path), path);
    draft.duration = root.seconds("metadata.callData.callDuration");
    let path = "metadata.callData.fromNumber";
    draft.set("from", root.text(path), path);
    let path = "metadata.callData.toNumber";
    draft.set("to", root.text(path), path);
    let path = "metadata.recordingUrl";
    draft.set("recordingUrl", root.text(path), path);
    draft.set_reason(root.text("metadata.callData.disconnectionReason"));
    if let Some(variables) = root.object("metadata.variables") {
        let zone = variables.get("timezone").and_then(Json::as_str);
        draft.set_zone(zone.map(str::to_owned), "metadata.variables.timezone");
        draft.variables = variables;
    }
    root.each("metadata.transcript", |item, index| {
        draft.turns.push(turn(item, &TURNS, index));
    });
    if let Some(analytics) = root.object("metadata.analytics") {
        draft.analysis = Some(analysis(analytics));
    }
    Ok(())
}

fn read_old(root: &mut Object<'_>, draft: &mut Draft) -> Result<(), Vec<Problem>> {
    let call_id = root.text("call_id");
    if call_id.is_none() {
        return Err(missing("call_id"));
    }
    draft.set("callId", call_id, "call_id");
    let direction = root.text("direction").or(root.text("call_type"));
    let direction = direction.map(|word| kind(&word).map_or(word, str::to_owned));
    draft.set("type", direction, "direction");
    let state = root.text("status").map(|word| status(&word));
    draft.set("status", state, "status");
    for (name, path) in [("startedAt", "start_time"), ("endedAt", "end_time")] {
        draft.set_instant(name, root.instant(path), path);
    }
    draft.duration = root.seconds("duration");
    for (name, path) in [
        ("from", "from_number"),
        ("to", "to_number"),
        ("recordingUrl", "recording_url"),
    ] {
        draft.set(name, root.text(path), path);
    }
    if let Some(variables) = root.object("variables") {
        draft.variables = variables;
    }
    if let Some(text) = root.see_text("transcript").map(str::to_owned) {
        root.take("transcript");
        dialogue::add(draft, &OLD_TURNS, &text)?;
    } else {
        root.each("transcript", |item, index| {
            draft.turns.push(turn(item, &OLD_TURNS, index));
        });
    }
    if let Some(analytics) = root.object("analytics") {
        draft.analysis = Some(analysis(analytics));
    }
    Ok(())
}

fn turn(item: &mut Object<'_>, names: &'static Names, index: usize) -> DraftTurn {
    let role = Role::from_name(&item.text("role").unwrap_or_default());
    let content = item.said("content").unwrap_or_default();
    let mut turn = DraftTurn::new(names, index, role, content);
    turn.at = item.instant("timestamp");
    turn
}

fn analysis(analytics: Map<String, Json>) -> Analysis {
    let mut analysis = Analysis {
        summary: analytics.get("summary").cloned(),
        ..Analysis::default()
    };
    for list in ["dispositionMetrics", "successMetrics"] {
        let metrics = analytics.get(list).and_then(Json::as_array);
        for metric in metrics.into_iter().flatten() {
            let Some(name) = metric.get("identifier").and_then(Json::as_str) else {
                continue;
            };
            analysis.found.push(Found {
                name: name.to_owned(),
                value: metric.get("value").cloned().unwrap_or_default(),
                confidence: metric.get("confidence").cloned(),
                reasoning: metric.get("reasoning").cloned(),
            });
        }
    }
    analysis.raw = analytics;
    analysis
}

fn sample(call: &Call) -> Sample {
    let start = call.started_at;
    let turns: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let mut out = json!({"role": turn.role.name(), "content": turn.content});
            if let (Some(start), Some(seconds)) = (start, turn.start)
                && let Some(at) = times::after(start, seconds)
            {
                out["timestamp"] = at.to_string().into();
            }
            out
        })
        .collect();
    let conversation = match call.kind.as_deref() {
        Some("telephony_inbound") => "telephonyInbound",
        Some("telephony_outbound") => "telephonyOutbound",
        Some(other) => other,
        None => "",
    };
    let agent = "65f0c0ffee65f0c0ffee65f0";
    let body = json!({
        "url": "", "description": "", "id": "69fd00000000000000000001",
        "event": format!("{agent}.{POST}"),
        "metadata": {
            "eventType": POST,
            "conversationType": conversation,
            "callId": call.call_id,
            "recordingUrl": call.recording_url,
            "callData": {
                "answerTime": samples::instant(call.started_at),
                "endTime": samples::instant(call.ended_at),
                "callDirection": call.kind,
                "callStatus": call.status,
                "fromNumber": call.from,
                "toNumber": call.to,
            },
            "transcript": turns,
            "variables": call.variables,
        },
    });
    Sample::json(&body).telling(call, &["timezone", "language"])
}
