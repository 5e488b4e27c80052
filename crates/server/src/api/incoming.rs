//! The text of one call that comes in, to what the store takes.

use aftercall_core::{Problem as Broken, parse_call_str};
use aftercall_store::Store;
use aftercall_store::calls::NewCall;
use serde::Deserialize;
use serde::de::IgnoredAny;
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
    /// `completed`, `no_answer` …; none is the same as `completed`. A call that is `pending`, `in_progress`, `in_queue`,
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

/// The fields beside those of a call file. Those are named here so that their content is skipped rather than kept.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "what a call file defines is read by its own rules"
)]
struct Beside {
    call_id: Option<IgnoredAny>,
    #[serde(rename = "type")]
    kind: Option<IgnoredAny>,
    status: Option<IgnoredAny>,
    started_at: Option<IgnoredAny>,
    ended_at: Option<IgnoredAny>,
    timezone: Option<IgnoredAny>,
    from: Option<IgnoredAny>,
    to: Option<IgnoredAny>,
    language: Option<IgnoredAny>,
    recording_url: Option<IgnoredAny>,
    variables: Option<IgnoredAny>,
    transcript: Option<IgnoredAny>,
    agent_id: Option<String>,
    version_id: Option<Json>,
    is_test: Option<Json>,
    #[serde(flatten)]
    extra: Map<String, Json>,
}

/// Reads one call.
///
/// # Errors
/// 400 where it is no JSON, 422 with every rule that it breaks.
pub(crate) fn read(bytes: &[u8], store: &Store, limits: &Limits) -> Result<NewCall, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Refusal::malformed("body", format!("must be valid UTF-8: {error}")))?
        .trim_start_matches('\u{feff}');
    let beside: Result<Beside, _> = serde_json::from_str(text);
    if let Err(error) = &beside
        && !error.is_data()
    {
        return Err(Refusal::malformed("body", format!("must be valid JSON: {error}")).into());
    }
    let mut broken = Vec::new();
    let call = parse_call_str(text)
        .map_err(|problems| broken.extend(problems))
        .ok();
    let Ok(beside) = beside else {
        // A field of the wrong type or one that stands twice, which the rules of call files name better.
        if broken.is_empty() {
            broken.push(Broken::told(
                "body",
                "something else",
                "must be one call, an object",
            ));
        }
        return Err(broken.into());
    };
    if beside.agent_id.is_none() && !broken.iter().any(|problem| problem.field == "agentId") {
        broken.push(Broken::new("agentId", None, "is required"));
    }
    let revision_id = text_of("versionId", beside.version_id, &mut broken);
    let is_test = flag_of("isTest", beside.is_test, &mut broken);
    check_extra(&beside.extra, &mut broken);
    if let Some(call) = &call
        && call.transcript.len() > limits.max_turns
    {
        let rule = format!("must have at most {} turns", limits.max_turns);
        let found = format!("{} turns", call.transcript.len());
        broken.push(Broken::told("transcript", found, rule));
    }
    match (call, beside.agent_id) {
        (Some(mut call), Some(agent_id)) if broken.is_empty() => {
            if beside.call_id.is_none() {
                call.call_id = store.new_call_id();
            }
            Ok(NewCall {
                call,
                agent_id,
                revision_id,
                extra: beside.extra,
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

fn check_extra(extra: &Map<String, Json>, broken: &mut Vec<Broken>) {
    if extra.is_empty() {
        return;
    }
    let bytes = serde_json::to_vec(extra).map_or(0, |text| text.len());
    if bytes > MAX_EXTRA_BYTES {
        let rule = format!(
            "fields that the format does not define must be at most {MAX_EXTRA_BYTES} bytes together"
        );
        broken.push(Broken::told("body", format!("{bytes} bytes"), rule));
    }
}
