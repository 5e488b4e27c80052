//! `GET /analytics/summary`: the period beside the one before.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

use super::figures::{average_ms, float, hundredths, money, pickup_rate};
use super::question::{Days, Question};
use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::Query;
use crate::atoms::reply::Success;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analytics/summary", get(route))
}

/// Figures of a period, with those of the one before.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    org_id: String,
    total_calls: Trend,
    pickup_rate: Trend,
    avg_duration_ms: Trend,
    median_duration_ms: f64,
    total_duration_ms: Trend,
    unique_users_reached: Trend,
    total_cost: Trend,
    period: Days,
    previous_period: Days,
}

/// A figure, what it was before, and how much it grew.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Trend {
    current: f64,
    previous: f64,
    /// Absent where there was nothing to grow from.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent_change: Option<f64>,
}

async fn route(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Summary>, AtomsError> {
    Ok(Success::ok(
        summary(&app, &Question::of(&app, &params)?).await?,
    ))
}

pub(super) async fn summary(app: &App, question: &Question) -> Result<Summary, AtomsError> {
    let before = question.before();
    let now = app.store.count_calls_in(&question.filter).await?;
    let then = app.store.count_calls_in(&before.filter).await?;
    let spread = app.store.spread_of_calls(&question.filter, None).await?;
    let median = spread.get(&0).map_or(0.0, |spread| spread.median_ms);
    Ok(Summary {
        org_id: app.store.organisation().await?.id,
        total_calls: Trend::of(float(now.total), float(then.total)),
        pickup_rate: Trend::of(pickup_rate(&now), pickup_rate(&then)),
        avg_duration_ms: Trend::of(average_ms(&now), average_ms(&then)),
        median_duration_ms: median.round(),
        total_duration_ms: Trend::of(now.duration_ms.round(), then.duration_ms.round()),
        unique_users_reached: Trend::of(float(now.users), float(then.users)),
        total_cost: Trend::of(money(now.cost), money(then.cost)),
        period: question.period.days(),
        previous_period: before.period.days(),
    })
}

impl Trend {
    fn of(current: f64, previous: f64) -> Self {
        let grown = || hundredths((current - previous) / previous * 100.0);
        Self {
            current,
            previous,
            percent_change: (previous > 0.0).then(grown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_percent_of_what_was() {
        assert_eq!(Trend::of(3.0, 2.0).percent_change, Some(50.0));
        assert_eq!(Trend::of(1.0, 3.0).percent_change, Some(-66.67));
        assert_eq!(Trend::of(2.0, 2.0).percent_change, Some(0.0));
        assert_eq!(Trend::of(2.0, 0.0).percent_change, None);
    }
}
