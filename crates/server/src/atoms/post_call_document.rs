//! An analysis as the compatible API shows it: values are texts, and what has no value is null with its reason.

use std::collections::HashSet;

use aftercall_core::{Analysis, Answer, MetricType, Status, Value};
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// `postCallAnalytics` of a call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostCall {
    summary: String,
    disposition_metrics: Vec<Metric>,
    success_metrics: [Metric; 0],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    identifier: String,
    value: Option<String>,
    confidence: f64,
    reasoning: String,
    disposition_metric_prompt: String,
    disposition_metric_type: MetricType,
    /// Not in the original: why a value is null.
    status: Status,
}

/// A metric's name and type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Definition {
    identifier: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl From<&Analysis> for PostCall {
    fn from(analysis: &Analysis) -> Self {
        Self {
            summary: analysis.summary.clone(),
            disposition_metrics: analysis
                .disposition_metrics
                .iter()
                .map(Metric::from)
                .collect(),
            success_metrics: [],
        }
    }
}

impl From<&Answer> for Metric {
    fn from(answer: &Answer) -> Self {
        Self {
            identifier: answer.identifier.clone(),
            value: answer.value.as_ref().map(value_text),
            confidence: answer.confidence,
            reasoning: answer.reasoning.clone(),
            disposition_metric_prompt: answer.prompt.clone(),
            disposition_metric_type: answer.kind,
            status: answer.status,
        }
    }
}

/// Identifier → value, as in lists.
pub(crate) fn values(analysis: &Analysis) -> Map<String, Json> {
    let pair = |answer: &Answer| {
        let value = answer.value.as_ref().map(value_text);
        (answer.identifier.clone(), Json::from(value))
    };
    analysis.disposition_metrics.iter().map(pair).collect()
}

/// What was asked, by name and type.
pub(crate) fn definitions(analysis: &Analysis) -> Vec<Definition> {
    let definition = |answer: &Answer| Definition {
        identifier: answer.identifier.clone(),
        kind: answer.kind.name(),
    };
    analysis
        .disposition_metrics
        .iter()
        .map(definition)
        .collect()
}

/// What was asked in any of several analyses, each once.
pub(crate) fn all_definitions<'a>(analyses: impl Iterator<Item = &'a Analysis>) -> Vec<Definition> {
    let mut seen = HashSet::new();
    let all = analyses.flat_map(definitions);
    all.filter(|definition| seen.insert(definition.clone()))
        .collect()
}

/// A value as a text, as the compatible API has all values of calls.
pub(crate) fn value_text(value: &Value) -> String {
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Text(value) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts() {
        for (value, text) in [
            (Value::Boolean(false), "false"),
            (Value::Integer(-3), "-3"),
            (Value::Text("a \"b\"".into()), "a \"b\""),
        ] {
            assert_eq!(value_text(&value), text);
        }
    }
}
