//! All routes, and what every request goes through on its way to one.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use http::Uri;
use tower::Layer;
use tower_http::normalize_path::NormalizePathLayer;

use crate::refusal::{Family, Refusal};
use crate::{App, api, atoms, auth, dashboard, health, observe, request_id, waves};

/// The server's routes.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .nest("/atoms/v1", atoms::routes())
        // Older clients of the compatible API know it under this name.
        .nest("/api/v1", atoms::routes())
        .nest("/waves/v1", waves::routes())
        .merge(api::routes())
        .merge(health::routes());
    layered(routes, dashboard::routes(), app)
}

/// What a process answers that only analyses: `/healthz`, `/readyz` and `/metrics`.
pub(crate) fn health_router(app: App) -> Router {
    layered(health::routes(), Router::new().fallback(no_route), app)
}

fn layered(routes: Router<App>, others: Router, app: App) -> Router {
    let routes = routes
        .fallback_service(others)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(app.clone(), auth::layer))
        .layer(from_fn(observe::panics))
        .layer(from_fn(observe::layer))
        .layer(from_fn_with_state(app.clone(), request_id::layer))
        .with_state(app);
    // Outside of everything, as a route is found by the path that this leaves.
    Router::new().fallback_service(NormalizePathLayer::trim_trailing_slash().layer(routes))
}

async fn no_route(uri: Uri) -> Response {
    Family::of(uri.path()).answer(Refusal::Route)
}

async fn no_method(request: Request) -> Response {
    Family::of(request.uri().path()).answer(Refusal::Method)
}
