//! Whether the server is up, whether it can do its work, and its figures.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Serialize;

use crate::App;
use crate::refusal::{Family, Refusal};
use crate::worker::EndpointState;

/// `/healthz`, `/readyz` and `/metrics`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

/// The process is up.
async fn healthz() -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Readiness {
    /// `ready`, `not_ready` or `stopping`.
    status: &'static str,
    /// `ok`, or why the database cannot be used.
    database: &'static str,
    /// Migrations that were not applied yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pending_migrations: Vec<String>,
    /// The models of this process.
    engine: Vec<EndpointState>,
    /// Seconds for which the job that is longest due has waited; 0 without any.
    queue_age_seconds: u64,
}

/// The server can do its work: 200, else 503.
async fn readyz(State(app): State<App>) -> Response {
    let (database, pending_migrations, queue_age_seconds) = match database(&app).await {
        Ok((pending, age)) if pending.is_empty() => ("ok", pending, age),
        Ok((pending, age)) => ("migrations are pending", pending, age),
        Err(error) => {
            tracing::warn!(%error, "the database is not ready");
            ("unreachable", Vec::new(), 0)
        }
    };
    let engine = app.analysts.states();
    // A process without models of its own only serves: others analyse.
    let engine_is_ready = engine.is_empty() || engine.iter().any(|one| one.state == "ready");
    let status = if app.is_draining() {
        "stopping"
    } else if database == "ok" && engine_is_ready {
        "ready"
    } else {
        "not_ready"
    };
    let code = if status == "ready" {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = Readiness {
        status,
        database,
        pending_migrations,
        engine,
        queue_age_seconds,
    };
    (code, Json(body)).into_response()
}

async fn database(app: &App) -> Result<(Vec<String>, u64), aftercall_store::StoreError> {
    app.store.ping().await?;
    let pending = app.store.pending_migrations().await?;
    // Without its tables there is no queue to look at.
    let age = if pending.is_empty() {
        queue_age(app).await?
    } else {
        0
    };
    Ok((pending, age))
}

async fn queue_age(app: &App) -> Result<u64, aftercall_store::StoreError> {
    let oldest = app.store.oldest_queued().await?;
    let age = oldest.map(|due| app.store.now().duration_since(due).as_secs());
    Ok(age
        .and_then(|seconds| u64::try_from(seconds).ok())
        .unwrap_or(0))
}

/// The figures, in the text format of Prometheus.
async fn metrics(State(app): State<App>) -> Response {
    match gauges(&app).await {
        Ok(()) => {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], app.metrics.render()).into_response()
        }
        Err(error) => Family::Plain.answer(Refusal::from(error)),
    }
}

/// Figures that are asked for rather than counted.
async fn gauges(app: &App) -> Result<(), aftercall_store::StoreError> {
    let counts = app.store.job_counts().await?;
    // Combinations that are gone now must not keep their last figure.
    app.metrics.set_all(
        "aftercall_jobs",
        ["state", "slot"],
        counts.iter().map(|count| {
            (
                [count.state.name().to_owned(), count.slot.clone()],
                count.count as f64,
            )
        }),
    );
    let age = queue_age(app).await?;
    metrics::gauge!("aftercall_queue_age_seconds").set(age as f64);
    for one in app.analysts.states() {
        let ready = f64::from(u8::from(one.state == "ready"));
        let name = one.endpoint;
        metrics::gauge!("aftercall_engine_ready", "endpoint" => name.clone()).set(ready);
        metrics::gauge!("aftercall_engine_waiting", "endpoint" => name.clone())
            .set(one.waiting as f64);
        metrics::gauge!("aftercall_engine_restarts", "endpoint" => name).set(one.restarts as f64);
    }
    Ok(())
}
