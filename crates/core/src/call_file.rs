//! A call file to a [`Call`]: every rule checked, every problem told at once.
//!
//! Names are in camelCase. Only `transcript` is required; `null` is the same as absent; fields that are not
//! defined are ignored. Texts must not be blank (what is said may be). The rules of the times are in `times.rs`.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::call::{Call, Role, Turn};
use crate::problem::Problems;
use crate::times::{self, RawTurn};
use crate::{Problem, document, time_zone};

/// Bytes of one call file.
pub const MAX_CALL_BYTES: usize = 32 * 1024 * 1024;
/// Turns of one call.
pub const MAX_TURNS: usize = 20_000;
/// Bytes (UTF-8) of what is said in all turns of a call.
pub const MAX_TRANSCRIPT_BYTES: usize = 10 * 1024 * 1024;
/// Bytes (UTF-8) of what is said in one turn.
pub const MAX_TURN_BYTES: usize = 1024 * 1024;
/// Characters of a call's or an agent's id.
pub const MAX_ID_CHARS: usize = 256;
/// Characters of a role.
pub const MAX_ROLE_CHARS: usize = 64;
/// Characters of any other text field.
pub const MAX_TEXT_CHARS: usize = 4_096;
/// Bytes of `variables` as compact JSON.
pub const MAX_VARIABLES_BYTES: usize = 1024 * 1024;

/// Reads one call from a JSON text.
///
/// # Errors
/// Every broken rule, up to [`crate::MAX_PROBLEMS`]. A key that stands twice in an object is one.
pub fn parse_call_str(text: &str) -> Result<Call, Vec<Problem>> {
    parse_call(&document::from_json(text, MAX_CALL_BYTES)?)
}

/// Reads one call.
///
/// # Errors
/// Every broken rule, up to [`crate::MAX_PROBLEMS`].
pub fn parse_call(json: &Json) -> Result<Call, Vec<Problem>> {
    let mut problems = Problems::default();
    let Json::Object(fields) = json else {
        problems.field("document", Some(json), "must be one call, an object");
        return problems.or(Call::from_turns(Vec::new()));
    };
    let mut reader = Reader {
        fields,
        problems: &mut problems,
    };
    let call_id = reader.text("callId", MAX_ID_CHARS);
    let agent_id = reader.text("agentId", MAX_ID_CHARS);
    let kind = reader.text("type", MAX_TEXT_CHARS);
    let status = reader.text("status", MAX_TEXT_CHARS);
    let mut started_at = reader.instant("startedAt");
    let ended_at = reader.instant("endedAt");
    let timezone = reader.zone("timezone");
    let from = reader.text("from", MAX_TEXT_CHARS);
    let to = reader.text("to", MAX_TEXT_CHARS);
    let language = reader.text("language", MAX_TEXT_CHARS);
    let recording_url = reader.text("recordingUrl", MAX_TEXT_CHARS);
    let variables = reader.variables();
    let raw = reader.turns();
    // Broken dates would only lead to more problems with the times of turns, none of them the sender's.
    let dates_broken =
        |name: &str, read: Option<Timestamp>| given(fields, name).is_some() && read.is_none();
    let mut transcript = Vec::new();
    if !dates_broken("startedAt", started_at) {
        transcript = times::resolve(raw, &mut started_at, &mut problems);
        if let (Some(start), Some(end)) = (started_at, ended_at)
            && end < start
        {
            let rule = format!("must not be before the start of the call, {start}");
            problems.field("endedAt", fields.get("endedAt"), rule);
        }
    }
    let mut call = Call {
        call_id: String::new(),
        agent_id,
        kind,
        status,
        started_at,
        ended_at,
        timezone,
        from,
        to,
        language,
        recording_url,
        variables,
        transcript,
    };
    call.call_id = match call_id {
        Some(id) => id,
        None if problems.count() == 0 => call.content_id(),
        None => String::new(),
    };
    problems.or(call)
}

struct Reader<'a> {
    fields: &'a Map<String, Json>,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        read_text(name, given(self.fields, name)?, max_chars, self.problems)
    }

    fn instant(&mut self, name: &str) -> Option<Timestamp> {
        read_instant(name, given(self.fields, name)?, self.problems)
    }

    fn zone(&mut self, name: &str) -> Option<String> {
        let value = given(self.fields, name)?;
        let zone = read_text(name, value, MAX_TEXT_CHARS, self.problems)?;
        if time_zone(&zone).is_none() {
            let rule = "must be an IANA time zone such as Europe/Berlin, or an offset from UTC such as +02:00";
            self.problems.field(name, Some(value), rule);
            return None;
        }
        Some(zone)
    }

    fn variables(&mut self) -> Map<String, Json> {
        let value = given(self.fields, "variables");
        let Some(Json::Object(variables)) = value else {
            if value.is_some() {
                self.problems.field("variables", value, "must be an object");
            }
            return Map::new();
        };
        let bytes = serde_json::to_vec(variables).map_or(0, |text| text.len());
        if bytes > MAX_VARIABLES_BYTES {
            let rule = format!("must be at most {MAX_VARIABLES_BYTES} bytes long");
            self.problems
                .add(Problem::told("variables", format!("{bytes} bytes"), rule));
        }
        variables.clone()
    }

    fn turns(&mut self) -> Vec<RawTurn> {
        let value = given(self.fields, "transcript");
        let Some(Json::Array(list)) = value else {
            let rule = if value.is_some() {
                "must be a list of turns"
            } else {
                "is required"
            };
            self.problems.field("transcript", value, rule);
            return Vec::new();
        };
        if list.len() > MAX_TURNS {
            let rule = format!("must have at most {MAX_TURNS} turns");
            self.problems.add(Problem::told(
                "transcript",
                format!("{} turns", list.len()),
                rule,
            ));
            return Vec::new();
        }
        let mut turns = Vec::with_capacity(list.len());
        for (n, item) in list.iter().enumerate() {
            turns.extend(read_turn(n, item, self.problems));
        }
        let bytes = turns.iter().map(|raw| raw.turn.content.len()).sum();
        check_size(bytes, self.problems);
        turns
    }
}

/// Checks the size of a whole transcript, in bytes of what is said.
pub(crate) fn check_size(bytes: usize, problems: &mut Problems) {
    if bytes > MAX_TRANSCRIPT_BYTES {
        let rule = format!("must be at most {MAX_TRANSCRIPT_BYTES} bytes of text");
        problems.add(Problem::told("transcript", format!("{bytes} bytes"), rule));
    }
}

/// Checks the size of one turn, counted from 0.
pub(crate) fn check_turn_size(turn: usize, bytes: usize, problems: &mut Problems) {
    if bytes > MAX_TURN_BYTES {
        let rule = format!("must be at most {MAX_TURN_BYTES} bytes long");
        problems.add(Problem::told(
            format!("transcript[{turn}].content"),
            format!("{bytes} bytes"),
            rule,
        ));
    }
}

fn read_turn(n: usize, item: &Json, problems: &mut Problems) -> Option<RawTurn> {
    let path = format!("transcript[{n}]");
    let Json::Object(fields) = item else {
        problems.field(&path, Some(item), "must be an object");
        return None;
    };
    let name = format!("{path}.role");
    let role = match given(fields, "role") {
        Some(value) => read_text(&name, value, MAX_ROLE_CHARS, problems),
        None => {
            problems.field(&name, None, "is required");
            None
        }
    };
    let content = match given(fields, "content") {
        Some(Json::String(text)) => {
            check_turn_size(n, text.len(), problems);
            Some(text.clone())
        }
        Some(other) => {
            problems.field(&format!("{path}.content"), Some(other), "must be a text");
            None
        }
        None => {
            problems.field(&format!("{path}.content"), None, "is required");
            None
        }
    };
    let start = given(fields, "start")
        .and_then(|v| times::read_seconds(&format!("{path}.start"), v, problems));
    let end =
        given(fields, "end").and_then(|v| times::read_seconds(&format!("{path}.end"), v, problems));
    let said_at = given(fields, "timestamp")
        .and_then(|v| read_instant(&format!("{path}.timestamp"), v, problems));
    Some(RawTurn {
        number: n,
        turn: Turn {
            role: Role::from_name(&role?),
            content: content?,
            start,
            end,
        },
        said_at,
    })
}

fn read_text(
    field: &str,
    value: &Json,
    max_chars: usize,
    problems: &mut Problems,
) -> Option<String> {
    let Json::String(text) = value else {
        problems.field(field, Some(value), "must be a text");
        return None;
    };
    if text.trim().is_empty() {
        problems.field(field, Some(value), "must not be blank");
        return None;
    }
    if text.chars().any(char::is_control) {
        problems.field(field, Some(value), "must not have control characters");
        return None;
    }
    let length = text.chars().count();
    if length > max_chars {
        let rule = format!("must be at most {max_chars} characters long");
        problems.add(Problem::told(field, format!("{length} characters"), rule));
        return None;
    }
    Some(text.clone())
}

fn read_instant(field: &str, value: &Json, problems: &mut Problems) -> Option<Timestamp> {
    let instant = value.as_str().and_then(|text| text.trim().parse().ok());
    if instant.is_none() {
        let rule = "must be an RFC 3339 date and time with an offset, such as 2026-03-01T09:00:00Z";
        problems.field(field, Some(value), rule);
    }
    instant
}

/// A field's value, where `null` is the same as absent.
fn given<'a>(fields: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    fields.get(name).filter(|value| !value.is_null())
}
