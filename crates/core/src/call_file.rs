//! A call file to a [`Call`]: every rule checked, every problem told at once.
//!
//! Names are in camelCase. Only `transcript` is required; `null` is the same as absent; fields that are not
//! defined are ignored. Texts must not be blank (what is said may be). The rules of the times are in `times.rs`.

use std::fmt::Display;

use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::{Map, Value as Json};

use crate::call::{Call, Role, Turn};
use crate::node::Read;
use crate::problem::Problems;
use crate::sent_call::{SentCall, SentTranscript, SentTurn};
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

/// Fields of a call file.
const DEFINED: [&str; 13] = [
    "callId",
    "agentId",
    "type",
    "status",
    "startedAt",
    "endedAt",
    "timezone",
    "from",
    "to",
    "language",
    "recordingUrl",
    "variables",
    "transcript",
];

/// A call file that is JSON.
#[derive(Debug)]
pub struct CallFile {
    /// The call, its id empty where the file has none; or every broken rule, up to [`crate::MAX_PROBLEMS`].
    pub call: Result<Call, Vec<Problem>>,
    /// Whether there is an `agentId`, right or wrong: who must have one tells of it beside the other broken rules.
    pub names_agent: bool,
    /// Fields that a call file does not define, in their order.
    pub beside: Map<String, Json>,
}

impl CallFile {
    /// Reads one call from a JSON text. A key that stands twice in an object is a broken rule.
    ///
    /// # Errors
    /// The text is empty, longer than [`MAX_CALL_BYTES`] or no JSON.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        let read: Read<SentCall> = document::read_json(text, MAX_CALL_BYTES)?;
        let mut problems = Problems::default();
        read.tell(&mut problems);
        Ok(Self::of(read.value, problems))
    }

    /// Reads one call that was made out of another format, by the same rules.
    #[must_use]
    pub fn of_sent(sent: SentCall) -> Self {
        Self::of(sent, Problems::default())
    }

    fn of(sent: SentCall, mut problems: Problems) -> Self {
        match sent {
            SentCall::Object { fields, transcript } => {
                let call = read_call(&fields, transcript, &mut problems);
                let is_beside = |name: &str| !DEFINED.contains(&name);
                Self {
                    call: problems.or(call),
                    names_agent: field(&fields, "agentId").is_some(),
                    beside: fields
                        .into_iter()
                        .filter(|(name, _)| is_beside(name))
                        .collect(),
                }
            }
            SentCall::Other(value) => {
                problems.field("document", Some(&value), "must be one call, an object");
                Self {
                    call: problems.or(Call::from_turns(Vec::new())),
                    names_agent: false,
                    beside: Map::new(),
                }
            }
        }
    }
}

/// Reads one call from a JSON text.
///
/// # Errors
/// Every broken rule, up to [`crate::MAX_PROBLEMS`]. A key that stands twice in an object is one.
pub fn parse_call_str(text: &str) -> Result<Call, Vec<Problem>> {
    CallFile::read(text)?.call.map(with_id)
}

/// Reads one call.
///
/// # Errors
/// Every broken rule, up to [`crate::MAX_PROBLEMS`].
pub fn parse_call(json: &Json) -> Result<Call, Vec<Problem>> {
    match Read::<SentCall>::deserialize(json) {
        Ok(read) => CallFile::of(read.value, Problems::default())
            .call
            .map(with_id),
        // A value that is there can always be read.
        Err(e) => Err(vec![Problem::new("document", Some(json), e.to_string())]),
    }
}

fn read_call(
    fields: &Map<String, Json>,
    transcript: Option<SentTranscript>,
    problems: &mut Problems,
) -> Call {
    let mut reader = Reader { fields, problems };
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
    let raw = read_turns(transcript, problems);
    // Broken dates would only lead to more problems with the times of turns, none of them the sender's.
    let dates_broken =
        |name: &str, read: Option<Timestamp>| field(fields, name).is_some() && read.is_none();
    let mut transcript = Vec::new();
    if !dates_broken("startedAt", started_at) {
        transcript = times::resolve(raw, &mut started_at, problems);
        if let (Some(start), Some(end)) = (started_at, ended_at)
            && end < start
        {
            let rule = format!("must not be before the start of the call, {start}");
            problems.field("endedAt", fields.get("endedAt"), rule);
        }
    }
    Call {
        call_id: call_id.unwrap_or_default(),
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
    }
}

fn with_id(mut call: Call) -> Call {
    if call.call_id.is_empty() {
        call.call_id = call.content_id();
    }
    call
}

struct Reader<'a> {
    fields: &'a Map<String, Json>,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        read_text(name, field(self.fields, name)?, max_chars, self.problems)
    }

    fn instant(&mut self, name: &str) -> Option<Timestamp> {
        read_instant(name, field(self.fields, name)?, self.problems)
    }

    fn zone(&mut self, name: &str) -> Option<String> {
        let value = field(self.fields, name)?;
        let zone = read_text(name, value, MAX_TEXT_CHARS, self.problems)?;
        if time_zone(&zone).is_none() {
            let rule = "must be an IANA time zone such as Europe/Berlin, or an offset from UTC such as +02:00";
            self.problems.field(name, Some(value), rule);
            return None;
        }
        Some(zone)
    }

    fn variables(&mut self) -> Map<String, Json> {
        let value = field(self.fields, "variables");
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
}

fn read_turns(transcript: Option<SentTranscript>, problems: &mut Problems) -> Vec<RawTurn> {
    let list = match transcript {
        Some(SentTranscript::List(list)) => list,
        None | Some(SentTranscript::Other(Json::Null)) => {
            problems.field("transcript", None, "is required");
            return Vec::new();
        }
        Some(SentTranscript::Other(value)) => {
            problems.field("transcript", Some(&value), "must be a list of turns");
            return Vec::new();
        }
    };
    if list.len() > MAX_TURNS {
        let rule = format!("must have at most {MAX_TURNS} turns");
        let found = format!("{} turns", list.len());
        problems.add(Problem::told("transcript", found, rule));
        return Vec::new();
    }
    let mut turns = Vec::with_capacity(list.len());
    for (n, item) in list.into_iter().enumerate() {
        turns.extend(read_turn(n, item, problems));
    }
    let bytes = turns.iter().map(|raw| raw.turn.content.len()).sum();
    check_size(bytes, problems);
    turns
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

fn read_turn(n: usize, item: SentTurn, problems: &mut Problems) -> Option<RawTurn> {
    let fields = match item {
        SentTurn::Object(fields) => fields,
        SentTurn::Other(value) => {
            problems.field(
                &format!("transcript[{n}]"),
                Some(&value),
                "must be an object",
            );
            return None;
        }
    };
    let role = match given(fields.role) {
        Some(value) => read_text(
            format_args!("transcript[{n}].role"),
            &value,
            MAX_ROLE_CHARS,
            problems,
        ),
        None => {
            problems.field(&format!("transcript[{n}].role"), None, "is required");
            None
        }
    };
    let content = match given(fields.content) {
        Some(Json::String(text)) => {
            check_turn_size(n, text.len(), problems);
            Some(text)
        }
        Some(other) => {
            problems.field(
                &format!("transcript[{n}].content"),
                Some(&other),
                "must be a text",
            );
            None
        }
        None => {
            problems.field(&format!("transcript[{n}].content"), None, "is required");
            None
        }
    };
    let start = given(fields.start)
        .and_then(|v| times::read_seconds(format_args!("transcript[{n}].start"), &v, problems));
    let end = given(fields.end)
        .and_then(|v| times::read_seconds(format_args!("transcript[{n}].end"), &v, problems));
    let said_at = given(fields.timestamp)
        .and_then(|v| read_instant(format_args!("transcript[{n}].timestamp"), &v, problems));
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

/// The field's path is only written out where a rule is broken: a call has thousands of fields that break none.
fn read_text(
    field: impl Display,
    value: &Json,
    max_chars: usize,
    problems: &mut Problems,
) -> Option<String> {
    let Json::String(text) = value else {
        problems.field(&field.to_string(), Some(value), "must be a text");
        return None;
    };
    if text.trim().is_empty() {
        problems.field(&field.to_string(), Some(value), "must not be blank");
        return None;
    }
    if text.chars().any(char::is_control) {
        problems.field(
            &field.to_string(),
            Some(value),
            "must not have control characters",
        );
        return None;
    }
    let length = text.chars().count();
    if length > max_chars {
        let rule = format!("must be at most {max_chars} characters long");
        problems.add(Problem::told(
            field.to_string(),
            format!("{length} characters"),
            rule,
        ));
        return None;
    }
    Some(text.clone())
}

fn read_instant(field: impl Display, value: &Json, problems: &mut Problems) -> Option<Timestamp> {
    let instant = value.as_str().and_then(|text| text.trim().parse().ok());
    if instant.is_none() {
        let rule = "must be an RFC 3339 date and time with an offset, such as 2026-03-01T09:00:00Z";
        problems.field(&field.to_string(), Some(value), rule);
    }
    instant
}

/// A value, where `null` is the same as absent.
fn given(value: Option<Json>) -> Option<Json> {
    value.filter(|value| !value.is_null())
}

/// A field's value, where `null` is the same as absent.
fn field<'a>(fields: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    fields.get(name).filter(|value| !value.is_null())
}
