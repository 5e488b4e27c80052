//! ElevenLabs: `post_call_transcription`, and `call_initiation_failure` for a call that never began.
//!
//! - An item can hold what is said, tools that are called and their results: each is a turn of its own, at the item's time.
//! - A call without `phone_call` came over the web.
//! - The cost is in credits, and so not taken for the call's cost.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{ELEVENLABS_SIGNATURE, Source, ignored, kind, missing, status};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, json, tools};

const NAME: &str = "elevenlabs";
const TRANSCRIPTION: &str = "post_call_transcription";
const FAILURE: &str = "call_initiation_failure";

static TURNS: Names = Names {
    list: "data.transcript",
    role: "role",
    content: "message",
    start: "time_in_call_secs",
    end: "time_in_call_secs",
};

pub(super) struct ElevenLabs;

impl Source for ElevenLabs {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &ELEVENLABS_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn rank(&self, event: &str) -> u8 {
        if event == TRANSCRIPTION { 2 } else { 1 }
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        let event = root.text("type").ok_or_else(|| missing("type"))?;
        if event != TRANSCRIPTION && event != FAILURE {
            return ignored(event);
        }
        let mut draft = Draft::default();
        let call_id = root.text("data.conversation_id");
        if call_id.is_none() {
            return Err(missing("data.conversation_id"));
        }
        draft.set("callId", call_id, "data.conversation_id");
        if event == FAILURE {
            let reason = root.text("data.failure_reason");
            let state = match reason.as_deref().map(status).as_deref() {
                Some("busy") => "busy",
                Some("no_answer") => "no_answer",
                _ => "failed",
            };
            draft.set("status", Some(state), "data.failure_reason");
            draft.set_reason(reason);
        } else {
            read_facts(&mut root, &mut draft);
            root.each("data.transcript", |item, index| {
                add_turns(&mut draft, item, index);
            });
            draft.analysis = root.object("data.analysis").map(analysis);
        }
        // When it was sent.
        root.take("event_timestamp");
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

fn read_facts(root: &mut Object<'_>, draft: &mut Draft) {
    let state = root.text("data.status");
    draft.set("status", state.map(|word| status(&word)), "data.status");
    let path = "data.metadata.start_time_unix_secs";
    draft.set_instant("startedAt", root.instant(path), path);
    draft.duration = root.seconds("data.metadata.call_duration_secs");
    draft.set_reason(root.text("data.metadata.termination_reason"));
    let path = "data.metadata.timezone";
    if let Some(zone) = root.text(path)
        && let Some(unknown) = draft.set_zone(Some(zone), path)
    {
        root.put(path, unknown.into());
    }
    let path = "data.metadata.main_language";
    draft.set("language", root.text(path), path);
    let phone = "data.metadata.phone_call";
    if root.see(phone).is_some() {
        let path = format!("{phone}.direction");
        let direction = root.text(&path);
        let told = direction.as_deref().and_then(kind);
        draft.set("type", told, &path);
        let (agent, user) = (
            format!("{phone}.agent_number"),
            format!("{phone}.external_number"),
        );
        let (from, to) = if told == Some("telephony_outbound") {
            (agent, user)
        } else {
            (user, agent)
        };
        draft.set("from", root.text(&from), &from);
        draft.set("to", root.text(&to), &to);
    } else {
        draft.set("type", Some("webcall"), phone);
    }
    let path = "data.conversation_initiation_client_data.dynamic_variables";
    if let Some(variables) = root.object(path) {
        draft.variables = variables;
    }
}

fn add_turns(draft: &mut Draft, item: &mut Object<'_>, index: usize) {
    let role = item.text("role").unwrap_or_default();
    let start = item.seconds("time_in_call_secs");
    let said = item.said("message");
    let mut tools = Vec::new();
    item.each("tool_calls", |call, _| {
        let arguments = call.take("params_as_json");
        tools.push(tools::call(call.text("tool_name"), arguments));
    });
    item.each("tool_results", |result, _| {
        let value = result.take("result_value");
        tools.push(tools::result(result.text("tool_name"), value));
    });
    let interrupted = item.flag("interrupted").unwrap_or_default();
    let timed = |(role, content): (Role, String)| {
        let mut turn = DraftTurn::new(&TURNS, index, role, content);
        turn.start = start;
        turn
    };
    // An item of tools alone has no words.
    if said.is_some() || tools.is_empty() {
        let mut turn = timed((Role::from_name(&role), said.unwrap_or_default()));
        turn.interrupted = interrupted;
        draft.turns.push(turn);
    }
    draft.turns.extend(tools.into_iter().map(timed));
}

fn analysis(raw: Map<String, Json>) -> Analysis {
    let mut analysis = Analysis {
        summary: raw.get("transcript_summary").cloned(),
        success: raw.get("call_successful").cloned(),
        ..Analysis::default()
    };
    for (list, value) in [
        ("evaluation_criteria_results", "result"),
        ("data_collection_results", "value"),
    ] {
        let results = raw.get(list).and_then(Json::as_object);
        for (id, result) in results.into_iter().flatten() {
            analysis.found.push(Found {
                name: id.clone(),
                value: result.get(value).cloned().unwrap_or_default(),
                confidence: None,
                reasoning: result.get("rationale").cloned(),
            });
        }
    }
    analysis.raw = raw;
    analysis
}

fn sample(call: &Call) -> Sample {
    let turns: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            json!({"role": turn.role.name(), "message": turn.content, "time_in_call_secs": turn.start})
        })
        .collect();
    let phone = match call.kind.as_deref() {
        Some("telephony_inbound") => {
            json!({"direction": "inbound", "external_number": call.from, "agent_number": call.to})
        }
        Some("telephony_outbound") => {
            json!({"direction": "outbound", "external_number": call.to, "agent_number": call.from})
        }
        _ => Json::Null,
    };
    let duration = samples::duration(call);
    let state = match call.status.as_deref() {
        None | Some("completed") => "done",
        Some(other) => other,
    };
    let body = json!({"type": TRANSCRIPTION, "data": {
        "conversation_id": call.call_id,
        "status": state,
        "transcript": turns,
        "metadata": {
            "start_time_unix_secs": samples::seconds(call.started_at),
            "call_duration_secs": duration,
            "timezone": call.timezone,
            "main_language": call.language,
            "phone_call": phone,
        },
        "conversation_initiation_client_data": {"dynamic_variables": call.variables},
    }});
    Sample::json(&body).telling(call, &["recordingUrl"])
}
