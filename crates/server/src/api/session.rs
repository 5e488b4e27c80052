//! A browser signs in with a key and out again.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Body;
use super::problem::Problem;
use crate::App;
use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::session;
use crate::text::instant;
use aftercall_store::Role;

const MAX_KEY_CHARS: usize = 200;

/// What to sign in with.
#[derive(ToSchema)]
#[schema(as = NewSession)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct NewSessionBody {
    /// A key that may read.
    key: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Name of the key.
    name: String,
    /// What it may do.
    #[schema(value_type = String, pattern = "^(admin|editor|viewer)$")]
    role: &'static str,
    /// What goes with the cookie in the header `X-CSRF-Token`, in every request that is not GET or HEAD.
    csrf_token: String,
    /// When the session ends.
    #[schema(format = DateTime)]
    expires_at: String,
}

impl SessionView {
    fn new(caller: Caller, token: &str, expires_at: Timestamp) -> Self {
        Self {
            name: caller.name,
            role: caller.role.name(),
            csrf_token: session::csrf(token),
            expires_at: instant(expires_at),
        }
    }
}

/// Sign a browser in
///
/// The answer sets a cookie, with which every route works as with the key. It ends after a week, with `DELETE`, and when the
/// key is revoked.
#[utoipa::path(
    post,
    path = "/v1/session",
    tag = "Session",
    operation_id = "signIn",
    security(()),
    request_body = NewSessionBody,
    responses((status = 200, description = "Who is signed in.", body = SessionView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let mut read = body.read();
    read.require("key");
    let key = read.text("key", MAX_KEY_CHARS);
    read.finish()?;
    let key = app.store.find_key(key.unwrap_or_default().trim()).await?;
    let key = key.ok_or(Refusal::Key)?;
    if key.role == Role::Intake {
        let needed = "viewer, editor or admin";
        return Err(Refusal::Role { needed }.into());
    }
    let lasts = SignedDuration::try_from(session::LASTS).unwrap_or(SignedDuration::ZERO);
    let begun = app.store.begin_session(&key, lasts).await?;
    let caller = Caller {
        key_id: key.id,
        name: key.name,
        role: key.role,
    };
    let view = SessionView::new(caller, &begun.token, begun.expires_at);
    let cookie = session::set_cookie(Some(&begun.token), &headers);
    let headers = [(header::SET_COOKIE, cookie)];
    Ok((headers, Json(view)).into_response())
}

/// Read who is signed in
#[utoipa::path(
    get,
    path = "/v1/session",
    tag = "Session",
    operation_id = "getSession",
    responses((status = 200, description = "Who is signed in.", body = SessionView)),
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<SessionView>, Problem> {
    // A key alone is no session.
    let token = session::token(&headers).ok_or(Refusal::Key)?;
    let found = app.store.find_session(&token).await?.ok_or(Refusal::Key)?;
    Ok(Json(SessionView::new(caller, &token, found.expires_at)))
}

/// Sign a browser out
#[utoipa::path(
    delete,
    path = "/v1/session",
    tag = "Session",
    operation_id = "signOut",
    responses((status = 204, description = "It is signed out.")),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = session::token(&headers) {
        app.store.end_session(&token).await?;
        app.keys.clear();
    }
    let cookie = session::set_cookie(None, &headers);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
