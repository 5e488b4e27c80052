//! `GET /analytics/conversation-details/{callId}`: what was said in one call.

use aftercall_store::StoreError;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::App;
use crate::atoms::call_detail::began;
use crate::atoms::call_item::milliseconds;
use crate::atoms::error::AtomsError;
use crate::atoms::path::Path;
use crate::atoms::reply::Success;
use crate::text::instant;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analytics/conversation-details/{callId}", get(details))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    org_id: String,
    call_id: String,
    agent_name: String,
    workflow_type: String,
    transcript: Vec<Said>,
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_number: Option<String>,
    call_duration_ms: i64,
}

#[derive(Debug, Serialize)]
struct Said {
    role: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
}

async fn details(
    State(app): State<App>,
    Path(call_id): Path<String>,
) -> Result<Success<Details>, AtomsError> {
    let call = app
        .store
        .call(&call_id)
        .await
        .map_err(|error| match error {
            StoreError::Missing { .. } => AtomsError::not_found("Call log not found"),
            error => error.into(),
        })?;
    let agent = app.store.agent(&call.row.agent_id).await?;
    let start = call.row.started_at;
    Ok(Success::ok(Details {
        org_id: app.store.organisation().await?.id,
        agent_name: agent.name,
        workflow_type: agent.workflow_type,
        transcript: call
            .transcript
            .into_iter()
            .map(|turn| Said {
                role: turn.role.name().to_owned(),
                timestamp: began(&turn, start).map(instant),
                text: turn.content,
            })
            .collect(),
        events: events(&call.extra),
        call_id: call.row.call_id,
        from_number: call.row.from,
        to_number: call.row.to,
        call_duration_ms: call.row.duration.map(milliseconds).unwrap_or_default(),
    }))
}

/// The events that came with the call, under whichever names they came.
fn events(extra: &Map<String, Json>) -> Vec<Event> {
    let sent = extra.get("events").and_then(Json::as_array);
    let event = |event: &Json| {
        let text = |names: [&str; 3]| {
            let mut found = names.iter().filter_map(|name| event.get(*name)?.as_str());
            found.next().map(str::to_owned)
        };
        Some(Event {
            event_type: text(["eventType", "event_type", "type"])?,
            timestamp: text(["timestamp", "eventTime", "event_time"]),
        })
    };
    sent.into_iter().flatten().filter_map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_are_read_under_each_of_their_names() {
        let extra = json!({"events": [
            {"eventType": "a", "eventTime": "1"}, {"event_type": "b", "timestamp": "2"}, {"type": "c"}, {"x": 1}, 7,
        ]});
        let found = events(extra.as_object().unwrap());
        let found: Vec<_> = found
            .iter()
            .map(|event| (event.event_type.as_str(), event.timestamp.as_deref()))
            .collect();
        assert_eq!(found, [("a", Some("1")), ("b", Some("2")), ("c", None)]);
        assert_eq!(events(&Map::new()), []);
    }
}
