//! `GET` and `POST /agent/{id}/post-call-analytics`: the metrics of what runs, in one step.
//!
//! The specification does not have these routes; the SDK's helper calls them. What is posted becomes a new version of the live
//! branch, which is active at once; fields that are not sent stay.

use aftercall_core::agent_config::{self, Config, POST_CALL_ANALYTICS};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::Value as Json;

use super::body::Body;
use super::config_request;
use super::error::AtomsError;
use super::path::Path;
use super::reply::Reply;
use crate::App;
use crate::auth::Caller;

/// The fields of the configuration, of which at least one has to be sent.
const FIELDS: [&str; 5] = [
    "dispositionMetrics",
    "successMetrics",
    "summaryPrompt",
    "useInternalAnalyticsModel",
    "useReasoningModel",
];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/agent/{id}/post-call-analytics", get(read).post(publish))
}

async fn read(
    State(app): State<App>,
    Path(agent): Path<String>,
) -> Result<Reply<Config>, AtomsError> {
    let active = app.store.active_revision(&agent).await?;
    Ok(Reply::ok(agent_config::post_call_analytics(&active.config)))
}

async fn publish(
    State(app): State<App>,
    Path(agent): Path<String>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Config>, AtomsError> {
    let sent = fields.map();
    if !FIELDS.iter().any(|field| sent.contains_key(*field)) {
        return Err(AtomsError::bad_request(format!(
            "body: must have one of {}",
            FIELDS.join(", ")
        )));
    }
    let mut patch = Config::new();
    patch.insert(POST_CALL_ANALYTICS.to_owned(), Json::Object(sent.clone()));
    agent_config::check_patch(&patch, app.settings.limits.max_metrics)
        .map_err(config_request::refused)?;
    let by = Some(caller.key_id.as_str());
    let revision = app.store.publish_config(&agent, &patch, by).await?;
    Ok(Reply::ok(agent_config::post_call_analytics(
        &revision.config,
    )))
}
