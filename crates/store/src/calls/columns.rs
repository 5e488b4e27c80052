//! A call's content to its rows and back.

use aftercall_core::Turn;
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value as Json};

use super::CallRow;
use super::content::Content;
use super::read::said;
use super::search::search_text;
use crate::StoreError;
use crate::entity::{calls, transcripts};
use crate::json_text::{self, JsonText};
use crate::times::to_us;

/// Names of the sender's own fields that lists show. A copy of them stands in the rows that lists read.
pub const LISTED_EXTRA: [&str; 5] = [
    "recordingDualUrl",
    "retryAttemptNumber",
    "callFailureReason",
    "callCost",
    "turnLatencyMetrics",
];

/// The row with everything that the content says.
pub(super) fn filled(row: calls::Model, content: &Content) -> calls::Model {
    let call = &content.call;
    calls::Model {
        kind: call.kind.clone(),
        status: call.status.clone(),
        finished: content.is_finished(),
        started_at: call.started_at.map(to_us),
        ended_at: call.ended_at.map(to_us),
        timezone: call.timezone.clone(),
        from_number: call.from.clone(),
        to_number: call.to.clone(),
        language: call.language.clone(),
        recording_url: call.recording_url.clone(),
        duration_us: content.duration().map(micros),
        latency_us: content.latency().map(micros),
        disconnection_reason: content.text("disconnectionReason"),
        campaign_id: content.text("campaignId"),
        retry_of: content.text("retryCallId"),
        is_test: content.is_test,
        listed: JsonText(Json::Object(listed(&content.extra))),
        cancelled: content.cancelled,
        cost: content.cost(),
        search_text: search_text(&row.call_id, call.from.as_deref(), call.to.as_deref()),
        ..row
    }
}

/// The row of what was said, with the turns as [`turns_text`] writes them.
pub(super) fn transcript(row_id: &str, turns: String, content: &Content) -> transcripts::Model {
    transcripts::Model {
        call_id: row_id.to_owned(),
        turns,
        variables: JsonText(Json::Object(content.call.variables.clone())),
        extra: JsonText(Json::Object(content.extra.clone())),
    }
}

/// Turns as they are stored.
pub(super) fn turns_text(turns: &[Turn]) -> String {
    // Texts and finite numbers, which always serialise.
    serde_json::to_string(turns).unwrap_or_default()
}

/// Turns that are stored.
pub(super) fn read_turns(text: &str) -> Result<Vec<Turn>, StoreError> {
    json_text::read(text).map_err(|e| StoreError::corrupt("a transcript", e))
}

/// Everything that is stored of a call.
pub(super) async fn content_of(
    db: &impl ConnectionTrait,
    row: &calls::Model,
) -> Result<Content, StoreError> {
    let said = said(db, &row.id).await?;
    let cancelled = row.cancelled;
    let row = CallRow::try_from(row.clone())?;
    Ok(Content {
        call: row.to_call(said.variables, said.turns),
        extra: said.extra,
        is_test: row.is_test,
        cancelled,
    })
}

fn listed(extra: &Map<String, Json>) -> Map<String, Json> {
    let is_listed = |name: &str| LISTED_EXTRA.contains(&name);
    let fields = extra.iter().filter(|(name, _)| is_listed(name));
    fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn micros(duration: jiff::SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
