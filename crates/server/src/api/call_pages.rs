//! Lists of calls, with filters on their fields and on what was answered.

use aftercall_store::calls::{Attempts, CallFilter, DurationRange, MetricFilter};
use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use utoipa::IntoParams;

use super::call_views::CallPageView;
use super::problem::Problem;
use super::query::{Query, Reader};
use crate::App;

/// Calls of a page where the query does not say.
const DEFAULT_LIMIT: u64 = 50;
const MAX_LIMIT: u64 = 200;
/// Filters on metrics.
const MAX_METRIC_FILTERS: usize = 20;
/// Seconds of the longest call that can be asked for.
const MAX_SECONDS: u64 = 31 * 24 * 3600;
/// Characters of a search.
const MAX_SEARCH_CHARS: usize = 256;

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct PageQuery {
    /// Calls a page; 50 without.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `nextCursor` of the page before, with the same filters.
    cursor: Option<String>,
}

/// Which calls. The filters on metrics are added to it in `openapi.rs`, as their names are not fixed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct CallQuery {
    /// One of these agents.
    #[param(style = Form, explode = false)]
    agent_id: Option<Vec<String>>,
    /// One of these versions.
    #[param(style = Form, explode = false)]
    version_id: Option<Vec<String>>,
    /// One of these types, such as `webcall`.
    #[param(rename = "type", style = Form, explode = false)]
    kind: Option<Vec<String>>,
    /// One of these statuses, such as `completed`.
    #[param(style = Form, explode = false)]
    status: Option<Vec<String>>,
    /// One of these reasons of the end, such as `user_hangup`.
    #[param(style = Form, explode = false)]
    disconnection_reason: Option<Vec<String>>,
    /// One of these campaigns.
    #[param(style = Form, explode = false)]
    campaign_id: Option<Vec<String>>,
    /// A part of the call's id or of a number.
    #[param(max_length = 256)]
    search: Option<String>,
    /// Arrived at this instant or later.
    #[param(format = DateTime)]
    created_from: Option<String>,
    /// Arrived at this instant or earlier.
    #[param(format = DateTime)]
    created_to: Option<String>,
    /// Began at this instant or later.
    #[param(format = DateTime)]
    started_from: Option<String>,
    /// Began at this instant or earlier.
    #[param(format = DateTime)]
    started_to: Option<String>,
    /// Began, or arrived where that is not known, at this instant or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Began, or arrived where that is not known, before this instant.
    #[param(format = DateTime)]
    to: Option<String>,
    /// Lasted at least so many seconds.
    #[param(minimum = 0, maximum = 2678400)]
    min_seconds: Option<u64>,
    /// Lasted less than so many seconds.
    #[param(minimum = 0, maximum = 2678400)]
    max_seconds: Option<u64>,
    /// Whether it is a retry of an earlier call.
    is_retry: Option<bool>,
    /// Whether it is a test.
    is_test: Option<bool>,
    /// Whether it is over.
    finished: Option<bool>,
    /// Whether it has an analysis.
    analysed: Option<bool>,
}

/// List calls
///
/// The newest first, page by page: a page's `nextCursor` leads to the next one. Every filter has to hold; where a filter
/// takes a list, one of its values. A name that is not known here is refused.
#[utoipa::path(
    get,
    path = "/v1/calls",
    tag = "Calls",
    operation_id = "listCalls",
    params(PageQuery, CallQuery),
    responses((status = 200, description = "A page of calls.", body = CallPageView)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    query: Query,
) -> Result<Json<CallPageView>, Problem> {
    let mut read = query.read();
    let limit = read.whole("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
    let cursor = read.text("cursor");
    let filter = filter(&mut read);
    read.finish()?;
    let page = app.store.page_calls(&filter, cursor, limit).await?;
    Ok(Json(CallPageView {
        calls: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next,
    }))
}

/// Reads which calls are wanted.
pub(crate) fn filter(read: &mut Reader<'_>) -> CallFilter {
    CallFilter {
        agent_ids: read.list("agentId"),
        revision_ids: read.list("versionId"),
        kinds: read.list("type"),
        statuses: read.list("status"),
        disconnection_reasons: read.list("disconnectionReason"),
        campaign_ids: read.list("campaignId"),
        search: search(read),
        created_from: read.instant("createdFrom"),
        created_to: read.instant("createdTo"),
        started_from: read.instant("startedFrom"),
        started_to: read.instant("startedTo"),
        durations: durations(read),
        attempts: match read.flag("isRetry") {
            None => Attempts::All,
            Some(false) => Attempts::Initial,
            Some(true) => Attempts::Retry,
        },
        is_test: read.flag("isTest"),
        since: read.instant("from"),
        until: read.instant("to"),
        finished: read.flag("finished"),
        analysed: read.flag("analysed"),
        metrics: metrics(read),
    }
}

fn search(read: &mut Reader<'_>) -> Option<String> {
    let part = read.text("search")?;
    if part.chars().count() > MAX_SEARCH_CHARS {
        read.problem(
            "search",
            part,
            format!("must be at most {MAX_SEARCH_CHARS} characters long"),
        );
    }
    Some(part.to_owned())
}

fn durations(read: &mut Reader<'_>) -> Vec<DurationRange> {
    let mut seconds = |name| {
        let seconds = read.whole(name, 0..=MAX_SECONDS)?;
        i64::try_from(seconds).ok().map(SignedDuration::from_secs)
    };
    let range = DurationRange {
        from: seconds("minSeconds"),
        to: seconds("maxSeconds"),
    };
    if range.from.is_none() && range.to.is_none() {
        return Vec::new();
    }
    vec![range]
}

fn metrics(read: &mut Reader<'_>) -> Vec<MetricFilter> {
    let named = read.behind("metric.");
    if named.len() > MAX_METRIC_FILTERS {
        let rule = format!("must stand at most {MAX_METRIC_FILTERS} times");
        read.problem("metric", &format!("{} filters", named.len()), rule);
        return Vec::new();
    }
    let mut filters = Vec::with_capacity(named.len());
    for (name, value) in named {
        match MetricFilter::parse(name, value) {
            Ok(filter) => filters.push(filter),
            Err(problem) => read.add(problem),
        }
    }
    filters
}
