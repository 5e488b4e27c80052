//! Fish Audio: `call.analyzed` brings the call and what Fish found out; `call.ended` its end; `phone_call.dial_finished` a call that
//! nobody took.
//!
//! - Where `call.analyzed` has no `items`, as before they were added, the session is fetched with the operator's key.
//! - An analysis that was made again stands above the one before it, by `finished_at`.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{FISH_SIGNATURE, Source, answers, ignored, kind, missing, path_id, status};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::{Access, Fetch, Fetched, Notice, Outcome};
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, json, tools};

const NAME: &str = "fish";
const ANALYZED: &str = "call.analyzed";
const ENDED: &str = "call.ended";
const DIALLED: &str = "phone_call.dial_finished";
const BASE: &str = "https://api.fish.audio";
const ACCESS: Access = Access::Bearer;

static TURNS: Names = Names {
    list: "items",
    role: "role",
    content: "content",
    start: "created_at",
    end: "created_at",
};

pub(super) struct Fish;

impl Source for Fish {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &FISH_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn rank(&self, event: &str) -> u8 {
        match event {
            ANALYZED => 3,
            ENDED => 2,
            _ => 1,
        }
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let payload = json::parse(incoming.body)?;
        let reading = Reading::default();
        let root = Object::root(&reading, payload)?;
        let event = root
            .see_text("event")
            .ok_or_else(|| missing("event"))?
            .to_owned();
        let answered = root.see_text("dial_status") == Some("answered");
        if ![ANALYZED, ENDED, DIALLED].contains(&event.as_str()) || (event == DIALLED && answered) {
            return ignored(event);
        }
        if event == ANALYZED && root.see("items").is_none() {
            let id = path_id(&root, "session.id")?;
            return Ok(Outcome::Fetch(Box::new(Notice {
                source: NAME.to_owned(),
                event,
                fetches: vec![Fetch {
                    name: "session".to_owned(),
                    base: BASE.to_owned(),
                    path: format!("/v1/agent/sessions/{id}"),
                    access: ACCESS,
                }],
                call_id: id,
                payload: Json::Object(root.fields),
                query: incoming.query().to_owned(),
            })));
        }
        let fields = root.fields;
        read_session(event, fields, incoming.query())
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
        let session = answers(fetched, "session")?.into_iter().next();
        for (name, value) in session.unwrap_or_default() {
            match name.as_str() {
                "items" => {
                    whole.insert(name, value);
                }
                // The notice has it.
                "analysis" if whole.get("analysis") == Some(&value) => {}
                _ => {
                    // The notice may have a field of that name, of any kind.
                    match whole.get_mut("fetched") {
                        Some(Json::Object(fetched)) => {
                            fetched.insert(name, value);
                        }
                        Some(_) => {
                            whole.insert(format!("fetched.{name}"), value);
                        }
                        None => {
                            whole.insert("fetched".to_owned(), json!({ name: value }));
                        }
                    }
                }
            }
        }
        read_session(notice.event.clone(), whole, &notice.query)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["end"]
    }
}

fn read_session(
    event: String,
    fields: Map<String, Json>,
    query: &str,
) -> Result<Outcome, Vec<Problem>> {
    let reading = Reading::default();
    let mut root = Object::root(&reading, Json::Object(fields))?;
    root.take("event");
    let call_id = root.text("session.id");
    if call_id.is_none() {
        return Err(missing("session.id"));
    }
    let mut draft = Draft::default();
    draft.partial = event == ENDED;
    draft.set("callId", call_id, "session.id");
    read_facts(&mut root, &mut draft);
    root.each("items", |item, index| add_turn(&mut draft, item, index));
    if let Some(raw) = root.object("analysis") {
        let made = raw
            .get("finished_at")
            .and_then(|at| crate::times::instant(at).ok());
        draft.at = made.flatten();
        draft.analysis = Some(analysis(raw));
    }
    let left = root.fields;
    draft.finish(NAME, event, &Hints::of(query), reading, left)
}

fn read_facts(root: &mut Object<'_>, draft: &mut Draft) {
    let dialled = root.text("dial_status");
    let state = root.text("session.status");
    let state = dialled.or(state).map(|word| status(&word));
    draft.set("status", state, "session.status");
    let (direction, source) = ("session.direction", "session.source");
    let told = root.see_text(direction).and_then(kind);
    let told = told.or(root.see_text(source).and_then(kind));
    if told.is_some() {
        root.take(direction);
        root.take(source);
    }
    draft.set("type", told, direction);
    for (name, path) in [
        ("startedAt", "session.conversation_started_at"),
        ("endedAt", "session.conversation_ended_at"),
    ] {
        draft.set_instant(name, root.instant(path), path);
    }
    draft.duration = root.seconds("session.duration_seconds");
    for (name, path) in [
        ("from", "session.caller_number"),
        ("to", "session.dialed_number"),
    ] {
        let fetched = format!("fetched.{}", path.trim_start_matches("session."));
        let number = root.text(path);
        let also = root.text(&fetched);
        draft.set(name, number.or(also), path);
    }
    draft.set_reason(root.text("ended_reason"));
    if let Some(variables) = root.object("session.metadata") {
        draft.variables = variables;
    }
}

fn add_turn(draft: &mut Draft, item: &mut Object<'_>, index: usize) {
    let at = item.instant("created_at");
    let kind = item.text("type").unwrap_or_default();
    let (role, content) = match kind.as_str() {
        "tool_call" => {
            let input = item.take("input");
            tools::call(item.text("tool_name"), input)
        }
        "tool_result" => {
            let (output, error) = (item.take("output"), item.take("error"));
            tools::result(item.text("tool_name"), output.or(error))
        }
        _ => {
            let role = item.text("role").unwrap_or(kind);
            (
                Role::from_name(&role),
                item.said("content").unwrap_or_default(),
            )
        }
    };
    let mut turn = DraftTurn::new(&TURNS, index, role, content);
    turn.at = at;
    draft.turns.push(turn);
}

fn analysis(raw: Map<String, Json>) -> Analysis {
    let mut analysis = Analysis {
        summary: raw.get("summary").cloned(),
        ..Analysis::default()
    };
    for (list, value) in [("data", "value"), ("criteria_results", "result")] {
        let found = raw.get(list).and_then(Json::as_array);
        for item in found.into_iter().flatten() {
            let Some(name) = item.get("name").and_then(Json::as_str) else {
                continue;
            };
            analysis.found.push(Found {
                name: name.to_owned(),
                value: item.get(value).cloned().unwrap_or_default(),
                confidence: None,
                reasoning: item.get("rationale").cloned(),
            });
        }
    }
    analysis.raw = raw;
    analysis
}

fn sample(call: &Call) -> Sample {
    let items: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let role = match &turn.role {
                Role::Agent => "assistant",
                role => role.name(),
            };
            json!({"type": "message", "role": role, "content": turn.content, "created_at": samples::said_at(call, turn)})
        })
        .collect();
    let direction = match call.kind.as_deref() {
        Some("telephony_inbound") => Some("inbound"),
        Some("telephony_outbound") => Some("outbound"),
        Some("webcall") => Some("web"),
        other => other,
    };
    let body = json!({"event": ANALYZED, "session": {
        "id": call.call_id,
        "status": call.status,
        "direction": direction,
        "caller_number": call.from,
        "dialed_number": call.to,
        "conversation_started_at": samples::instant(call.started_at),
        "conversation_ended_at": samples::instant(call.ended_at),
        "metadata": call.variables,
    }, "items": items});
    Sample::json(&body).telling(call, &["timezone", "language", "recordingUrl"])
}
