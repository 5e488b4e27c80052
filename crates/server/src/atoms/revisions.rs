//! Revisions of a branch: list, read, history, restore.

use aftercall_core::agent_config;
use aftercall_store::Revision;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde_json::{Value as Json, json};

use super::branch_drafts::committed;
use super::error::AtomsError;
use super::path::Path;
use super::query::Query;
use super::reply::Reply;
use super::revision_document::{self, Beside};
use super::versions;
use crate::App;
use crate::auth::Caller;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/agent/{id}/branches/{branch}/revisions", get(list))
        .route(
            "/agent/{id}/branches/{branch}/revisions/{revision}",
            get(one),
        )
        .route(
            "/agent/{id}/branches/{branch}/revisions/{revision}/history",
            get(history),
        )
        .route(
            "/agent/{id}/branches/{branch}/revisions/{revision}/restore",
            post(restore),
        )
}

async fn list(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
    Query(params): Query,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = params.read();
    let limit = read.whole("limit", 20, 1..=100);
    let skip = read.whole("skip", 0, 0..=u64::from(u32::MAX));
    read.finish()?;
    let page = app.store.revisions(&agent, &branch, limit, skip).await?;
    let beside = Beside::read(&app.store, &page.items).await?;
    let revisions: Vec<_> = page
        .items
        .iter()
        .map(|revision| revision_document::published(revision, &beside))
        .collect();
    Ok(Reply::ok(
        json!({ "revisions": revisions, "total": page.total }),
    ))
}

async fn one(
    State(app): State<App>,
    Path((agent, branch, id)): Path<(String, String, String)>,
) -> Result<Reply<Json>, AtomsError> {
    app.store.branch(&agent, &branch).await?;
    let revision = app.store.revision(&agent, &id).await?;
    if revision.branch_id != branch {
        return Err(AtomsError::bad_request(
            "revisionId: must be a revision of this branch",
        ));
    }
    let config = agent_config::by_section(&revision.config);
    let revision = versions::document(&app, revision).await?;
    Ok(Reply::ok(
        json!({ "revision": revision, "resolvedConfig": config }),
    ))
}

async fn history(
    State(app): State<App>,
    Path((agent, branch, id)): Path<(String, String, String)>,
) -> Result<Reply<Json>, AtomsError> {
    let history = app.store.history(&agent, &branch, &id).await?;
    let (revisions, changed): (Vec<Revision>, Vec<_>) = history
        .steps
        .into_iter()
        .map(|step| (step.revision, step.changed_sections))
        .unzip();
    let beside = Beside::read(&app.store, &revisions).await?;
    let trail: Vec<_> = revisions
        .iter()
        .zip(changed)
        .map(|(revision, changed)| {
            let revision = revision_document::published(revision, &beside);
            json!({ "revision": revision, "changedSections": changed })
        })
        .collect();
    Ok(Reply::ok(json!({
        "revision": revision_document::published(&history.revision, &beside),
        "publishedBy": beside.name(history.revision.published_by.as_deref()),
        "trail": trail,
    })))
}

async fn restore(
    State(app): State<App>,
    Path((agent, branch, id)): Path<(String, String, String)>,
    caller: Caller,
) -> Result<Reply<Json>, AtomsError> {
    let by = Some(caller.key_id.as_str());
    let revision = app.store.restore_revision(&agent, &branch, &id, by).await?;
    committed(&app, revision).await
}
