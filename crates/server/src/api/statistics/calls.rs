//! How many calls there were.

use aftercall_store::statistics::CallSums;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::call_pages::CallQuery;
use super::super::problem::Problem;
use super::super::query::Query;
use super::question::{Asked, Bounds, Chart, ChartQuery};
use crate::App;

/// How many calls there were.
#[derive(Serialize, ToSchema)]
#[schema(as = CallStatistics)]
pub(crate) struct CallStatisticsView {
    #[serde(flatten)]
    asked: Asked,
    /// In the whole period.
    totals: CallFigures,
    /// By bucket, empty ones too.
    series: Vec<CallBucket>,
}

/// The calls of a bucket.
#[derive(Serialize, ToSchema)]
struct CallBucket {
    #[serde(flatten)]
    bounds: Bounds,
    #[serde(flatten)]
    figures: CallFigures,
}

/// What there was of some calls.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CallFigures {
    /// All calls.
    calls: i64,
    /// Calls that are over.
    finished: i64,
    /// Calls whose current analysis was completed.
    analysed: i64,
    /// Calls whose current analysis failed.
    analysis_failed: i64,
    /// Calls whose duration is known.
    with_duration: i64,
    /// How long those were.
    duration_seconds: Durations,
}

/// How long calls were, in seconds. One of more than 31 days counts as 31 days.
#[derive(Serialize, ToSchema)]
struct Durations {
    /// Together.
    sum: f64,
    /// On average; null without any.
    mean: Option<f64>,
}

/// Count calls
///
/// Calls by when they began, or arrived where that is not known, in local hours, days, weeks or months. The filters are those
/// of the list of calls: a bucket's `start` and `end` as `from` and `to` of that list find its calls.
#[utoipa::path(
    get,
    path = "/v1/statistics/calls",
    tag = "Statistics",
    operation_id = "getCallStatistics",
    params(ChartQuery, CallQuery),
    responses((status = 200, description = "The figures.", body = CallStatisticsView)),
)]
pub(crate) async fn read(
    State(app): State<App>,
    query: Query,
) -> Result<Json<CallStatisticsView>, Problem> {
    let chart = Chart::read(&query, app.store.now(), false)?;
    let found = app.store.call_statistics(&chart.question).await?;
    let series = chart.bounds().zip(&found.series);
    Ok(Json(CallStatisticsView {
        asked: chart.asked(found.served_by),
        totals: (&found.totals).into(),
        series: series
            .map(|(bounds, sums)| CallBucket {
                bounds,
                figures: sums.into(),
            })
            .collect(),
    }))
}

impl From<&CallSums> for CallFigures {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to three centuries, and seconds are no whole numbers"
    )]
    fn from(sums: &CallSums) -> Self {
        let sum = sums.duration_us as f64 / 1e6;
        Self {
            calls: sums.calls,
            finished: sums.finished,
            analysed: sums.analysed,
            analysis_failed: sums.analysis_failed,
            with_duration: sums.with_duration,
            duration_seconds: Durations {
                sum,
                mean: (sums.with_duration > 0).then(|| sum / sums.with_duration as f64),
            },
        }
    }
}
