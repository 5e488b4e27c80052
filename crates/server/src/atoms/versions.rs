//! Versions, the older API's view of revisions over all branches: list, read, name, activate.

use aftercall_core::agent_config;
use aftercall_store::{Revision, VersionPatch};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, patch};
use serde_json::{Value as Json, json};

use super::body::Body;
use super::error::AtomsError;
use super::legacy;
use super::path::Path;
use super::query::Query;
use super::reply::Reply;
use super::revision_document::{self, Beside};
use crate::App;
use crate::auth::Caller;

/// Characters of a label.
pub(super) const MAX_LABEL: usize = 200;
/// Characters of a description.
pub(super) const MAX_DESCRIPTION: usize = 2000;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/agent/{id}/versions", get(list))
        .route("/agent/{id}/versions/{version}", get(one).patch(update))
        .route("/agent/{id}/versions/{version}/activate", patch(activate))
}

async fn list(
    State(app): State<App>,
    Path(agent): Path<String>,
    Query(params): Query,
) -> Result<Reply<Json>, AtomsError> {
    legacy::allowed(&app)?;
    let mut read = params.read();
    let limit = read.whole("limit", 20, 1..=100);
    let skip = read.whole("skip", 0, 0..=u64::from(u32::MAX));
    let pinned = read.flag("isPinned");
    read.finish()?;
    let page = app.store.versions(&agent, limit, skip, pinned).await?;
    let beside = Beside::read(&app.store, &page.items).await?;
    let versions: Vec<_> = page
        .items
        .iter()
        .map(|version| revision_document::published(version, &beside))
        .collect();
    Ok(Reply::ok(
        json!({ "versions": versions, "total": page.total }),
    ))
}

async fn one(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
) -> Result<Reply<Json>, AtomsError> {
    let version = app.store.revision(&agent, &id).await?;
    let config = agent_config::by_section(&version.config);
    let version = document(&app, version).await?;
    Ok(Reply::ok(
        json!({ "version": version, "resolvedConfig": config }),
    ))
}

async fn update(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    legacy::allowed(&app)?;
    let mut read = fields.read();
    let patch = VersionPatch {
        label: read.text("label", MAX_LABEL),
        description: read.text("description", MAX_DESCRIPTION),
        is_pinned: read.flag("isPinned"),
    };
    read.finish()?;
    if patch == VersionPatch::default() {
        return Err(AtomsError::bad_request(
            "body: must have one of label, description, isPinned",
        ));
    }
    let version = app.store.update_version(&agent, &id, patch).await?;
    Ok(Reply::ok(document(&app, version).await?))
}

async fn activate(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Reply<Json>, AtomsError> {
    legacy::allowed(&app)?;
    let by = Some(caller.key_id.as_str());
    let version = app.store.activate_version(&agent, &id, by).await?;
    Ok(Reply::ok(document(&app, version).await?))
}

/// A version with what stands beside it.
pub(super) async fn document(app: &App, version: Revision) -> Result<Json, AtomsError> {
    let versions = [version];
    let beside = Beside::read(&app.store, &versions).await?;
    let [version] = &versions;
    Ok(revision_document::published(version, &beside))
}
