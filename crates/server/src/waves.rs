//! `/waves/v1/pca`: a transcript and metrics in, answers out, nothing kept.

use std::time::Duration;

use aftercall_core::{
    Analysis, Answer, Call, Metric, Slot, Status, parse_metrics_json, parse_transcript_text,
};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::App;
use crate::atoms::body::{Body, Fields};
use crate::atoms::error::AtomsError;
use crate::atoms::post_call_document::value_text;
use crate::atoms::reply::Bare;
use crate::worker::{AnalyseError, Urgency};

/// Characters of a free prompt.
const MAX_PROMPT_CHARS: usize = 100_000;
/// What is said where no model runs in this process.
const NO_SLOT: &str =
    "this server analyses nothing itself (it runs with --no-worker): ask one that does";
/// When to try again what could not be done now.
const AGAIN: Duration = Duration::from_secs(10);
/// A type that this route alone knows: a text over the whole call.
const SUMMARY: &str = "SUMMARY";

/// The routes below `/waves/v1`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/pca", post(analyze))
        .route("/pca/generate", post(generate))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Analyzed {
    summary: String,
    disposition_metrics: Vec<Answered>,
}

#[derive(Debug, Serialize)]
struct Answered {
    identifier: String,
    /// Always a text here; an empty one where the call does not say.
    value: String,
    confidence: f64,
    reasoning: String,
    /// Not in the original: tells an empty text from none.
    status: Status,
}

#[derive(Debug, Serialize)]
struct Generated {
    output: String,
}

async fn analyze(State(app): State<App>, Body(fields): Body) -> Result<Bare<Analyzed>, AtomsError> {
    let (call, metrics) = read(&fields, app.settings.limits.max_metrics)?;
    let analysis = app
        .analysts
        .analyze(&Slot::Internal, call, metrics, Urgency::Now)
        .await?;
    Ok(Bare::ok(Analyzed::from(analysis)))
}

async fn generate(
    State(app): State<App>,
    Body(fields): Body,
) -> Result<Bare<Generated>, AtomsError> {
    let mut reader = fields.read();
    let prompt = reader.required_text("prompt", MAX_PROMPT_CHARS);
    reader.finish()?;
    let prompt = prompt.unwrap_or_default();
    let output = app.analysts.generate(&Slot::Internal, prompt).await?;
    Ok(Bare::ok(Generated { output }))
}

fn read(fields: &Fields, max_metrics: usize) -> Result<(Call, Vec<Metric>), AtomsError> {
    let mut reader = fields.read();
    let text = reader.required_text("transcript", usize::MAX);
    let list = reader.list("dispositionMetrics").unwrap_or_default();
    if list.len() > max_metrics {
        let rule = format!("Array must contain at most {max_metrics} element(s)");
        reader.problem("dispositionMetrics", rule);
    }
    reader.finish()?;
    let config = Map::from_iter([(
        "dispositionMetrics".to_owned(),
        list.iter().map(plain_type).collect(),
    )]);
    let metrics = parse_metrics_json(&Json::Object(config))?;
    let turns = parse_transcript_text(&text.unwrap_or_default())?;
    Ok((Call::from_turns(turns), metrics))
}

/// A metric as agents have them: `SUMMARY` is a text like any other.
fn plain_type(metric: &Json) -> Json {
    let mut metric = metric.clone();
    if let Some(kind) = metric.get_mut("dispositionMetricType")
        && kind == SUMMARY
    {
        *kind = "STRING".into();
    }
    metric
}

impl From<Analysis> for Analyzed {
    fn from(analysis: Analysis) -> Self {
        Self {
            summary: analysis.summary,
            disposition_metrics: analysis
                .disposition_metrics
                .into_iter()
                .map(Answered::from)
                .collect(),
        }
    }
}

impl From<Answer> for Answered {
    fn from(answer: Answer) -> Self {
        Self {
            value: answer.value.as_ref().map(value_text).unwrap_or_default(),
            identifier: answer.identifier,
            confidence: answer.confidence,
            reasoning: answer.reasoning,
            status: answer.status,
        }
    }
}

impl From<AnalyseError> for AtomsError {
    fn from(error: AnalyseError) -> Self {
        match error {
            AnalyseError::Failed(reason) => Self::internal(&reason),
            AnalyseError::Late(_) => Self::late(error.to_string()),
            // Only where the process has no slot at all: trying again does not help.
            AnalyseError::NotConfigured(_) => Self::unavailable(NO_SLOT, None),
            AnalyseError::NoEndpoint(_)
            | AnalyseError::NotReady(_)
            | AnalyseError::Busy(_)
            | AnalyseError::Stopped => Self::unavailable(error.to_string(), Some(AGAIN)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aftercall_core::{MetricType, Value};
    use serde_json::json;

    #[test]
    fn a_summary_is_a_text() {
        let metric = json!({"identifier": "a", "dispositionMetricPrompt": "b", "dispositionMetricType": "SUMMARY"});
        let metrics = parse_metrics_json(&json!([plain_type(&metric)])).unwrap();
        assert_eq!(metrics[0].kind, MetricType::String);
    }

    #[test]
    fn values_are_always_texts() {
        let metric = Metric {
            identifier: "a".into(),
            prompt: "b".into(),
            kind: MetricType::Boolean,
            choices: Vec::new(),
        };
        let mut answer = Answer::empty(&metric, Status::NotMentioned, "c");
        assert_eq!(Answered::from(answer.clone()).value, "");
        answer.value = Some(Value::Boolean(true));
        assert_eq!(Answered::from(answer.clone()).value, "true");
        answer.value = Some(Value::Integer(42));
        assert_eq!(Answered::from(answer).value, "42");
    }
}
