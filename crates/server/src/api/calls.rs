//! Calls come in, are read, and are forgotten.

use aftercall_store::calls::Outcome;
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use super::call_stream;
use super::call_views::{AcceptedCall, WholeCall};
use super::incoming::{self, NewCallBody};
use super::path::Path;
use super::problem::{Details, Problem};
use crate::App;
use crate::body;
use crate::query::encoded;

/// Send calls
///
/// One call as JSON, or any number as JSON Lines, told apart by the content type. A finished call is stored together with
/// its job, in one commit, before the answer: what was answered is not lost.
///
/// A call with a `callId` of its own is safe to send again: it is told from the one that is there. Without a `callId` the
/// server makes one, so the same body twice is two calls.
///
/// A stream is answered line by line, in order, each with the `line` it answers, the `status` that the line would have had
/// alone, and what that answer would have held: `callId`, `id`, `outcome`, `finished` and `versionId`, or a `problem`. Blank
/// lines are counted and not answered. Lines are stored in groups; the answer of a line comes once it is stored.
#[utoipa::path(
    post,
    path = "/v1/calls",
    tag = "Calls",
    operation_id = "sendCalls",
    request_body(content((NewCallBody = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "The call was there already: unchanged, updated or completed. Or the answers to a stream.",
            content((AcceptedCall = "application/json"), (String = "application/x-ndjson"))),
        (status = 201, description = "The call is new.", body = AcceptedCall,
            headers(("location" = String, description = "Path of the call."))),
        (status = 409, description = "Another call has this id: the call is finished or another agent's, and differs.",
            body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn send(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    if call_stream::is_stream(request.headers()) {
        return Ok(call_stream::answer(app, request.into_body()));
    }
    let limits = &app.settings.limits;
    let pause = app.settings.http.pause();
    let bytes = body::whole(request.into_body(), limits.max_call_bytes, pause).await?;
    let call = incoming::read(&bytes, &app.store, limits)?;
    let accepted = app.store.accept_call(call).await??;
    let outcome = accepted.outcome;
    if accepted.call.finished && outcome != Outcome::Unchanged {
        app.wake.now();
    }
    let view = AcceptedCall::from(accepted);
    if outcome != Outcome::Created {
        return Ok(Json(view).into_response());
    }
    let mut headers = HeaderMap::new();
    // A call's id in a path is letters, digits and `%`.
    if let Ok(path) = format!("/v1/calls/{}", encoded(&view.call_id)).parse() {
        headers.insert(header::LOCATION, path);
    }
    Ok((StatusCode::CREATED, headers, Json(view)).into_response())
}

/// Read a call
///
/// With its transcript, every analysis of it, and the jobs that will make more.
#[utoipa::path(
    get,
    path = "/v1/calls/{callId}",
    tag = "Calls",
    operation_id = "getCall",
    params(("callId" = String, Path, description = "The sender's id of the call, or the server's.")),
    responses(
        (status = 200, description = "The call.", body = WholeCall),
        (status = 404, description = "There is no such call.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read(
    State(app): State<App>,
    Path(call_id): Path<String>,
) -> Result<Json<WholeCall>, Problem> {
    let call = app.store.find_call(&call_id).await?;
    let jobs = app.store.open_jobs(&call.row.id).await?;
    Ok(Json(WholeCall::new(call, jobs)))
}

/// Forget a call
///
/// The call, its transcript, its analyses and its answers, for good. Asks for the role admin.
#[utoipa::path(
    delete,
    path = "/v1/calls/{callId}",
    tag = "Calls",
    operation_id = "deleteCall",
    params(("callId" = String, Path, description = "The sender's id of the call.")),
    responses(
        (status = 204, description = "The call is forgotten."),
        (status = 404, description = "There is no such call.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Path(call_id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.store.delete_call(&call_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
