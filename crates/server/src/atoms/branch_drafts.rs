//! The draft of a branch: read, edit, discard, publish.

use aftercall_store::Revision;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde_json::{Value as Json, json};

use super::body::Body;
use super::config_request;
use super::error::AtomsError;
use super::names::Names;
use super::path::Path;
use super::reply::Reply;
use super::revision_document;
use super::versions::{self, MAX_LABEL};
use crate::App;
use crate::auth::Caller;

/// Edits that are shown of a draft, the newest ones.
const SHOWN_EDITS: u64 = 100;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/agent/{id}/branches/{branch}/draft",
            get(read).put(edit).delete(discard),
        )
        .route("/agent/{id}/branches/{branch}/draft/publish", post(publish))
        .route(
            "/agent/{id}/branches/{branch}/draft/publish/cancel",
            post(cancel),
        )
}

async fn read(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
) -> Result<Reply<Json>, AtomsError> {
    let detail = app.store.branch_draft(&agent, &branch, SHOWN_EDITS).await?;
    let names = Names::read(&app.store).await?;
    let history: Vec<_> = detail
        .edits
        .iter()
        .map(|edit| {
            json!({
                "revision": revision_document::edited(&detail.draft, edit, &names),
                "changedSections": edit.changed_sections,
                "editorName": names.of(edit.editor.as_deref()),
            })
        })
        .collect();
    Ok(Reply::ok(json!({
        "latest": revision_document::draft(&detail.draft, &names),
        "editCount": detail.edit_count,
        "editHistory": history,
    })))
}

async fn edit(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = fields.read();
    let expected = read.integer("expectedRevision", 0..=i64::from(i32::MAX));
    read.finish()?;
    let patch = config_request::checked(&fields, &app.settings.limits)?;
    let by = Some(caller.key_id.as_str());
    let edit = app
        .store
        .edit_branch_draft(&agent, &branch, &patch, expected, by);
    let draft = edit.await?;
    let names = Names::read(&app.store).await?;
    Ok(Reply::ok(revision_document::draft(&draft, &names)))
}

async fn discard(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
) -> Result<Reply<Json>, AtomsError> {
    app.store.discard_branch_draft(&agent, &branch).await?;
    Ok(Reply::ok(json!({ "discarded": true })))
}

async fn publish(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = fields.read();
    let label = read.text("label", MAX_LABEL);
    read.finish()?;
    let by = Some(caller.key_id.as_str());
    let publish = app
        .store
        .publish_branch_draft(&agent, &branch, label.as_deref(), by);
    let revision = publish.await?;
    committed(&app, revision).await
}

/// There is no scan that a publication would wait for, so there is never one to cancel.
async fn cancel(
    State(app): State<App>,
    Path((agent, branch)): Path<(String, String)>,
) -> Result<Reply<Json>, AtomsError> {
    app.store.branch(&agent, &branch).await?;
    Ok(Reply::ok(json!({ "cancelled": true })))
}

/// What is answered to a publication and to a restoration.
pub(super) async fn committed(app: &App, revision: Revision) -> Result<Reply<Json>, AtomsError> {
    Ok(Reply::ok(json!({
        "state": "committed",
        "revision": versions::document(app, revision).await?,
    })))
}
