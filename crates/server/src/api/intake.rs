//! Calls from other platforms: the addresses that they send to, and how those are set up.

use aftercall_intake::{Headers, Source, all, by_name};
use aftercall_store::calls::Outcome;
use aftercall_store::intake::{IntakePatch, IntakeSource, SecretKind};
use axum::Json;
use axum::extract::{Request, State};
use http::{HeaderMap, StatusCode, Uri, header};
use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Body;
use super::path::Path;
use super::problem::{Details, Problem};
use super::problem_kind::Kind;
use crate::App;
use crate::body;
use crate::intake::{NotTaken, Received, Sent, receive};
use crate::refusal::Refusal;
use crate::text::instant;

const MAX_SECRET: usize = 1_000;
/// Hours for which secrets that are replaced still count, unless somebody says otherwise, and at most.
const OVERLAP_HOURS: u64 = 24;
const MAX_OVERLAP_HOURS: u64 = 24 * 30;

/// What became of a payload.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Intake)]
pub(crate) struct IntakeView {
    /// `created`, `updated` (the call goes on), `completed`, `unchanged`, or `ignored`: the event is not the end of a call.
    #[schema(value_type = String, pattern = "^(created|updated|completed|unchanged|ignored)$")]
    outcome: &'static str,
    /// The call's id here.
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<String>,
    /// The event that was ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
}

/// A platform that may send an agent's calls.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IntakeSource)]
pub(crate) struct SourceView {
    /// Its name.
    source: String,
    /// The path of the address to give to the platform, without the secret that may follow it.
    path: String,
    /// Whether payloads have to be signed.
    signed: bool,
    /// Secrets that count now, the newest of each kind first.
    secrets: Vec<SecretView>,
    /// When it was set up.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A secret, which is not shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IntakeSecret)]
struct SecretView {
    /// `signing` or `path`.
    kind: &'static str,
    /// When it was set.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it stops to count.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// The sources of an agent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntakeSources {
    /// Those that are set up, by name.
    sources: Vec<SourceView>,
    /// Names of all that can be.
    available: Vec<&'static str>,
}

/// A source as it was just set up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MadeSource {
    #[serde(flatten)]
    source: SourceView,
    /// The path with its new secret, for platforms that do not sign. It is shown here and never again; null where the source
    /// keeps the one it has.
    path_with_secret: Option<String>,
}

/// How to set a source up.
#[derive(ToSchema)]
#[schema(as = IntakeSetup, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct SetupBody {
    /// What the platform signs with: its webhook secret, API key or token, by the platform's own rule. From then on payloads
    /// have to be signed.
    #[schema(min_length = 1, max_length = 1000)]
    signing_secret: Option<String>,
    /// Whether a new secret for the address is made. So it is at the first set-up.
    new_path_secret: Option<bool>,
    /// Hours for which secrets that are replaced still count; 24 without.
    #[schema(maximum = 720)]
    overlap_hours: Option<u64>,
}

impl SourceView {
    fn of(source: &IntakeSource) -> Self {
        let secret = |one: &aftercall_store::intake::IntakeSecret| SecretView {
            kind: one.kind.name(),
            created_at: instant(one.created_at),
            expires_at: one.expires_at.map(instant),
        };
        Self {
            path: path_of(&source.source, &source.agent_id),
            signed: source.of_kind(SecretKind::Signing).next().is_some(),
            secrets: source.secrets.iter().map(secret).collect(),
            created_at: instant(source.created_at),
            updated_at: instant(source.updated_at),
            source: source.source.clone(),
        }
    }
}

fn path_of(source: &str, agent_id: &str) -> String {
    format!("/v1/intake/{source}/{agent_id}")
}

fn known(name: &str) -> Result<&'static dyn Source, Problem> {
    by_name(name).ok_or_else(|| {
        let names: Vec<&str> = all().iter().map(|source| source.name()).collect();
        let names = names.join(", ");
        Problem::new(
            Kind::NotFound,
            format!("there is no source {name:?}: it is one of {names}"),
        )
    })
}

/// List an agent's sources
#[utoipa::path(
    get,
    path = "/v1/agents/{agentId}/intake",
    tag = "Intake",
    operation_id = "listIntakeSources",
    params(("agentId" = String, Path, description = "Id of the agent.")),
    responses(
        (status = 200, description = "Its sources.", body = IntakeSources),
        (status = 404, description = "There is no such agent.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    Path(agent_id): Path<String>,
) -> Result<Json<IntakeSources>, Problem> {
    let found = app.store.intake_sources(&agent_id).await?;
    Ok(Json(IntakeSources {
        sources: found.iter().map(SourceView::of).collect(),
        available: all().iter().map(|source| source.name()).collect(),
    }))
}

/// Set a source up
///
/// Or change it: secrets that are replaced count a while longer, so that nothing is refused meanwhile.
#[utoipa::path(
    put,
    path = "/v1/agents/{agentId}/intake/{source}",
    tag = "Intake",
    operation_id = "putIntakeSource",
    params(
        ("agentId" = String, Path, description = "Id of the agent."),
        ("source" = String, Path, description = "Name of the source, such as `vapi`."),
    ),
    request_body(content = Option<SetupBody>, content_type = "application/json"),
    responses(
        (status = 200, description = "The source.", body = MadeSource),
        (status = 404, description = "There is no such agent or source.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    Path((agent_id, name)): Path<(String, String)>,
    body: Body,
) -> Result<Json<MadeSource>, Problem> {
    known(&name)?;
    let mut read = body.read();
    let signing = read.text("signingSecret", MAX_SECRET);
    let new_path = read.flag("newPathSecret");
    let hours = read.whole("overlapHours", 0..=MAX_OVERLAP_HOURS);
    read.finish()?;
    let there = app.store.intake_source(&agent_id, &name).await?;
    let new_path = new_path.unwrap_or(there.is_none());
    let id = there.map_or_else(|| app.store.new_id().to_string(), |source| source.id);
    let seal = |secret: &str| app.sealed.intake_secret(&app.store, &id, secret);
    let path_secret = new_path.then(|| app.store.new_token());
    let patch = IntakePatch {
        signing: signing.as_deref().map(seal),
        path: path_secret.as_deref().map(seal),
    };
    let hours = i64::try_from(hours.unwrap_or(OVERLAP_HOURS)).unwrap_or_default();
    let until = app
        .store
        .now()
        .saturating_add(SignedDuration::from_hours(hours));
    let until = until.unwrap_or_else(|_| app.store.now());
    let source = app
        .store
        .put_intake_source(&id, &agent_id, &name, patch, until)
        .await?;
    Ok(Json(MadeSource {
        path_with_secret: path_secret
            .map(|secret| format!("{}/{secret}", path_of(&name, &agent_id))),
        source: SourceView::of(&source),
    }))
}

/// Take a source away
#[utoipa::path(
    delete,
    path = "/v1/agents/{agentId}/intake/{source}",
    tag = "Intake",
    operation_id = "deleteIntakeSource",
    params(
        ("agentId" = String, Path, description = "Id of the agent."),
        ("source" = String, Path, description = "Name of the source."),
    ),
    responses(
        (status = 204, description = "Its payloads are refused from now on."),
        (status = 404, description = "It is not set up.", body = Details, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Path((agent_id, name)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    app.store.delete_intake_source(&agent_id, &name).await?;
    Ok(StatusCode::NO_CONTENT)
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
        (status = 409, description = "The call is there with other content.", body = Details,
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
        (status = 409, description = "The call is there with other content.", body = Details,
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
        Ok(Received::Call(accepted)) => Ok(Json(IntakeView {
            outcome: match accepted.outcome {
                Outcome::Created => "created",
                Outcome::Unchanged => "unchanged",
                Outcome::Completed => "completed",
                Outcome::Updated => "updated",
            },
            call_id: Some(accepted.call.call_id),
            event: None,
        })),
        Ok(Received::Ignored(event)) => Ok(Json(IntakeView {
            outcome: "ignored",
            call_id: None,
            event: Some(event),
        })),
        Err(NotTaken::Refused(refused)) => {
            tracing::warn!(source = source.name(), agent = agent_id, reason = %refused, "a payload was refused");
            Err(Refusal::Payload.into())
        }
        Err(NotTaken::Invalid(problems)) => Err(problems.into()),
        Err(NotTaken::Rejected(rejected)) => Err((*rejected).into()),
        Err(NotTaken::CannotFetch) => {
            let why = "the payload is only a notice, and calls are not fetched from this source yet: send the whole call";
            Err(Problem::new(Kind::Conflict, why))
        }
        Err(NotTaken::Failed(error)) => Err(error.into()),
    }
}

/// The address as the sender knows it: a proxy before the server says how it was spoken to.
fn address(uri: &Uri, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = text("x-forwarded-proto").unwrap_or("http");
    let host = text("x-forwarded-host").or_else(|| text(header::HOST.as_str()));
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    format!("{scheme}://{}{path}", host.unwrap_or_default())
}
