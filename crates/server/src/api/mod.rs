//! Our own API under `/v1`: calls in, calls with their analyses out, jobs, keys. Described by OpenAPI from the code.

mod analyses;
mod analysis_views;
mod body;
mod call_pages;
mod call_stream;
mod call_views;
mod calls;
mod deliveries;
mod docs;
mod docs_text;
mod exports;
mod incoming;
mod intake;
mod jobs;
mod keys;
mod lines;
mod metric_checks;
mod models;
mod openapi;
mod path;
pub(crate) mod problem;
mod problem_kind;
mod query;
mod session;
mod statistics;
mod trials;
mod usage;
mod webhooks;

use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) use call_pages::filter;
pub(crate) use incoming::beyond;
pub use incoming::read_call;
pub use openapi::openapi;
pub(crate) use query::Query;

/// Every route of our own API, with its mount.
pub(crate) fn routes() -> Router<App> {
    let (router, _) = described().split_for_parts();
    router
        .route("/v1/openapi.json", get(openapi::json))
        .route("/v1/docs", get(docs::page))
}

/// The routes together with their descriptions.
fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(calls::send, call_pages::list))
        .routes(routes!(calls::read, calls::delete))
        .routes(routes!(analyses::create))
        .routes(routes!(intake::sources::list))
        .routes(routes!(intake::sources::put, intake::sources::delete))
        .routes(routes!(intake::notices::list))
        .routes(routes!(intake::notices::retry))
        .routes(routes!(intake::payloads::list))
        .routes(routes!(intake::take::take))
        .routes(routes!(intake::take::take_by_secret))
        .routes(routes!(exports::read))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::counts))
        .routes(routes!(jobs::read))
        .routes(routes!(jobs::retry))
        .routes(routes!(jobs::cancel))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::read, webhooks::change, webhooks::delete))
        .routes(routes!(webhooks::secret))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::replay))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::read))
        .routes(routes!(deliveries::replay))
        .routes(routes!(metric_checks::check))
        .routes(routes!(trials::create))
        .routes(routes!(models::list))
        .routes(routes!(models::test))
        .routes(routes!(statistics::calls::read))
        .routes(routes!(statistics::metrics::read))
        .routes(routes!(usage::read))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(session::create, session::read, session::delete))
}
