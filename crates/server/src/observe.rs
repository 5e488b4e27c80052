//! What is told of every request: a line in the log, a span, figures for Prometheus. Never a query, a body or a header,
//! which may hold what was said, a telephone number or a key.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use tracing::Instrument;

use crate::refusal::{Family, Refusal};
use crate::request_id::RequestId;

/// Logs and counts a request.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let extensions = request.extensions();
    // The route as it is written in the program: paths hold ids, and there is no end of them.
    let route = extensions
        .get::<MatchedPath>()
        .map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    let is_probe = matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics");
    let id = extensions
        .get::<RequestId>()
        .map_or_else(String::new, |id| id.text().to_owned());
    let span =
        tracing::info_span!("request", %method, route, request_id = id, otel.kind = "server");

    metrics::gauge!("aftercall_http_requests_in_flight").increment(1.0);
    let in_flight = InFlight;
    let response = next.run(request).instrument(span.clone()).await;
    drop(in_flight);

    let elapsed = began.elapsed();
    let status = response.status().as_u16();
    let labels = [
        ("method", metrics_method(&method)),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("aftercall_http_requests_total", &labels).increment(1);
    metrics::histogram!("aftercall_http_request_seconds", &labels[..2])
        .record(elapsed.as_secs_f64());
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| match status {
        // Asked for by machines every few seconds, whatever the answer.
        _ if is_probe => tracing::debug!(status, duration_ms, "probe answered"),
        // The server can do nothing for it: it is busy, or a model is not there or takes long.
        503 | 504 => tracing::warn!(status, duration_ms, "request put off"),
        500.. => tracing::error!(status, duration_ms, "request failed"),
        _ => tracing::info!(status, duration_ms, "request answered"),
    });
    response
}

/// Counts down even if the client goes away while its request is under way.
struct InFlight;

impl Drop for InFlight {
    fn drop(&mut self) {
        metrics::gauge!("aftercall_http_requests_in_flight").decrement(1.0);
    }
}

/// A method as a label; invented ones are one label together.
fn metrics_method(method: &http::Method) -> String {
    match method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => {
            known.to_owned()
        }
        _ => "other".to_owned(),
    }
}

/// Turns a panic of a handler into the 500 of its family. What the panic said is in the log by the panic hook.
pub(crate) async fn panics(request: Request, next: Next) -> Response {
    let family = Family::of(request.uri().path());
    let run = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    run.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        family.answer(Refusal::Internal)
    })
}
