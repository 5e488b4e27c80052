//! Jobs: what waits to be analysed, what runs, and what failed.

use aftercall_store::jobs::{Job, JobFilter, JobItem, JobState};
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::path::Path;
use super::problem::{Details, Problem};
use super::query::Query;
use crate::App;
use crate::text::instant;

const DEFAULT_LIMIT: u64 = 50;
const MAX_LIMIT: u64 = 200;
const MAX_PAGE: u64 = 1_000_000;
const STATES: &str = "queued, running, done, dead, cancelled";

/// A job: one analysis to be made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub(crate) struct JobView {
    /// 24 hexadecimal digits.
    id: String,
    /// `analysis`.
    kind: String,
    /// `callId` of the call to analyse.
    call_id: String,
    /// The version whose metrics are asked.
    version_id: Option<String>,
    /// Who can do it: `internal`, `reasoning`, or `agent:` and the name of a model.
    slot: String,
    /// What becomes of it.
    #[schema(value_type = StateName)]
    state: &'static str,
    /// The greater, the sooner.
    priority: i64,
    /// How often it was begun.
    attempts: i64,
    /// How often it is begun at most.
    max_attempts: i64,
    /// Why it failed the last time.
    last_error: Option<String>,
    /// It is not begun before this.
    #[schema(format = DateTime)]
    run_at: String,
    /// Until when its worker has it.
    #[schema(format = DateTime)]
    lease_until: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When anything of it changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it ended.
    #[schema(format = DateTime)]
    finished_at: Option<String>,
}

/// What becomes of a job. `dead`: it failed too often, or in a way that trying again does not help.
#[derive(ToSchema)]
#[schema(as = JobState, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the names of the store's states")]
enum StateName {
    Queued,
    Running,
    Done,
    Dead,
    Cancelled,
}

/// A page of jobs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobPage {
    /// The jobs, the newest first.
    jobs: Vec<JobView>,
    /// Jobs on all pages.
    total: u64,
    /// The page's number, from 1.
    page: u64,
    /// Jobs a page.
    limit: u64,
}

/// What can be asked.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct JobQuery {
    /// The page's number, from 1.
    #[param(minimum = 1, maximum = 1000000)]
    page: Option<u64>,
    /// Jobs a page; 50 without.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// In one of these states.
    #[param(style = Form, explode = false)]
    state: Option<Vec<StateName>>,
    /// One of these slots.
    #[param(style = Form, explode = false)]
    slot: Option<Vec<String>>,
    /// Of this call.
    call_id: Option<String>,
}

impl JobView {
    pub(crate) fn new(job: Job, call_id: String) -> Self {
        let at = |at: Option<Timestamp>| at.map(instant);
        Self {
            id: job.id,
            kind: job.kind,
            call_id,
            version_id: job.revision_id,
            slot: job.slot,
            state: job.state.name(),
            priority: job.priority,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            last_error: job.last_error,
            run_at: instant(job.run_at),
            lease_until: at(job.lease_until),
            created_at: instant(job.created_at),
            updated_at: instant(job.updated_at),
            finished_at: at(job.finished_at),
        }
    }
}

impl From<JobItem> for JobView {
    fn from(item: JobItem) -> Self {
        Self::new(item.job, item.call_id)
    }
}

/// List jobs
#[utoipa::path(
    get,
    path = "/v1/jobs",
    tag = "Jobs",
    operation_id = "listJobs",
    params(JobQuery),
    responses((status = 200, description = "A page of jobs.", body = JobPage)),
)]
pub(crate) async fn list(State(app): State<App>, query: Query) -> Result<Json<JobPage>, Problem> {
    let mut read = query.read();
    let page = read.whole("page", 1..=MAX_PAGE).unwrap_or(1);
    let limit = read.whole("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
    let filter = JobFilter {
        states: read.words("state", JobState::from_name, STATES),
        slots: read.list("slot"),
        call_id: read.text("callId").map(str::to_owned),
    };
    read.finish()?;
    let found = app.store.jobs(&filter, page, limit).await?;
    Ok(Json(JobPage {
        jobs: found.items.into_iter().map(JobView::from).collect(),
        total: found.total,
        page,
        limit,
    }))
}

/// How many jobs there are.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobCounts {
    /// Those that wait.
    queued: u64,
    /// Those that are being done.
    running: u64,
    /// Those that were given up.
    dead: u64,
    /// Seconds for which the one that is longest due has waited; null where none is due.
    oldest_queued_seconds: Option<f64>,
}

/// Count jobs
#[utoipa::path(
    get,
    path = "/v1/jobs/counts",
    tag = "Jobs",
    operation_id = "countJobs",
    responses((status = 200, description = "How many there are.", body = JobCounts)),
)]
pub(crate) async fn counts(State(app): State<App>) -> Result<Json<JobCounts>, Problem> {
    let mut counts = JobCounts::default();
    for one in app.store.job_counts().await? {
        match one.state {
            JobState::Queued => counts.queued += one.count,
            JobState::Running => counts.running += one.count,
            JobState::Dead => counts.dead += one.count,
            JobState::Done | JobState::Cancelled => {}
        }
    }
    let oldest = app.store.oldest_queued().await?;
    let waited = oldest.map(|due| app.store.now().duration_since(due));
    counts.oldest_queued_seconds = waited.map(|waited| waited.as_secs_f64().max(0.0));
    Ok(Json(counts))
}

/// Read a job
#[utoipa::path(
    get,
    path = "/v1/jobs/{jobId}",
    tag = "Jobs",
    operation_id = "getJob",
    params(("jobId" = String, Path, description = "Id of the job.")),
    responses(
        (status = 200, description = "The job.", body = JobView),
        (status = 404, description = "There is no such job.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<JobView>, Problem> {
    Ok(Json(app.store.job(&id).await?.into()))
}

/// Begin a failed job anew
///
/// A job that is dead or cancelled, or that failed and waits for its next attempt, is due at once, with all its attempts
/// before it.
#[utoipa::path(
    post,
    path = "/v1/jobs/{jobId}/retry",
    tag = "Jobs",
    operation_id = "retryJob",
    params(("jobId" = String, Path, description = "Id of the job.")),
    responses(
        (status = 200, description = "The job, queued.", body = JobView),
        (status = 404, description = "There is no such job.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "The job is done, running, or waits for its first attempt.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn retry(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<JobView>, Problem> {
    app.store.retry_job(&id).await?;
    app.wake.now();
    Ok(Json(app.store.job(&id).await?.into()))
}

/// Cancel a job
///
/// A job that waits or runs is given up; what its worker finds out is thrown away.
#[utoipa::path(
    post,
    path = "/v1/jobs/{jobId}/cancel",
    tag = "Jobs",
    operation_id = "cancelJob",
    params(("jobId" = String, Path, description = "Id of the job.")),
    responses(
        (status = 200, description = "The job, cancelled.", body = JobView),
        (status = 404, description = "There is no such job.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "The job has ended.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<JobView>, Problem> {
    app.store.cancel_job(&id).await?;
    Ok(Json(app.store.job(&id).await?.into()))
}
