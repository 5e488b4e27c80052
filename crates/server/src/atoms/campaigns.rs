//! Campaigns: this server makes no calls, so it has none.

use axum::Router;
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::Value as Json;

use super::error::AtomsError;
use super::path::{self, Path};
use super::query::Query;
use super::reply::Reply;
use crate::App;

/// Campaigns of a page, at most.
const MAX_OFFSET: u64 = 500;

const STATES: [&str; 7] = [
    "draft",
    "scheduled",
    "processing",
    "running",
    "paused",
    "completed",
    "failed",
];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/campaign", get(list))
        .route("/campaign/{id}", get(unknown).delete(not_found))
        .route("/campaign/{id}/start", post(not_found))
        .route("/campaign/{id}/pause", post(unknown))
        .route("/campaign/{id}/export/by-audience-member", get(not_found))
        .route("/campaign/{id}/logs/export", get(unknown))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Campaigns {
    campaigns: [Json; 0],
    pagination: Pagination,
    total_campaign_count: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    total: u64,
    page: u64,
    /// The size of a page, as the wire calls it.
    offset: u64,
    has_more: bool,
    total_pages: u64,
}

async fn list(Query(params): Query) -> Result<Reply<Campaigns>, AtomsError> {
    let mut reader = params.read();
    let page = reader.whole("page", 1, 1..=u64::from(u32::MAX));
    let offset = reader.whole("offset", 5, 1..=MAX_OFFSET);
    reader.one_of("status", &STATES);
    reader.search("search");
    reader.one_of("sortOrder", &["asc", "desc"]);
    reader.finish()?;
    Ok(Reply::ok(Campaigns {
        campaigns: [],
        pagination: Pagination {
            total: 0,
            page,
            offset,
            has_more: false,
            total_pages: 0,
        },
        total_campaign_count: 0,
    }))
}

/// The original answers some routes with 404 for a campaign that is not there, and others with 400.
async fn not_found(Path(id): Path<String>) -> AtomsError {
    match path::id("id", &id) {
        Ok(_) => AtomsError::not_found("Campaign not found"),
        Err(error) => error,
    }
}

async fn unknown(Path(id): Path<String>) -> AtomsError {
    match path::id("id", &id) {
        Ok(id) => AtomsError::bad_request(format!("no campaign found for id {id}")),
        Err(error) => error,
    }
}
