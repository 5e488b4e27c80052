//! One call with what was said: `GET /conversation/{id}`.

use aftercall_core::Turn;
use aftercall_store::calls::CallDetail;
use axum::Router;
use axum::extract::State;
use axum::routing::{MethodRouter, get};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::agent_document;
use super::call_item::CallFacts;
use super::error::AtomsError;
use super::path::Path;
use super::post_call_document::PostCall;
use super::reply::Reply;
use crate::App;
use crate::text::instant;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/conversation/{id}", get(detail))
}

/// The route of the call that has a route's name as its id.
pub(super) fn named(id: &'static str) -> MethodRouter<App> {
    get(move |State(app): State<App>| async move { shown(&app, id).await })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(flatten)]
    facts: CallFacts,
    agent: Json,
    transcript: Vec<SaidTurn>,
    variables: Map<String, Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_call_analytics: Option<PostCall>,
}

#[derive(Debug, Serialize)]
pub(crate) struct SaidTurn {
    role: String,
    content: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
}

async fn detail(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Reply<Detail>, AtomsError> {
    shown(&app, &id).await
}

async fn shown(app: &App, id: &str) -> Result<Reply<Detail>, AtomsError> {
    let call = app.store.find_call(id).await?;
    let agent = agent_document::active(&app.store, &call.row.agent_id).await?;
    Ok(Reply::ok(Detail::of(call, agent)))
}

impl Detail {
    fn of(call: CallDetail, agent: Json) -> Self {
        const EXTRA: [&str; 7] = [
            "recordingDualUrl",
            "callFailureReason",
            "callCost",
            "turnLatencyMetrics",
            "events",
            "voiceConfigUsed",
            "slmModelUsed",
        ];
        let start = call.row.started_at;
        Self {
            facts: CallFacts::of(&call.row, &call.extra, &EXTRA),
            post_call_analytics: call.current().map(|row| PostCall::from(&row.analysis)),
            transcript: call
                .transcript
                .iter()
                .map(|turn| said(turn, start))
                .collect(),
            variables: call.variables,
            agent,
        }
    }
}

/// A turn with the instant it began at, where that is known.
pub(crate) fn said(turn: &Turn, start_of_call: Option<Timestamp>) -> SaidTurn {
    SaidTurn {
        role: turn.role.name().to_owned(),
        content: turn.content.clone(),
        timestamp: began(turn, start_of_call).map(instant),
    }
}

/// The instant that a turn began at, where that is known.
pub(super) fn began(turn: &Turn, start_of_call: Option<Timestamp>) -> Option<Timestamp> {
    let into = SignedDuration::try_from_secs_f64(turn.start?).ok()?;
    start_of_call?.checked_add(into).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aftercall_core::Role;

    #[test]
    fn turns_have_the_instant_they_began_at() {
        let mut turn = Turn {
            role: Role::User,
            content: "hello".into(),
            start: Some(61.5),
            end: None,
        };
        let start = "2026-03-01T09:00:00Z".parse().ok();
        let known = said(&turn, start).timestamp;
        assert_eq!(known.as_deref(), Some("2026-03-01T09:01:01.500Z"));
        assert_eq!(said(&turn, None).timestamp, None);
        turn.start = None;
        assert_eq!(said(&turn, start).timestamp, None);
    }
}
