//! `GET /agent/{id}/call-logs`: the calls of one agent, in short.

use aftercall_store::Order;
use aftercall_store::calls::{CallFilter, CallItem, CallOrder, CallSort};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

use super::call_item::milliseconds;
use super::error::AtomsError;
use super::path::{self, Path};
use super::query::Query;
use super::reply::Success;
use crate::App;
use crate::text::instant;

/// Calls of a page, at most.
const MAX_OFFSET: u64 = 500;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/agent/{id}/call-logs", get(call_logs))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CallLogs {
    call_logs: Vec<CallLog>,
    total_count: u64,
    page: u64,
    /// The size of a page, as the wire calls it.
    offset: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CallLog {
    call_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_number: Option<String>,
    created_at: String,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    call_duration: Option<i64>,
}

async fn call_logs(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(params): Query,
) -> Result<Success<CallLogs>, AtomsError> {
    let id = path::id("agentId", &id)?.to_string();
    let mut reader = params.read();
    let page = reader.whole("page", 1, 1..=u64::from(u32::MAX));
    let offset = reader.whole("offset", 10, 1..=MAX_OFFSET);
    reader.finish()?;
    app.store.agent(&id).await?;
    let filter = CallFilter {
        agent_ids: vec![id],
        ..CallFilter::default()
    };
    let order = CallOrder {
        page,
        limit: offset,
        sort: CallSort::CreatedAt,
        order: Order::Desc,
    };
    let calls = app.store.list_calls(&filter, &order).await?;
    Ok(Success::ok(CallLogs {
        call_logs: calls.items.into_iter().map(CallLog::from).collect(),
        total_count: calls.total,
        page,
        offset,
    }))
}

impl From<CallItem> for CallLog {
    fn from(item: CallItem) -> Self {
        let call = item.call;
        Self {
            call_id: call.call_id,
            call_status: call.status,
            call_type: call.kind,
            from_number: call.from,
            to_number: call.to,
            created_at: instant(call.created_at),
            call_duration: call.duration.map(milliseconds),
        }
    }
}
