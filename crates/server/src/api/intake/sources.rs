//! The sources of an agent: set up, shown and taken away.

use aftercall_intake::all;
use aftercall_store::intake::{IntakePatch, IntakeSource, SecretKind};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;

use super::known;
use super::setup::{Setup, SetupBody};
use crate::App;
use crate::api::body::Body;
use crate::api::path::Path;
use crate::api::problem::{Details, Problem};
use crate::text::instant;

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
    /// Whether a key is set to fetch calls with from the platform.
    fetches: bool,
    /// Scheme and host that calls are fetched from in the place of the platform's own.
    fetch_base: Option<String>,
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
    /// `signing`, `path` or `fetch`.
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
            fetches: source.of_kind(SecretKind::Fetch).next().is_some(),
            fetch_base: source.fetch_base.clone(),
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
    let setup = Setup::read(&body, known(&name)?, &app.settings.delivery.policy())?;
    let new_path = match setup.new_path_secret {
        Some(wanted) => wanted,
        None => app.store.intake_source(&agent_id, &name).await?.is_none(),
    };
    let seal = |secret: &str| {
        app.sealed
            .intake_secret(&app.store, &agent_id, &name, secret)
    };
    let path_secret = new_path.then(|| app.store.new_token());
    let patch = IntakePatch {
        signing: setup.signing_secret.as_deref().map(seal),
        path: path_secret.as_deref().map(seal),
        fetch: setup.fetch_key.map(|key| key.as_deref().map(seal)),
        fetch_base: setup.fetch_base,
    };
    let until = app
        .store
        .now()
        .saturating_add(SignedDuration::from_hours(setup.overlap_hours));
    let until = until.unwrap_or_else(|_| app.store.now());
    let source = app
        .store
        .put_intake_source(&agent_id, &name, patch, until)
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
