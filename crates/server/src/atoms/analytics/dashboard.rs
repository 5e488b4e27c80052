//! `GET /analytics/dashboard`: six of the others in one answer.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

use super::durations::{DurationStats, duration_stats};
use super::numbers::{Numbers, numbers};
use super::question::Question;
use super::series::{Hours, Outcomes, Volume, hours, outcomes, volume};
use super::summary::{Summary, summary};
use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::Query;
use crate::atoms::reply::Success;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analytics/dashboard", get(dashboard))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dashboard {
    summary: Summary,
    call_volume_timeseries: Volume,
    call_outcomes_timeseries: Outcomes,
    pickup_rate_by_number: Numbers,
    hourly_performance: Hours,
    duration_stats: DurationStats,
}

async fn dashboard(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Dashboard>, AtomsError> {
    let question = Question::of(&app, &params)?;
    Ok(Success::ok(Dashboard {
        summary: summary(&app, &question).await?,
        call_volume_timeseries: volume(&app, &question).await?,
        call_outcomes_timeseries: outcomes(&app, &question).await?,
        pickup_rate_by_number: numbers(&app, &question).await?,
        hourly_performance: hours(&app, &question).await?,
        duration_stats: duration_stats(&app, &question).await?,
    }))
}
