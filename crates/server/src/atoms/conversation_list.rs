//! Lists of calls: `GET /conversation`, and the search by ids.

use aftercall_store::Order;
use aftercall_store::calls::{Attempts, CallFilter, CallOrder, CallSort, DurationRange};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use jiff::SignedDuration;
use serde::Serialize;

use super::body::Body;
use super::call_detail;
use super::call_item::LogItem;
use super::error::AtomsError;
use super::post_call_document::{Definition, all_definitions};
use super::query::{Query, Reader};
use super::reply::Reply;
use crate::App;

/// Calls of a page, at most.
const MAX_LIMIT: u64 = 500;
/// Ids of one search, at most.
const MAX_IDS: usize = 100;
/// The ranges that durations are filtered by, in seconds.
const DURATIONS: [(&str, Option<i64>, Option<i64>); 6] = [
    ("0-30", None, Some(30)),
    ("30-60", Some(30), Some(60)),
    ("1-3", Some(60), Some(180)),
    ("3-5", Some(180), Some(300)),
    ("1-5", Some(60), Some(300)),
    ("5+", Some(300), None),
];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/conversation", get(list)).route(
        "/conversation/search",
        call_detail::named("search").post(search),
    )
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    logs: Vec<LogItem>,
    pagination: Pagination,
    disposition_metrics_config: Vec<Definition>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    total: u64,
    page: u64,
    limit: u64,
    has_more: bool,
    total_pages: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    logs: Vec<LogItem>,
    total: usize,
    requested_count: usize,
}

async fn list(State(app): State<App>, Query(params): Query) -> Result<Reply<Listed>, AtomsError> {
    let mut reader = params.read();
    let filter = filter(&mut reader);
    let order = order(&mut reader);
    reader.finish()?;
    let page = app.store.list_calls(&filter, &order).await?;
    let analyses = page.items.iter().filter_map(|item| item.analysis.as_ref());
    Ok(Reply::ok(Listed {
        disposition_metrics_config: all_definitions(analyses.map(|row| &row.analysis)),
        logs: page.items.iter().map(LogItem::listed).collect(),
        pagination: Pagination {
            total: page.total,
            page: order.page,
            limit: order.limit,
            has_more: order.page.saturating_mul(order.limit) < page.total,
            total_pages: page.total.div_ceil(order.limit),
        },
    }))
}

async fn search(State(app): State<App>, Body(fields): Body) -> Result<Reply<Found>, AtomsError> {
    let mut reader = fields.read();
    reader.required("callIds");
    let ids = reader.texts("callIds", MAX_IDS);
    if ids.as_ref().is_some_and(Vec::is_empty) {
        reader.problem("callIds", "Array must contain at least 1 element(s)");
    }
    reader.finish()?;
    let ids = ids.unwrap_or_default();
    let items = app.store.calls_by_ids(&ids).await?;
    Ok(Reply::ok(Found {
        total: items.len(),
        logs: items.iter().map(LogItem::found).collect(),
        requested_count: ids.len(),
    }))
}

fn filter(reader: &mut Reader<'_>) -> CallFilter {
    CallFilter {
        agent_ids: reader.csv("agentIds"),
        campaign_ids: reader.csv("campaignIds"),
        kinds: reader.csv("callTypes"),
        statuses: reader.csv("statusFilter"),
        disconnection_reasons: reader.csv("disconnectReasonFilter"),
        revision_ids: reader.csv("versionFilter"),
        attempts: attempts(reader),
        durations: durations(reader),
        search: reader.search("search").map(str::to_owned),
        created_from: reader.instant("dateFrom"),
        created_to: reader.instant("dateTo"),
        ..CallFilter::default()
    }
}

fn attempts(reader: &mut Reader<'_>) -> Attempts {
    let (mut initial, mut retry) = (false, false);
    for word in reader.csv("callAttemptFilter") {
        match word.as_str() {
            "initial" => initial = true,
            "retry" => retry = true,
            "all" => (initial, retry) = (true, true),
            _ => reader.problem(
                "callAttemptFilter",
                "Invalid value, must be of initial, retry, all",
            ),
        }
    }
    match (initial, retry) {
        (true, false) => Attempts::Initial,
        (false, true) => Attempts::Retry,
        _ => Attempts::All,
    }
}

fn durations(reader: &mut Reader<'_>) -> Vec<DurationRange> {
    let mut ranges = Vec::new();
    for word in reader.csv("durationFilter") {
        // A plus sign that was not encoded came as a space, and was cut.
        let known = DURATIONS
            .iter()
            .find(|(name, ..)| *name == word || name.trim_end_matches('+') == word);
        match known {
            Some((_, from, to)) => {
                let range = DurationRange {
                    from: from.map(SignedDuration::from_secs),
                    to: to.map(SignedDuration::from_secs),
                };
                if !ranges.contains(&range) {
                    ranges.push(range);
                }
            }
            None => reader.problem(
                "durationFilter",
                "Invalid value, must be of 0-30, 30-60, 1-3, 3-5, 1-5, 5+",
            ),
        }
    }
    ranges
}

fn order(reader: &mut Reader<'_>) -> CallOrder {
    let sorts = ["createdAt", "updatedAt", "callDuration", "avgLatency"];
    CallOrder {
        page: reader.whole("page", 1, 1..=u64::from(u32::MAX)),
        limit: reader.whole("limit", 5, 1..=MAX_LIMIT),
        sort: match reader.one_of("sortBy", &sorts) {
            Some("createdAt") => CallSort::CreatedAt,
            Some("callDuration") => CallSort::Duration,
            Some("avgLatency") => CallSort::Latency,
            _ => CallSort::UpdatedAt,
        },
        order: match reader.one_of("sortOrder", &["asc", "desc"]) {
            Some("asc") => Order::Asc,
            _ => Order::Desc,
        },
    }
}
