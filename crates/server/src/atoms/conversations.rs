//! What can be done with one call: attempts, recording, cancelling. Lists and details have files of their own.

use aftercall_core::{Id, MAX_ID_CHARS, MAX_TEXT_CHARS};
use aftercall_store::calls::Cancelled;
use aftercall_store::{Conflict, StoreError};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Serialize;

use super::body::Body;
use super::call_item::LogItem;
use super::error::AtomsError;
use super::path::Path;
use super::reply::Reply;
use super::{call_detail, conversation_list};
use crate::App;

/// Every route below `/conversation`.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(conversation_list::routes())
        .merge(call_detail::routes())
        .route("/conversation/{id}/retries", get(retries))
        .route("/conversation/{id}/recording/download-url", get(recording))
        // What only takes a POST may be a call's id too.
        .route(
            "/conversation/cancel",
            call_detail::named("cancel").post(cancel),
        )
        .route("/conversation/{id}/cancel", post(cancel_queued))
}

#[derive(Debug, Serialize)]
struct Retries {
    retries: Vec<LogItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Recording {
    presigned_url: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CancelledCall {
    call_id: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_status: Option<String>,
}

async fn retries(
    State(app): State<App>,
    Path(call_id): Path<String>,
) -> Result<Reply<Retries>, AtomsError> {
    let attempts = app.store.attempts(&call_id).await?;
    Ok(Reply::ok(Retries {
        retries: attempts.iter().map(LogItem::found).collect(),
    }))
}

async fn recording(
    State(app): State<App>,
    Path(call_id): Path<String>,
) -> Result<Reply<Recording>, AtomsError> {
    // The original takes a call's own id here, and not that of its document.
    if call_id.parse::<Id>().is_ok() {
        return Err(AtomsError::bad_request("Invalid call ID format"));
    }
    let recording = app.store.call(&call_id).await?.row.recording_url;
    let presigned_url = recording.ok_or_else(|| AtomsError::not_found("Recording not found"))?;
    Ok(Reply::ok(Recording { presigned_url }))
}

async fn cancel(
    State(app): State<App>,
    Body(fields): Body,
) -> Result<Reply<CancelledCall>, AtomsError> {
    let mut reader = fields.read();
    let call_id = reader
        .required_text("callId", MAX_ID_CHARS)
        .unwrap_or_default();
    let reason = reader.text("reason", MAX_TEXT_CHARS);
    reader.finish()?;
    let cancelled = app.store.cancel_call(&call_id, reason.as_deref()).await;
    Ok(Reply::ok(ended(&app, cancelled)?))
}

async fn cancel_queued(
    State(app): State<App>,
    Path(call_id): Path<String>,
) -> Result<Reply<CancelledCall>, AtomsError> {
    let cancelled = app.store.cancel_queued_call(&call_id).await;
    Ok(Reply::ok(CancelledCall {
        previous_status: None,
        ..ended(&app, cancelled)?
    }))
}

fn ended(app: &App, outcome: Result<Cancelled, StoreError>) -> Result<CancelledCall, AtomsError> {
    let cancelled = match outcome {
        // The original answers 400 here, and not 409.
        Err(StoreError::Conflict(conflict @ Conflict::CallFinished { .. })) => {
            return Err(AtomsError::bad_request(conflict.to_string()));
        }
        outcome => outcome?,
    };
    app.wake.now();
    Ok(CancelledCall {
        call_id: cancelled.call.call_id,
        status: "cancelled",
        previous_status: cancelled.previous_status,
    })
}
