//! Notices of calls that are fetched: what waits, what was given up, and another try.

use aftercall_store::intake::{IntakeNotice, NoticeState};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::api::Query;
use crate::api::path::Path;
use crate::api::problem::{Details, Problem};
use crate::text::instant;

const DEFAULT_LIMIT: u64 = 50;
const MAX_LIMIT: u64 = 200;
const STATES: &str = "waiting, fetching, done, dead";

/// A platform told of a call, which is fetched.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IntakeNotice)]
pub(crate) struct NoticeView {
    /// 24 hexadecimal digits.
    id: String,
    /// Name of the source.
    source: String,
    /// The call's id.
    call_id: String,
    /// The event, as the platform names it.
    event: String,
    /// What becomes of it.
    #[schema(value_type = NoticeStateName)]
    state: &'static str,
    /// Attempts so far, since it came or was put back.
    attempts: u32,
    /// When it is tried next, while it waits.
    #[schema(format = DateTime)]
    next_at: Option<String>,
    /// Why the last attempt failed.
    last_error: Option<String>,
    /// When it came.
    #[schema(format = DateTime)]
    created_at: String,
    /// When anything of it changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// What becomes of a notice. `done`: the call is stored; `dead`: it was given up.
#[derive(ToSchema)]
#[schema(as = IntakeNoticeState, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the names of the store's states")]
enum NoticeStateName {
    Waiting,
    Fetching,
    Done,
    Dead,
}

/// The newest notices.
#[derive(Serialize, ToSchema)]
#[schema(as = IntakeNotices)]
pub(crate) struct NoticeList {
    /// The notices, the newest first.
    notices: Vec<NoticeView>,
    /// How many there are in all.
    total: u64,
}

/// What can be asked.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct NoticeQuery {
    /// In one of these states.
    #[param(style = Form, explode = false)]
    state: Option<Vec<NoticeStateName>>,
    /// Notices at most; 50 without.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
}

impl From<IntakeNotice> for NoticeView {
    fn from(notice: IntakeNotice) -> Self {
        Self {
            state: notice.state.name(),
            attempts: notice.attempts,
            next_at: (notice.state == NoticeState::Waiting).then(|| instant(notice.next_at)),
            last_error: notice.last_error,
            created_at: instant(notice.created_at),
            updated_at: instant(notice.updated_at),
            id: notice.id,
            source: notice.source,
            call_id: notice.call_id,
            event: notice.event,
        }
    }
}

/// List notices
///
/// Of calls that a platform told of and that are fetched from it, the newest first.
#[utoipa::path(
    get,
    path = "/v1/agents/{agentId}/intake/notices",
    tag = "Intake",
    operation_id = "listIntakeNotices",
    params(("agentId" = String, Path, description = "Id of the agent."), NoticeQuery),
    responses(
        (status = 200, description = "The notices.", body = NoticeList),
        (status = 404, description = "There is no such agent.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    Path(agent_id): Path<String>,
    query: Query,
) -> Result<Json<NoticeList>, Problem> {
    let mut read = query.read();
    let states = read.words("state", NoticeState::from_name, STATES);
    let limit = read.whole("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
    read.finish()?;
    let found = app.store.notices(&agent_id, &states, limit).await?;
    Ok(Json(NoticeList {
        notices: found.items.into_iter().map(NoticeView::from).collect(),
        total: found.total,
    }))
}

/// Put a notice back
///
/// One that was given up, with a whole schedule before it.
#[utoipa::path(
    post,
    path = "/v1/agents/{agentId}/intake/notices/{noticeId}/retry",
    tag = "Intake",
    operation_id = "retryIntakeNotice",
    params(
        ("agentId" = String, Path, description = "Id of the agent."),
        ("noticeId" = String, Path, description = "Id of the notice."),
    ),
    responses(
        (status = 202, description = "The notice, due.", body = NoticeView),
        (status = 404, description = "The agent has no such notice.", body = Details,
            content_type = "application/problem+json"),
        (status = 409, description = "It is not dead.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn retry(
    State(app): State<App>,
    Path((agent_id, id)): Path<(String, String)>,
) -> Result<(StatusCode, Json<NoticeView>), Problem> {
    let notice = app.store.retry_notice(&agent_id, &id).await?;
    app.wake.now();
    Ok((StatusCode::ACCEPTED, Json(notice.into())))
}
