//! Branches: lines of revisions, one of them live.

use aftercall_store::BranchSummary;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde_json::{Value as Json, json};

use super::body::{Body, Reader};
use super::branch_document;
use super::error::AtomsError;
use super::names::Names;
use super::path::Path;
use super::reply::Reply;
use crate::App;
use crate::auth::Caller;

/// Characters of a branch's name.
const MAX_NAME: usize = 100;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/agent/{id}/branches", get(list).post(create))
        .route("/agent/{id}/branches/{branch}", get(one).patch(rename))
        .route("/agent/{id}/branches/{branch}/archive", post(archive))
        .route("/agent/{id}/branches/{branch}/live", post(make_live))
}

async fn list(
    State(app): State<App>,
    Path(agent): Path<String>,
) -> Result<Reply<Json>, AtomsError> {
    let branches = app.store.branches(&agent).await?;
    let names = Names::read(&app.store).await?;
    let branches: Vec<_> = branches
        .iter()
        .map(|summary| branch_document::summary(summary, &names))
        .collect();
    Ok(Reply::ok(json!({ "branches": branches })))
}

async fn create(
    State(app): State<App>,
    Path(agent): Path<String>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = fields.read();
    let name = name(&mut read);
    read.required("sourceBranchId");
    let source = read.id("sourceBranchId");
    read.finish()?;
    let (name, source) = (name.unwrap_or_default(), source.map(|id| id.to_string()));
    let source = source.unwrap_or_default();
    let by = Some(caller.key_id.as_str());
    let summary = app.store.create_branch(&agent, &source, &name, by).await?;
    Ok(Reply::created(branch_document::branch(&summary)))
}

async fn one(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
) -> Result<Reply<Json>, AtomsError> {
    let summary = app.store.branch(&agent, &branch).await?;
    summarised(&app, &summary).await
}

async fn rename(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = fields.read();
    let name = name(&mut read);
    read.finish()?;
    let name = name.unwrap_or_default();
    let by = Some(caller.key_id.as_str());
    let summary = app.store.rename_branch(&agent, &branch, &name, by).await?;
    Ok(Reply::ok(branch_document::branch(&summary)))
}

async fn archive(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
    caller: Caller,
) -> Result<Reply<Json>, AtomsError> {
    let by = Some(caller.key_id.as_str());
    app.store.archive_branch(&agent, &branch, by).await?;
    Ok(Reply::ok(json!({ "archived": true })))
}

async fn make_live(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
    caller: Caller,
) -> Result<Reply<Json>, AtomsError> {
    let by = Some(caller.key_id.as_str());
    let summary = app.store.make_live(&agent, &branch, by).await?;
    summarised(&app, &summary).await
}

async fn summarised(app: &App, summary: &BranchSummary) -> Result<Reply<Json>, AtomsError> {
    let names = Names::read(&app.store).await?;
    Ok(Reply::ok(branch_document::summary(summary, &names)))
}

fn name(read: &mut Reader<'_>) -> Option<String> {
    let name = read.required_text("name", MAX_NAME)?;
    Some(name.trim().to_owned())
}
