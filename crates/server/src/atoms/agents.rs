//! Agents: list, create, read, change, archive, duplicate.

use aftercall_store::{AgentFilter, AgentSort, Order};
use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get, post};
use serde_json::{Value as Json, json};

use super::agent_document::{self, Source};
use super::agent_request;
use super::body::Body;
use super::error::{AtomsError, ResultExt};
use super::path::Path;
use super::query::{Params, Query};
use super::reply::Reply;
use crate::App;
use crate::auth::Caller;

/// Agents on one page, at most.
const MAX_PAGE: u64 = 1000;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/agent", get(list).post(create))
        .route("/agent/{id}", get(one).patch(update))
        .route("/agent/{id}/archive", delete(archive))
        .route("/agent/{id}/duplicate", post(duplicate))
}

async fn list(State(app): State<App>, Query(params): Query) -> Result<Reply<Json>, AtomsError> {
    let filter = filter(&params)?;
    let page = app.store.list_agents(&filter).await?;
    let organisation = app.store.organisation().await?;
    let rows = page.items.iter();
    let agents: Vec<_> = rows
        .map(|row| agent_document::row(&row.agent, &organisation.id, Some(row.total_calls)))
        .collect();
    let total_pages = page.total.div_ceil(filter.size);
    Ok(Reply::ok(json!({
        "agents": agents,
        // The specification has the one name, the original answers with the other.
        "total": page.total,
        "totalCount": page.total,
        "totalPages": total_pages,
        "hasMore": filter.page < total_pages,
        "isSearchResults": filter.search.is_some(),
    })))
}

fn filter(params: &Params) -> Result<AgentFilter, AtomsError> {
    let mut read = params.read();
    let sorts = [
        "createdAt",
        "updatedAt",
        "totalCalls",
        "name",
        "workflowType",
    ];
    let filter = AgentFilter {
        page: read.whole("page", 1, 1..=u64::from(u32::MAX)),
        size: read.whole("offset", 10, 1..=MAX_PAGE),
        search: read.search("search").map(str::to_owned),
        workflow_type: read.text("type").map(str::to_owned),
        sort: match read.one_of("sortField", &sorts) {
            Some("updatedAt") => AgentSort::UpdatedAt,
            Some("totalCalls") => AgentSort::TotalCalls,
            Some("name") => AgentSort::Name,
            Some("workflowType") => AgentSort::WorkflowType,
            _ => AgentSort::CreatedAt,
        },
        order: match read.one_of("sortOrder", &["asc", "desc"]) {
            Some("asc") => Order::Asc,
            _ => Order::Desc,
        },
        archived: read.flag("archived").unwrap_or(false),
    };
    read.finish()?;
    Ok(filter)
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<String>, AtomsError> {
    let new = agent_request::new_agent(&fields, &app.settings.limits, &caller)?;
    let agent = app.store.create_agent(new).await?;
    Ok(Reply::created(agent.id))
}

async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(params): Query,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = params.read();
    let draft = read.id("draftId");
    let version = read.id("versionId");
    read.finish()?;
    // The original answers 400 here, and 404 everywhere else.
    let agent = app
        .store
        .agent(&id)
        .await
        .unknown_is_400("No agent found")?;
    let (config, source) = if let Some(draft) = draft {
        let draft = app.store.draft(&id, &draft.to_string(), 0).await?;
        (draft.draft.config, Source::Draft)
    } else if let Some(version) = version {
        let revision = app.store.revision(&id, &version.to_string()).await?;
        (revision.config, Source::Version)
    } else {
        let active = app.store.revision(&id, &agent.active_revision_id).await?;
        (active.config, Source::Active)
    };
    let row = agent_document::full_row(&app.store, &agent).await?;
    Ok(Reply::ok(agent_document::document(row, &config, source)))
}

async fn update(
    State(app): State<App>,
    Path(id): Path<String>,
    Body(fields): Body,
) -> Result<Reply<String>, AtomsError> {
    let patch = agent_request::patch(&fields)?;
    let agent = app.store.update_agent(&id, patch).await?;
    Ok(Reply::ok(agent.id))
}

async fn archive(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(params): Query,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = params.read();
    let on = read.flag("on").unwrap_or(true);
    read.finish()?;
    app.store.archive_agent(&id, on).await?;
    let message = if on {
        "Agent archived"
    } else {
        "Agent unarchived"
    };
    Ok(Reply::ok(json!({ "message": message })))
}

async fn duplicate(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = fields.read();
    read.required("targetOrganizationId");
    let target = read.id("targetOrganizationId");
    read.finish()?;
    let organisation = app.store.organisation().await?;
    if target.is_none_or(|target| target.to_string() != organisation.id) {
        return Err(AtomsError::forbidden(
            "You are not a member of the target organization",
        ));
    }
    let by = Some(caller.key_id.as_str());
    let copy = app.store.duplicate_agent(&id, by).await?;
    Ok(Reply::created(json!({ "_id": copy.id })))
}
