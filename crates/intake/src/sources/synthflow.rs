//! Synthflow: one webhook when a call has ended.
//!
//! - Times are those of `timezone`, which is the call's.
//! - The lead's number calls or is called, as `type_of_call` says.
//! - What it collected counts as its analysis; actions that were carried out have no times and stay in the variables.

use aftercall_core::{Call, Problem};
use serde_json::{Map, Value as Json, json};

use super::{SYNTHFLOW_SIGNATURE, Source, goes_on, ignored, kind, missing, status};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, dialogue, json};

const NAME: &str = "synthflow";
const ENDED: &str = "call ended";

static TURNS: Names = Names {
    list: "call.transcript",
    role: "speaker",
    content: "said",
    start: "time",
    end: "time",
};

pub(super) struct Synthflow;

impl Source for Synthflow {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &SYNTHFLOW_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        let told = root.see_text("call.status").or(root.see_text("status"));
        if let Some(word) = told.filter(|word| goes_on(word)) {
            return ignored(format!("status {word}"));
        }
        let call_id = root.text("call.call_id");
        if call_id.is_none() {
            return Err(missing("call.call_id"));
        }
        let mut draft = Draft::default();
        draft.set("callId", call_id, "call.call_id");
        read_facts(&mut root, &mut draft);
        if let Some(text) = root.said("call.transcript") {
            dialogue::add(&mut draft, &TURNS, &text)?;
        }
        draft.analysis = analysis(&mut root);
        let left = root.fields;
        let event = ENDED.to_owned();
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
    let (inner, outer) = (root.text("call.status"), root.text("status"));
    let state = inner.or(outer).map(|word| status(&word));
    draft.set("status", state, "call.status");
    let path = "call.type_of_call";
    let told = root.text(path);
    let direction = told.as_deref().and_then(kind);
    draft.set("type", direction.map(str::to_owned).or(told), path);
    let lead = "lead.phone_number";
    let (from, to) = match direction {
        Some("telephony_inbound") => (lead, "call.to_number"),
        Some("telephony_outbound") => ("call.from_number", lead),
        _ => ("call.from_number", "call.to_number"),
    };
    draft.set("from", root.text(from), from);
    draft.set("to", root.text(to), to);
    let path = "call.start_time";
    draft.set_instant("startedAt", root.instant(path), path);
    draft.duration = root.seconds("call.duration");
    let path = "call.timezone";
    if let Some(zone) = root.text(path)
        && let Some(unknown) = draft.set_zone(Some(zone), path)
    {
        root.put(path, unknown.into());
    }
    let path = "call.recording_url";
    draft.set("recordingUrl", root.text(path), path);
    draft.set_reason(root.text("call.end_call_reason"));
    draft.set_extra("callFailureReason", root.text("error_message"));
    match root.take("lead.prompt_variables") {
        Some(Json::Object(variables)) => draft.variables = variables,
        Some(other) => root.put("lead.prompt_variables", other),
        None => {}
    }
}

fn analysis(root: &mut Object<'_>) -> Option<Analysis> {
    let mut raw = Map::new();
    for name in ["analysis", "collected_variables"] {
        if let Some(value) = root.take(name) {
            raw.insert(name.to_owned(), value);
        }
    }
    let mut analysis = Analysis::default();
    analysis.find_all(raw.get("analysis"));
    let collected = raw.get("collected_variables").and_then(Json::as_object);
    for (name, found) in collected.into_iter().flatten() {
        let value = found.get("value").unwrap_or(found).clone();
        analysis.found.push(Found::plain(name, value));
    }
    analysis.raw = raw;
    (!analysis.is_empty()).then_some(analysis)
}

fn sample(call: &Call) -> Sample {
    let (direction, lead) = match call.kind.as_deref() {
        Some("telephony_inbound") => (Some("inbound"), &call.from),
        Some("telephony_outbound") => (Some("outbound"), &call.to),
        other => (other, &None),
    };
    let body = json!({
        "status": call.status,
        "lead": {"phone_number": lead, "prompt_variables": call.variables},
        "call": {
            "call_id": call.call_id,
            "status": call.status,
            "type_of_call": direction,
            "from_number": call.from.as_ref().filter(|from| Some(*from) != lead.as_ref()),
            "to_number": call.to.as_ref().filter(|to| Some(*to) != lead.as_ref()),
            "timezone": call.timezone,
            "duration": samples::duration(call),
            "start_time": samples::instant(call.started_at),
            "transcript": dialogue::text(&call.transcript, "bot", "human"),
            "recording_url": call.recording_url,
        },
    });
    Sample::json(&body).telling(call, &["language"])
}
