//! What is different between two configurations of an agent: revisions, drafts of branches, named drafts.

use aftercall_core::agent_config::{self, Config, Diff};
use aftercall_store::{Store, StoreError};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Value as Json, json};

use super::error::{AtomsError, section_diffs};
use super::path::Path;
use super::query::{Params, Query};
use super::reply::Reply;
use crate::App;

/// Characters of a reference.
const MAX_REFERENCE: usize = 64;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/agent/{id}/diff", get(references))
        .route("/agent/{id}/versions/diff", get(versions))
}

async fn references(
    State(app): State<App>,
    Path(agent): Path<String>,
    Query(params): Query,
) -> Result<Reply<Json>, AtomsError> {
    between(&app, &agent, &params, ["a", "b"]).await
}

async fn versions(
    State(app): State<App>,
    Path(agent): Path<String>,
    Query(params): Query,
) -> Result<Reply<Json>, AtomsError> {
    between(&app, &agent, &params, ["versionA", "versionB"]).await
}

/// The first named is the old side.
async fn between(
    app: &App,
    agent: &str,
    params: &Params,
    names: [&str; 2],
) -> Result<Reply<Json>, AtomsError> {
    let mut read = params.read();
    let [old, new] = names.map(|name| {
        let reference = read.text(name).unwrap_or_default();
        if reference.is_empty() {
            read.problem(name, "Required");
        } else if reference.chars().count() > MAX_REFERENCE {
            read.problem(
                name,
                format_args!("String must contain at most {MAX_REFERENCE} character(s)"),
            );
        }
        reference
    });
    read.finish()?;
    let old = config(&app.store, agent, old).await?;
    let new = config(&app.store, agent, new).await?;
    Ok(Reply::ok(document(&agent_config::diff(&old, &new))))
}

fn document(diff: &Diff) -> Json {
    json!({ "unchangedSections": diff.unchanged_sections, "diffs": section_diffs(diff) })
}

/// The configuration behind `BRANCH:draft`, or behind the id of a revision or a draft.
async fn config(store: &Store, agent: &str, reference: &str) -> Result<Config, StoreError> {
    if let Some(branch) = reference.strip_suffix(":draft") {
        return Ok(store.branch_draft(agent, branch, 0).await?.draft.config);
    }
    match store.revision(agent, reference).await {
        Ok(revision) => Ok(revision.config),
        Err(unknown @ StoreError::Missing { .. }) => {
            // Where it is neither, the first answer is the better one: it names the agent or the revision.
            let draft = store.draft(agent, reference, 0).await;
            draft
                .map(|found| found.draft.config)
                .map_err(|error| match error {
                    StoreError::Missing { .. } => unknown,
                    other => other,
                })
        }
        Err(error) => Err(error),
    }
}
