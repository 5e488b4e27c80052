//! What was answered to metrics.

use axum::Json;
use axum::extract::State;
use utoipa::IntoParams;

use super::super::call_pages::CallQuery;
use super::super::problem::Problem;
use super::super::query::Query;
use super::metric_views::{MetricStatisticsView, MetricView, VersionView};
use super::question::{Chart, ChartQuery};
use crate::App;

/// Of which metrics.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct MetricsQuery {
    /// Of these metrics alone.
    #[param(style = Form, explode = false)]
    identifier: Option<Vec<String>>,
}

/// Count answers
///
/// What the current analyses of calls answered to each metric, and the same over time. A metric whose type changed between
/// versions is two. A bucket's `start` and `end`, as `from` and `to` of the list of calls, with `metric.IDENTIFIER=VALUE` find
/// the calls of a mark.
#[utoipa::path(
    get,
    path = "/v1/statistics/metrics",
    tag = "Statistics",
    operation_id = "getMetricStatistics",
    params(MetricsQuery, ChartQuery, CallQuery),
    responses((status = 200, description = "The figures.", body = MetricStatisticsView)),
)]
pub(crate) async fn read(
    State(app): State<App>,
    query: Query,
) -> Result<Json<MetricStatisticsView>, Problem> {
    let chart = Chart::read(&query, app.store.now(), true)?;
    let found = app.store.metric_statistics(&chart.question).await?;
    let metrics = found.metrics.into_iter();
    Ok(Json(MetricStatisticsView {
        asked: chart.asked(found.served_by),
        versions: found.versions.into_iter().map(VersionView::from).collect(),
        metrics: metrics
            .map(|figures| MetricView::new(figures, chart.bounds()))
            .collect(),
    }))
}
