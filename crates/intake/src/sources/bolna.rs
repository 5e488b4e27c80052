//! Bolna: a webhook at every change of status; the terminal ones are the end of a call.
//!
//! - The start is `initiated_at`, else `created_at`; the end follows from the length.
//! - Of a disposition the objective answer counts, else the subjective one.
//! - The cost stays in the variables: its unit is not told.

use aftercall_core::{Call, Problem};
use serde_json::{Map, Value as Json, json};

use super::{STANDARD_SIGNATURE, Source, goes_on, ignored, kind, missing, status};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, dialogue, json};

const NAME: &str = "bolna";

static TURNS: Names = Names {
    list: "transcript",
    role: "speaker",
    content: "said",
    start: "time",
    end: "time",
};

pub(super) struct Bolna;

impl Source for Bolna {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &STANDARD_SIGNATURE
    }

    fn signs(&self) -> bool {
        false
    }

    fn rank(&self, event: &str) -> u8 {
        if event == "completed" { 2 } else { 1 }
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        let event = root.text("status").ok_or_else(|| missing("status"))?;
        if goes_on(&event) {
            return ignored(event);
        }
        let call_id = root.text("id");
        if call_id.is_none() {
            return Err(missing("id"));
        }
        let mut draft = Draft::default();
        draft.set("callId", call_id, "id");
        draft.set("status", Some(status(&event)), "status");
        read_facts(&mut root, &mut draft);
        if let Some(text) = root.said("transcript") {
            dialogue::add(&mut draft, &TURNS, &text)?;
        }
        draft.analysis = analysis(&mut root);
        let left = root.fields;
        draft.finish(NAME, event, &Hints::of(incoming.query()), reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["start", "end"]
    }
}

fn read_facts(root: &mut Object<'_>, draft: &mut Draft) {
    let path = "telephony_data.call_type";
    let told = root.text(path);
    let told = told.map(|word| kind(&word).map_or(word, str::to_owned));
    draft.set("type", told, path);
    for (name, path) in [
        ("from", "telephony_data.from_number"),
        ("to", "telephony_data.to_number"),
        ("recordingUrl", "telephony_data.recording_url"),
    ] {
        draft.set(name, root.text(path), path);
    }
    let path = if root.see("initiated_at").is_some() {
        "initiated_at"
    } else {
        "created_at"
    };
    draft.set_instant("startedAt", root.instant(path), path);
    let length = root.seconds("conversation_duration");
    draft.duration = length.or(root.seconds("conversation_time"));
    if draft.duration.is_none() {
        draft.duration = root.seconds("telephony_data.duration");
    }
    draft.set_reason(root.text("telephony_data.hangup_reason"));
    draft.set_extra("callFailureReason", root.text("error_message"));
    if let Some(variables) = root.object("context_details.recipient_data") {
        draft.variables = variables;
    }
}

fn analysis(root: &mut Object<'_>) -> Option<Analysis> {
    let mut raw = Map::new();
    for name in ["extracted_data", "summary"] {
        if let Some(value) = root.take(name) {
            raw.insert(name.to_owned(), value);
        }
    }
    let mut analysis = Analysis {
        summary: raw.get("summary").cloned(),
        ..Analysis::default()
    };
    let categories = raw.get("extracted_data").and_then(Json::as_object);
    for (category, dispositions) in categories.into_iter().flatten() {
        let Json::Object(dispositions) = dispositions else {
            analysis
                .found
                .push(Found::plain(category, dispositions.clone()));
            continue;
        };
        for (name, found) in dispositions {
            let given = |field: &str| found.get(field).filter(|value| !value.is_null()).cloned();
            let value = given("objective").or_else(|| given("subjective"));
            let reasoning = given("reasoning_objective").or_else(|| given("reasoning_subjective"));
            analysis.found.push(Found {
                name: name.clone(),
                value: value.unwrap_or_else(|| found.clone()),
                confidence: given("confidence"),
                reasoning,
            });
        }
    }
    analysis.raw = raw;
    (!analysis.is_empty()).then_some(analysis)
}

fn sample(call: &Call) -> Sample {
    let direction = match call.kind.as_deref() {
        Some("telephony_inbound") => Some("inbound"),
        Some("telephony_outbound") => Some("outbound"),
        other => other,
    };
    let body = json!({
        "id": call.call_id,
        "status": call.status.as_deref().unwrap_or("completed"),
        "conversation_duration": samples::duration(call),
        "created_at": samples::instant(call.started_at),
        "transcript": dialogue::text(&call.transcript, "assistant", "user"),
        "telephony_data": {
            "call_type": direction,
            "from_number": call.from,
            "to_number": call.to,
            "recording_url": call.recording_url,
        },
        "context_details": {"recipient_data": call.variables},
    });
    Sample::json(&body).telling(call, &["timezone", "language"])
}
