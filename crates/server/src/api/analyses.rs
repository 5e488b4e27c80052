//! A call is analysed again.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use utoipa::ToSchema;

use super::body::Body;
use super::jobs::JobView;
use super::path::Path;
use super::problem::{Details, Problem};
use crate::App;

/// How to analyse a call again.
#[derive(ToSchema)]
#[schema(as = NewAnalysis, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct NewAnalysisBody {
    /// The version whose metrics are asked; without, the agent's active one.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    version_id: Option<String>,
    /// Whether webhooks hear of it; without, they do of a call's first analysis alone.
    notify: Option<bool>,
}

/// Analyse a call again
///
/// With another version or the same one. Earlier analyses are kept; the newest one that completes is the one that counts.
/// If the same is running already, the answer is that job; if it waits, it is due at once.
#[utoipa::path(
    post,
    path = "/v1/calls/{callId}/analyses",
    tag = "Calls",
    operation_id = "analyseCall",
    params(("callId" = String, Path, description = "The sender's id of the call.")),
    request_body(content = Option<NewAnalysisBody>, content_type = "application/json"),
    responses(
        (status = 202, description = "The job that will analyse it.", body = JobView),
        (status = 404, description = "There is no such call.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "The call is not finished.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    Path(call_id): Path<String>,
    body: Body,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let mut read = body.read();
    let version_id = read.text("versionId", 64);
    let notify = read.flag("notify").unwrap_or(false);
    read.finish()?;
    let job = app
        .store
        .enqueue_analysis(&call_id, version_id.as_deref(), notify)
        .await?;
    app.wake.now();
    Ok((StatusCode::ACCEPTED, Json(JobView::new(job, call_id))))
}
