//! The text of one call that comes in, to what the store takes.

use aftercall_core::{CallFile, Problem as Broken};
use aftercall_store::Store;
use aftercall_store::calls::NewCall;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::refusal::Refusal;
use crate::settings::Limits;

/// Bytes of all fields together that the format does not define, as compact JSON.
const MAX_EXTRA_BYTES: usize = 1024 * 1024;

/// One call. Only `agentId` and `transcript` are required; `null` is the same as absent. Fields that are not listed here are
/// kept and given back under `extra`.
#[derive(ToSchema)]
#[schema(as = NewCall, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "describes a body that is read by the rules of call files"
)]
pub(crate) struct NewCallBody {
    /// The sender's own id, unique on the server: the same call sent again changes nothing. One is made where there is none.
    #[schema(min_length = 1, max_length = 256)]
    call_id: Option<String>,
    /// The agent whose call it was.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    agent_id: String,
    /// The version whose metrics are asked; without, the agent's active one.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    version_id: Option<String>,
    /// `telephony_inbound`, `telephony_outbound`, `webcall` …
    #[schema(rename = "type", min_length = 1, max_length = 4096)]
    kind: Option<String>,
    /// `completed`, `no_answer` …; one that comes without is kept as `completed`. A call that is `pending`, `in_progress`, `in_queue`,
    /// `processing` or `active` is stored and waits for a later body that completes it.
    #[schema(min_length = 1, max_length = 4096)]
    status: Option<String>,
    /// When the call began. Relative dates in the call are resolved from it.
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// When the call ended.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// IANA name of the caller's time zone, or an offset such as `+02:00`.
    #[schema(min_length = 1, max_length = 4096)]
    timezone: Option<String>,
    /// The calling number.
    #[schema(min_length = 1, max_length = 4096)]
    from: Option<String>,
    /// The called number.
    #[schema(min_length = 1, max_length = 4096)]
    to: Option<String>,
    /// BCP 47 language tag.
    #[schema(min_length = 1, max_length = 4096)]
    language: Option<String>,
    /// Where the recording lies.
    #[schema(min_length = 1, max_length = 4096)]
    recording_url: Option<String>,
    /// Variables that the platform set.
    #[schema(value_type = Option<Object>)]
    variables: Option<Json>,
    /// Whether the call is a test.
    is_test: Option<bool>,
    /// What was said, in order.
    transcript: Vec<NewTurn>,
}

/// One turn of a call that is sent.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes a body that is read by the rules of call files"
)]
struct NewTurn {
    /// `agent` or `user` (`assistant`, `bot`, `ai`, `customer`, `caller`, `human`, `client` are taken for them), or another.
    #[schema(min_length = 1, max_length = 64)]
    role: String,
    /// What is said.
    #[schema(max_length = 1048576)]
    content: String,
    /// Seconds from the start of the call.
    #[schema(minimum = 0)]
    start: Option<f64>,
    /// Seconds from the start of the call; not before `start`.
    #[schema(minimum = 0)]
    end: Option<f64>,
    /// When the turn began, instead of `start`.
    #[schema(format = DateTime)]
    timestamp: Option<String>,
}

/// Reads one call.
///
/// # Errors
/// 400 where it is no JSON, 422 with every rule that it breaks.
pub(crate) fn read(bytes: &[u8], store: &Store, limits: &Limits) -> Result<NewCall, Problem> {
    let mut new = without_id(bytes, limits, true)?;
    if new.call.call_id.is_empty() {
        new.call.call_id = store.new_call_id();
    }
    Ok(new)
}

/// Reads one call as `POST /v1/calls` does, but that it need not name its agent (which is empty then), and that one without an id
/// gets an id of its content, so that it is the same call when it is read again.
///
/// # Errors
/// Every rule that it breaks.
pub fn read_call(bytes: &[u8], limits: &Limits) -> Result<NewCall, Vec<String>> {
    let mut new = without_id(bytes, limits, false).map_err(Problem::into_lines)?;
    if new.call.call_id.is_empty() {
        new.call.call_id = new.call.content_id();
    }
    Ok(new)
}

fn without_id(bytes: &[u8], limits: &Limits, needs_agent: bool) -> Result<NewCall, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Refusal::malformed("body", format!("must be valid UTF-8: {error}")))?;
    let CallFile {
        call,
        names_agent,
        mut beside,
    } = CallFile::read(text).map_err(unreadable)?;
    let mut broken = Vec::new();
    let call = call.map_err(|problems| broken = problems).ok();
    let revision_id = text_of("versionId", beside.shift_remove("versionId"), &mut broken);
    let is_test = flag_of("isTest", beside.shift_remove("isTest"), &mut broken);
    if needs_agent && !names_agent {
        broken.push(Broken::new("agentId", None, "is required"));
    }
    let turns = call.as_ref().map_or(0, |call| call.transcript.len());
    broken.extend(beyond(limits, turns, &beside));
    match call {
        Some(mut call) if broken.is_empty() => {
            let agent_id = call.agent_id.take().unwrap_or_default();
            Ok(NewCall {
                call,
                agent_id,
                revision_id,
                extra: beside,
                is_test,
            })
        }
        _ => Err(broken.into()),
    }
}

fn text_of(name: &str, value: Option<Json>, broken: &mut Vec<Broken>) -> Option<String> {
    match value {
        None | Some(Json::Null) => None,
        Some(Json::String(text)) => Some(text),
        Some(other) => {
            broken.push(Broken::new(name, Some(&other), "must be a text"));
            None
        }
    }
}

fn flag_of(name: &str, value: Option<Json>, broken: &mut Vec<Broken>) -> bool {
    match value {
        None | Some(Json::Null) => false,
        Some(Json::Bool(flag)) => flag,
        Some(other) => {
            broken.push(Broken::new(name, Some(&other), "must be true or false"));
            false
        }
    }
}

/// The limits that a call of so many turns, with these fields that the format does not define, goes beyond.
pub(crate) fn beyond(limits: &Limits, turns: usize, extra: &Map<String, Json>) -> Vec<Broken> {
    let mut broken = Vec::new();
    if turns > limits.max_turns {
        let rule = format!("must have at most {} turns", limits.max_turns);
        broken.push(Broken::told("transcript", format!("{turns} turns"), rule));
    }
    let bytes = if extra.is_empty() {
        0
    } else {
        serde_json::to_vec(extra).map_or(0, |text| text.len())
    };
    if bytes > MAX_EXTRA_BYTES {
        let rule = format!(
            "fields that the format does not define must be at most {MAX_EXTRA_BYTES} bytes together"
        );
        broken.push(Broken::told("body", format!("{bytes} bytes"), rule));
    }
    broken
}

fn unreadable(mut problems: Vec<Broken>) -> Problem {
    let rule = problems.pop().map(|problem| problem.rule);
    Refusal::malformed("body", rule.unwrap_or_default()).into()
}
