//! Metrics are checked before they are saved.

use aftercall_core::advice::AdviceKind;
use aftercall_core::check_metrics;
use axum::Json;
use axum::extract::{Request, State};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::problem::{FieldError, Problem};
use crate::App;
use crate::body;
use crate::refusal::Refusal;

/// What was found out about a list of metrics.
#[derive(Serialize, ToSchema)]
pub(crate) struct MetricCheck {
    /// The metrics as they were sent, whatever they are; empty where there is no list.
    #[schema(value_type = Vec<Value>)]
    metrics: Vec<Value>,
    /// Every field that breaks a rule.
    problems: Vec<FieldError>,
    /// What is allowed but seldom meant, for the metrics that break no rule.
    advice: Vec<AdviceView>,
}

/// A piece of advice. It never blocks.
#[derive(Serialize, ToSchema)]
#[schema(as = Advice)]
struct AdviceView {
    /// Place of the metric in the list, from 0; null where it is about the list.
    metric: Option<usize>,
    /// Its identifier.
    identifier: Option<String>,
    /// What it is about, such as `vague_prompt`.
    #[schema(value_type = String)]
    rule: AdviceKind,
    /// What was seen and what to do.
    message: String,
}

/// Check metrics
///
/// The body is a list of metrics, or an object with `dispositionMetrics`, as JSON or YAML. Nothing is stored. What breaks a
/// rule is told in the answer, with the path of the field; only a body that is neither JSON nor YAML is an error.
#[utoipa::path(
    post,
    path = "/v1/metrics/check",
    tag = "Metrics",
    operation_id = "checkMetrics",
    request_body(content((Value = "application/json"), (Value = "application/yaml"))),
    responses((status = 200, description = "What was found out.", body = MetricCheck)),
)]
pub(crate) async fn check(
    State(app): State<App>,
    request: Request,
) -> Result<Json<MetricCheck>, Problem> {
    let pause = app.settings.http.pause();
    let most = app.settings.limits.max_body_bytes;
    let bytes = body::whole(request.into_body(), most, pause).await?;
    let text = std::str::from_utf8(&bytes);
    let text = text.map_err(|_| Refusal::malformed("body", "must be UTF-8"))?;
    let found = check_metrics(text).map_err(Problem::malformed)?;
    let advice = found.advice.into_iter().map(|(metric, one)| AdviceView {
        metric,
        identifier: one.identifier,
        rule: one.kind,
        message: one.message,
    });
    Ok(Json(MetricCheck {
        metrics: found.items,
        problems: found.problems.into_iter().map(Into::into).collect(),
        advice: advice.collect(),
    }))
}
