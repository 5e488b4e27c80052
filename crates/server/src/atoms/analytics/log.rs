//! `GET /analytics/call-counts-log`: the calls that the other routes count.

use std::collections::HashMap;

use aftercall_store::calls::{CallFilter, CallItem, CallOrder, CallSort};
use aftercall_store::{Order, StoreError};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;
use serde_json::Value as Json;

use super::question::filter;
use crate::App;
use crate::atoms::call_item::milliseconds;
use crate::atoms::error::AtomsError;
use crate::atoms::query::Query;
use crate::atoms::reply::Success;
use crate::text::instant;

/// Calls of a page, at most.
const MAX_LIMIT: u64 = 500;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analytics/call-counts-log", get(log))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    calls: Vec<Entry>,
    total_calls: u64,
    total_pages: u64,
    current_page: u64,
    limit: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    org_id: String,
    call_id: String,
    agent_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_type: Option<String>,
    timestamp: String,
    call_duration_ms: i64,
    call_latency_ms: i64,
    cost_spent: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    disconnection_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_number: Option<String>,
}

/// Unlike the sums, it lists all calls where no period is given.
async fn log(State(app): State<App>, Query(params): Query) -> Result<Success<Log>, AtomsError> {
    let mut reader = params.read();
    let filter = CallFilter {
        since: reader.instant("dateFrom"),
        until: reader.end("dateTo"),
        ..filter(&mut reader)
    };
    let order = CallOrder {
        page: reader.whole("page", 1, 1..=u64::from(u32::MAX)),
        limit: reader.whole("limit", 10, 1..=MAX_LIMIT),
        sort: CallSort::Began,
        order: Order::Desc,
    };
    if let (Some(since), Some(until)) = (filter.since, filter.until)
        && since >= until
    {
        reader.problem("dateFrom", "Invalid date, must not be after dateTo");
    }
    reader.finish()?;
    let page = app.store.list_calls(&filter, &order).await?;
    let org_id = app.store.organisation().await?.id;
    let names = names(&app, &page.items).await?;
    Ok(Success::ok(Log {
        calls: page
            .items
            .into_iter()
            .map(|item| Entry::of(item, &org_id, &names))
            .collect(),
        total_calls: page.total,
        total_pages: page.total.div_ceil(order.limit),
        current_page: order.page,
        limit: order.limit,
    }))
}

/// The names of the agents of these calls, by their ids.
async fn names(app: &App, items: &[CallItem]) -> Result<HashMap<String, String>, AtomsError> {
    let mut names = HashMap::new();
    for item in items {
        let id = &item.call.agent_id;
        if names.contains_key(id) {
            continue;
        }
        match app.store.agent(id).await {
            Ok(agent) => names.insert(id.clone(), agent.name),
            // It was deleted since the calls were read.
            Err(StoreError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
    }
    Ok(names)
}

impl Entry {
    fn of(item: CallItem, org_id: &str, names: &HashMap<String, String>) -> Self {
        let call = item.call;
        let cost = call.listed.get("callCost").and_then(Json::as_f64);
        Self {
            org_id: org_id.to_owned(),
            agent_name: names.get(&call.agent_id).cloned(),
            call_id: call.call_id,
            agent_id: call.agent_id,
            campaign_id: call.campaign_id,
            call_type: call.kind,
            timestamp: instant(call.started_at.unwrap_or(call.created_at)),
            call_duration_ms: call.duration.map(milliseconds).unwrap_or_default(),
            call_latency_ms: call.latency.map(milliseconds).unwrap_or_default(),
            cost_spent: cost.unwrap_or_default(),
            disconnection_reason: call.disconnection_reason,
            recording_url: call.recording_url,
            call_status: call.status,
            from_number: call.from,
            to_number: call.to,
        }
    }
}
