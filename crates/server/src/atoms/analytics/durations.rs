//! `GET /analytics/duration-stats`: how long answered calls were.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

use super::figures::{average_ms, percent};
use super::question::{Days, Question};
use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::Query;
use crate::atoms::reply::Success;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analytics/duration-stats", get(route))
}

/// Durations of the answered calls of a period.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DurationStats {
    org_id: String,
    avg_duration_ms: f64,
    median_duration_ms: f64,
    #[serde(rename = "p90DurationMs")]
    p90_duration_ms: f64,
    #[serde(rename = "p95DurationMs")]
    p95_duration_ms: f64,
    /// Percent of the calls with a known duration.
    short_calls_percent: f64,
    long_calls_percent: f64,
    total_calls: u64,
    total_duration_ms: f64,
    period: Days,
}

async fn route(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<DurationStats>, AtomsError> {
    let question = Question::of(&app, &params)?;
    Ok(Success::ok(duration_stats(&app, &question).await?))
}

pub(super) async fn duration_stats(
    app: &App,
    question: &Question,
) -> Result<DurationStats, AtomsError> {
    let counts = app.store.count_calls_in(&question.filter).await?;
    let spreads = app.store.spread_of_calls(&question.filter, None).await?;
    let spread = spreads.get(&0).copied().unwrap_or_default();
    Ok(DurationStats {
        org_id: app.store.organisation().await?.id,
        avg_duration_ms: average_ms(&counts),
        median_duration_ms: spread.median_ms.round(),
        p90_duration_ms: spread.p90_ms.round(),
        p95_duration_ms: spread.p95_ms.round(),
        short_calls_percent: percent(counts.short, counts.measured),
        long_calls_percent: percent(counts.long, counts.measured),
        total_calls: counts.total,
        total_duration_ms: counts.duration_ms.round(),
        period: question.period.days(),
    })
}
