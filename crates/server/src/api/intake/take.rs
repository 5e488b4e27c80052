//! The addresses that platforms send to.

use aftercall_intake::Headers;
use axum::Json;
use axum::extract::{Request, State};
use http::{HeaderMap, Uri, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::known;
use crate::App;
use crate::api::path::Path;
use crate::api::problem::{Details, Problem};
use crate::api::problem_kind::Kind;
use crate::body;
use crate::intake::{NotTaken, Received, Sent, outcome_name, receive};
use crate::refusal::Refusal;

/// What became of a payload.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Intake)]
pub(crate) struct IntakeView {
    /// `created`, `updated` (the call goes on), `completed`, `unchanged`, `fetching`: the payload is a notice, and the call is fetched;
    /// or `ignored`: the event is not the end of a call.
    #[schema(value_type = String, pattern = "^(created|updated|completed|unchanged|fetching|ignored)$")]
    outcome: &'static str,
    /// The call's id here.
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<String>,
    /// The event that was ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
}

impl From<Received> for IntakeView {
    fn from(received: Received) -> Self {
        let of_call = |outcome, call_id| Self {
            outcome,
            call_id: Some(call_id),
            event: None,
        };
        match received {
            Received::Call(accepted) => of_call(outcome_name(&accepted), accepted.call.call_id),
            Received::Fetching(call_id) => of_call("fetching", call_id),
            Received::Fetched(call_id) => of_call("unchanged", call_id),
            Received::Ignored(event) => Self {
                outcome: "ignored",
                call_id: None,
                event: Some(event),
            },
        }
    }
}

/// Take a platform's payload
///
/// In the platform's own form. It is signed as the platform signs, or the address has a secret at its end.
#[utoipa::path(
    post,
    path = "/v1/intake/{source}/{agentId}",
    tag = "Intake",
    operation_id = "takePayload",
    security(()),
    params(
        ("source" = String, Path, description = "Name of the source."),
        ("agentId" = String, Path, description = "Id of the agent."),
    ),
    request_body(content = String, description = "What the platform sends.", content_type = "*/*"),
    responses(
        (status = 200, description = "What became of it.", body = IntakeView),
        (status = 404, description = "There is no such source.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "The call is there with other content; or it is a notice, and no fetch key is set.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn take(
    State(app): State<App>,
    Path((source, agent_id)): Path<(String, String)>,
    request: Request,
) -> Result<Json<IntakeView>, Problem> {
    taken(&app, &source, &agent_id, None, request).await
}

/// Take a platform's payload by a secret
///
/// As without the secret, for platforms that do not sign.
#[utoipa::path(
    post,
    path = "/v1/intake/{source}/{agentId}/{secret}",
    tag = "Intake",
    operation_id = "takePayloadBySecret",
    security(()),
    params(
        ("source" = String, Path, description = "Name of the source."),
        ("agentId" = String, Path, description = "Id of the agent."),
        ("secret" = String, Path, description = "The secret of the address."),
    ),
    request_body(content = String, description = "What the platform sends.", content_type = "*/*"),
    responses(
        (status = 200, description = "What became of it.", body = IntakeView),
        (status = 404, description = "There is no such source.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "The call is there with other content; or it is a notice, and no fetch key is set.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn take_by_secret(
    State(app): State<App>,
    Path((source, agent_id, secret)): Path<(String, String, String)>,
    request: Request,
) -> Result<Json<IntakeView>, Problem> {
    taken(&app, &source, &agent_id, Some(&secret), request).await
}

async fn taken(
    app: &App,
    source: &str,
    agent_id: &str,
    secret: Option<&str>,
    request: Request,
) -> Result<Json<IntakeView>, Problem> {
    let source = known(source)?;
    let (parts, body) = request.into_parts();
    let pause = app.settings.http.pause();
    let body = body::whole(body, app.settings.limits.max_call_bytes, pause).await?;
    let headers: Headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let sent = Sent {
        source,
        agent_id,
        secret,
        url: &address(&parts.uri, &parts.headers),
        headers: &headers,
        body: &body,
    };
    match receive(app, sent).await {
        Ok(received) => Ok(Json(received.into())),
        Err(NotTaken::Refused(refused)) => {
            tracing::warn!(source = source.name(), agent = agent_id, reason = %refused, "a payload was refused");
            Err(Refusal::Payload.into())
        }
        Err(NotTaken::Invalid(problems)) => Err(problems.into()),
        Err(NotTaken::Rejected(rejected)) => Err((*rejected).into()),
        Err(NotTaken::CannotFetch) => {
            let why = format!(
                "the payload is only a notice, and no key is set to fetch the call with: set `fetchKey` with \
                 `PUT /v1/agents/{agent_id}/intake/{}`, or send the whole call",
                source.name()
            );
            Err(Problem::new(Kind::Conflict, why))
        }
        Err(NotTaken::Sealed) => Err(Refusal::Internal.into()),
        Err(NotTaken::Failed(error)) => Err(error.into()),
    }
}

/// The address as the sender knows it: a proxy before the server says how it was spoken to.
fn address(uri: &Uri, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Of several proxies the first is the one that the sender spoke to.
    let first = |name: &str| Some(text(name)?.split(',').next()?.trim());
    let scheme = first("x-forwarded-proto").unwrap_or("http");
    let host = first("x-forwarded-host").or_else(|| text(header::HOST.as_str()));
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    format!("{scheme}://{}{path}", host.unwrap_or_default())
}
