//! Pipecat: the log that a program makes of finished turns: a list of messages, or an object with `messages` (or `transcript`) and the
//! call's id.
//!
//! - A message of `system` is the prompt and no part of the call; one without words (speech-to-speech hands none over) is no turn. Both
//!   stay in the variables.
//! - Tools are read in the shape of OpenAI's chats, which Pipecat's context has.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::livekit::content;
use super::{STANDARD_SIGNATURE, Source};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::Hints;
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, json, tools};

const NAME: &str = "pipecat";
const LOG: &str = "conversation log";

static TURNS: Names = Names {
    list: "messages",
    role: "role",
    content: "content",
    start: "timestamp",
    end: "timestamp",
};

pub(super) struct Pipecat;

impl Source for Pipecat {
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
        let mut payload = json::parse(incoming.body)?;
        if payload.is_array() {
            let mut whole = Map::new();
            whole.insert("messages".to_owned(), payload);
            payload = Json::Object(whole);
        }
        let mut root = Object::root(&reading, payload)?;
        if root.see("messages").is_none()
            && let Some(list) = root.take("transcript")
        {
            root.put("messages", list);
        }
        if root.see("messages").is_none() {
            return Err(super::missing("messages"));
        }
        let mut draft = Draft::default();
        let id = ["call_id", "session_id", "id"]
            .into_iter()
            .find(|path| root.see(path).is_some());
        if let Some(path) = id {
            draft.set("callId", root.text(path), path);
        }
        for (name, path) in [("startedAt", "started_at"), ("endedAt", "ended_at")] {
            draft.set_instant(name, root.instant(path), path);
        }
        root.each("messages", |item, index| add_turn(&mut draft, item, index));
        let left = root.fields;
        let event = LOG.to_owned();
        draft.finish(NAME, event, &Hints::of(incoming.query()), reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["end", "variables"]
    }
}

fn add_turn(draft: &mut Draft, item: &mut Object<'_>, index: usize) {
    let role = item.see_text("role").unwrap_or_default().to_owned();
    if ["system", "developer"].contains(&role.as_str()) {
        return;
    }
    let words = item.see("content").is_some();
    let tools_called = item.see("tool_calls").is_some();
    if !words && !tools_called {
        return;
    }
    item.take("role");
    let at = item.instant("timestamp");
    let interrupted = item.flag("interrupted").unwrap_or_default();
    let timed = |(role, content): (Role, String)| {
        let mut turn = DraftTurn::new(&TURNS, index, role, content);
        turn.at = at;
        turn
    };
    if role == "tool" {
        let result = item.take("content");
        draft
            .turns
            .push(timed(tools::result(item.text("name"), result)));
        return;
    }
    if words {
        let said = content(item);
        let mut turn = timed((Role::from_name(&role), said));
        turn.interrupted = interrupted;
        draft.turns.push(turn);
    }
    item.each("tool_calls", |call, _| {
        let arguments = call.take("function.arguments");
        let name = call.text("function.name");
        draft.turns.push(timed(tools::call(name, arguments)));
    });
}

fn sample(call: &Call) -> Sample {
    let messages: Vec<Json> = call
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
    let body = json!({
        "call_id": call.call_id,
        "started_at": samples::instant(call.started_at),
        "ended_at": samples::instant(call.ended_at),
        "messages": messages,
    });
    let told = [
        "type",
        "status",
        "timezone",
        "from",
        "to",
        "language",
        "recordingUrl",
    ];
    Sample::json(&body).telling(call, &told)
}
