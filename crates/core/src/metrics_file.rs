//! A list of metrics as it comes in: JSON or YAML, every rule checked, every problem told at once.
//!
//! The shape is that of the Atoms API: a list of disposition metrics, or an object with `dispositionMetrics`
//! (a `postCallAnalyticsConfig`). A metric has `identifier`, `dispositionMetricPrompt`, `dispositionMetricType`
//! and, where that is ENUM, `choices`. In place of the type the older `"dispositionValues": {"type": "ENUM"}` is
//! taken. `null` is the same as absent everywhere. `choices` of another type than ENUM must be absent or empty.
//! Fields that are not named here are kept in [`MetricsFile::source`] and otherwise left alone.

mod choices;

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::problem::Problems;
use crate::{Metric, MetricType, Problem, document};

/// Bytes of a metrics file.
pub const MAX_METRICS_BYTES: usize = 8 * 1024 * 1024;
/// Metrics in one list.
pub const MAX_METRICS: usize = 200;
/// Characters of an identifier.
pub const MAX_IDENTIFIER_CHARS: usize = 128;
/// Characters of a prompt.
pub const MAX_PROMPT_CHARS: usize = 8_000;
/// Choices of one metric.
pub const MAX_CHOICES: usize = 256;
/// Characters of one choice.
pub const MAX_CHOICE_CHARS: usize = 200;

const TYPE_RULE: &str = "must be one of STRING, BOOLEAN, INTEGER, ENUM, DATETIME";
const SUCCESS_TYPES: [&str; 4] = [
    "NUMERIC_SCALE",
    "PERCENTAGE_SCALE",
    "PASS_FAIL",
    "DESCRIPTIVE_SCALE",
];

/// A list of valid metrics and what they were read from.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsFile {
    /// The metrics, in their order.
    pub metrics: Vec<Metric>,
    /// Exactly what was sent: unknown fields, order and older spellings included.
    pub source: Json,
}

/// Reads metrics from a JSON or YAML text.
///
/// # Errors
/// Every broken rule, up to [`crate::MAX_PROBLEMS`].
pub fn parse_metrics(text: &str) -> Result<MetricsFile, Vec<Problem>> {
    let source = document::from_json_or_yaml(text, MAX_METRICS_BYTES)?;
    let metrics = parse_metrics_json(&source)?;
    Ok(MetricsFile { metrics, source })
}

/// Reads metrics from a list of them, or from an object with `dispositionMetrics`.
///
/// # Errors
/// Every broken rule, up to [`crate::MAX_PROBLEMS`].
pub fn parse_metrics_json(source: &Json) -> Result<Vec<Metric>, Vec<Problem>> {
    let mut problems = Problems::default();
    let metrics = match source {
        Json::Array(list) => read_list("", list, &mut problems),
        Json::Object(config) => read_config(config, &mut problems),
        other => {
            problems.field(
                "document",
                Some(other),
                "must be a list of metrics, or an object with dispositionMetrics",
            );
            Vec::new()
        }
    };
    problems.or(metrics)
}

fn read_config(config: &Map<String, Json>, problems: &mut Problems) -> Vec<Metric> {
    for name in ["useInternalAnalyticsModel", "useReasoningModel"] {
        if let Some(value) = given(config, name).filter(|v| !v.is_boolean()) {
            problems.field(name, Some(value), "must be true or false");
        }
    }
    if let Some(value) = given(config, "summaryPrompt").filter(|v| !v.is_string()) {
        problems.field("summaryPrompt", Some(value), "must be a text");
    }
    match given(config, "successMetrics") {
        Some(Json::Array(list)) => check_success_metrics(list, problems),
        Some(other) => problems.field("successMetrics", Some(other), "must be a list"),
        None => {}
    }
    match given(config, "dispositionMetrics") {
        Some(Json::Array(list)) => read_list("dispositionMetrics", list, problems),
        Some(other) => {
            problems.field(
                "dispositionMetrics",
                Some(other),
                "must be a list of metrics",
            );
            Vec::new()
        }
        None if config.contains_key("identifier") => {
            problems.field(
                "document",
                Some(&Json::Object(config.clone())),
                "must be a list of metrics, or an object with dispositionMetrics: a single metric goes into a list too",
            );
            Vec::new()
        }
        None => {
            problems.field("dispositionMetrics", None, "is required in an object");
            Vec::new()
        }
    }
}

/// Success metrics are deprecated: checked, echoed, and never asked.
fn check_success_metrics(list: &[Json], problems: &mut Problems) {
    if list.len() > MAX_METRICS {
        too_many("successMetrics", list.len(), MAX_METRICS, problems);
        return;
    }
    for (n, item) in list.iter().enumerate() {
        let path = format!("successMetrics[{n}]");
        let Json::Object(item) = item else {
            problems.field(&path, Some(item), "must be an object");
            continue;
        };
        read_identifier(&path, item, problems);
        read_prompt(&path, "successMetricPrompt", item, problems);
        let kind = given(item, "successMetricType");
        if !kind.is_some_and(|k| k.as_str().is_some_and(|k| SUCCESS_TYPES.contains(&k))) {
            problems.field(
                &format!("{path}.successMetricType"),
                kind,
                format!("must be one of {}", SUCCESS_TYPES.join(", ")),
            );
        }
    }
}

fn read_list(root: &str, list: &[Json], problems: &mut Problems) -> Vec<Metric> {
    if list.len() > MAX_METRICS {
        let name = if root.is_empty() { "document" } else { root };
        too_many(name, list.len(), MAX_METRICS, problems);
        return Vec::new();
    }
    let mut metrics = Vec::with_capacity(list.len());
    let mut first: HashMap<&str, String> = HashMap::new();
    for (n, item) in list.iter().enumerate() {
        let path = format!("{root}[{n}]");
        let Json::Object(item) = item else {
            problems.field(&path, Some(item), "must be an object");
            continue;
        };
        metrics.extend(read_metric(&path, item, problems));
        let Some(identifier) = given(item, "identifier").and_then(Json::as_str) else {
            continue;
        };
        if let Some(earlier) = first.get(identifier) {
            problems.field(
                &format!("{path}.identifier"),
                given(item, "identifier"),
                format!("must be unique in the list, and {earlier} has it too"),
            );
        } else {
            first.insert(identifier, path);
        }
    }
    metrics
}

fn read_metric(path: &str, item: &Map<String, Json>, problems: &mut Problems) -> Option<Metric> {
    let identifier = read_identifier(path, item, problems);
    let prompt = read_prompt(path, "dispositionMetricPrompt", item, problems);
    let kind = read_type(path, item, problems);
    let choices = choices::read(path, item, kind, problems);
    Some(Metric {
        identifier: identifier?,
        prompt: prompt?,
        kind: kind?,
        choices: choices?,
    })
}

fn read_identifier(
    path: &str,
    item: &Map<String, Json>,
    problems: &mut Problems,
) -> Option<String> {
    let field = format!("{path}.identifier");
    let value = given(item, "identifier");
    let Some(text) = value.and_then(Json::as_str) else {
        let rule = if value.is_some() {
            "must be a text"
        } else {
            "is required"
        };
        problems.field(&field, value, rule);
        return None;
    };
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if text.is_empty() || !text.bytes().all(allowed) {
        problems.field(
            &field,
            value,
            "must match ^[a-z0-9_]+$ (lower-case letters a to z, digits and underscores)",
        );
        return None;
    }
    if text.len() > MAX_IDENTIFIER_CHARS {
        too_long(&field, text.len(), MAX_IDENTIFIER_CHARS, problems);
        return None;
    }
    Some(text.to_owned())
}

fn read_prompt(
    path: &str,
    name: &str,
    item: &Map<String, Json>,
    problems: &mut Problems,
) -> Option<String> {
    let field = format!("{path}.{name}");
    let value = given(item, name);
    let Some(text) = value.and_then(Json::as_str) else {
        let rule = if value.is_some() {
            "must be a text"
        } else {
            "is required"
        };
        problems.field(&field, value, rule);
        return None;
    };
    if text.trim().is_empty() {
        problems.field(&field, value, "must not be blank");
        return None;
    }
    let length = text.chars().count();
    if length > MAX_PROMPT_CHARS {
        too_long(&field, length, MAX_PROMPT_CHARS, problems);
        return None;
    }
    Some(text.to_owned())
}

fn read_type(path: &str, item: &Map<String, Json>, problems: &mut Problems) -> Option<MetricType> {
    let field = format!("{path}.dispositionMetricType");
    let old_field = format!("{path}.dispositionValues.type");
    let new = given(item, "dispositionMetricType");
    let old = match given(item, "dispositionValues") {
        Some(Json::Object(values)) => given(values, "type"),
        Some(other) if new.is_none() => {
            let field = format!("{path}.dispositionValues");
            problems.field(&field, Some(other), "must be an object with a type");
            return None;
        }
        _ => None,
    };
    let named = |value: &Json| value.as_str().and_then(MetricType::from_name);
    match (new, old) {
        (Some(new), Some(old)) if new != old => {
            problems.field(
                &old_field,
                Some(old),
                "must be the same as dispositionMetricType where both are given",
            );
            None
        }
        (Some(value), _) => named(value).or_else(|| {
            problems.field(&field, Some(value), TYPE_RULE);
            None
        }),
        (None, Some(value)) => named(value).or_else(|| {
            problems.field(&old_field, Some(value), TYPE_RULE);
            None
        }),
        (None, None) => {
            problems.field(&field, None, format!("is required and {TYPE_RULE}"));
            None
        }
    }
}

/// A field's value, where `null` is the same as absent.
fn given<'a>(object: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    object.get(name).filter(|value| !value.is_null())
}

fn too_many(field: &str, found: usize, most: usize, problems: &mut Problems) {
    let rule = format!("must have at most {most} items");
    problems.add(Problem::told(field, format!("{found} items"), rule));
}

fn too_long(field: &str, found: usize, most: usize, problems: &mut Problems) {
    let rule = format!("must be at most {most} characters long");
    problems.add(Problem::told(field, format!("{found} characters"), rule));
}
