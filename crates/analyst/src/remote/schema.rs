//! The form of an answer that a remote model is held to: one JSON object for all metrics of a call.

use serde_json::{Map, Value as Json, json};

use super::answer::MOST_QUOTES;
use crate::question::{Choice, Question, Shape};

/// The key that all answers stand under, and that of the summary.
pub(super) const ANSWERS: &str = "answers";
pub(super) const SUMMARY: &str = "summary";

/// The JSON Schema of the answers to these questions, and of the summary where it is asked for. It holds to what strict
/// modes take: every property is required and no other is allowed.
pub(super) fn schema(questions: &[&Question<'_>], summary: bool) -> Json {
    let mut properties = Map::new();
    if !questions.is_empty() {
        let answers = questions
            .iter()
            .map(|question| (question.metric.identifier.clone(), answer(question)))
            .collect();
        properties.insert(ANSWERS.into(), object(answers));
    }
    if summary {
        properties.insert(SUMMARY.into(), json!({"type": "string"}));
    }
    object(properties)
}

fn answer(question: &Question<'_>) -> Json {
    let evidence = object(Map::from_iter([
        ("turn".to_owned(), json!({"type": "integer"})),
        ("quote".to_owned(), json!({"type": "string"})),
    ]));
    // In this order a model looks first, then reasons, then answers.
    object(Map::from_iter([
        (
            "evidence".to_owned(),
            json!({"type": "array", "maxItems": MOST_QUOTES, "items": evidence}),
        ),
        ("reasoning".to_owned(), json!({"type": "string"})),
        ("value".to_owned(), value(question)),
        ("confidence".to_owned(), json!({"type": "number"})),
    ]))
}

fn value(question: &Question<'_>) -> Json {
    match &question.shape {
        Shape::Closed(choices) => closed(choices),
        Shape::Text { .. } | Shape::Moment => json!({"type": ["string", "null"]}),
        Shape::Number => json!({"type": ["integer", "null"]}),
    }
}

fn closed(choices: &[Choice]) -> Json {
    let values: Vec<Json> = choices
        .iter()
        .map(|choice| match &choice.value {
            Some(value) => json!(value),
            None => Json::Null,
        })
        .collect();
    let mut types: Vec<&str> = values
        .iter()
        .map(|value| match value {
            Json::Bool(_) => "boolean",
            Json::Number(_) => "integer",
            Json::Null => "null",
            _ => "string",
        })
        .collect();
    types.sort_unstable();
    types.dedup();
    match types.as_slice() {
        ["boolean"] => json!({"type": "boolean"}),
        [one] => json!({"type": one, "enum": values}),
        several => json!({"type": several, "enum": values}),
    }
}

fn object(properties: Map<String, Json>) -> Json {
    let required: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties})
}

#[cfg(test)]
mod tests {
    use aftercall_core::{Metric, MetricType};

    use super::*;

    fn value_of(kind: MetricType, prompt: &str, choices: &[&str]) -> Json {
        let metric = Metric {
            identifier: "m".into(),
            prompt: prompt.into(),
            kind,
            choices: choices.iter().map(|&c| c.into()).collect(),
        };
        let question = Question::of(&metric);
        let schema = schema(&[&question], true);
        assert_eq!(schema["required"], json!(["answers", "summary"]));
        schema["properties"]["answers"]["properties"]["m"]["properties"]["value"].clone()
    }

    #[test]
    fn values_have_the_type_of_the_metric() {
        let truth = value_of(MetricType::Boolean, "Was it resolved?", &[]);
        assert_eq!(truth, json!({"type": "boolean"}));
        let plan = value_of(MetricType::Enum, "Which plan?", &["gold", "basic"]);
        assert_eq!(plan, json!({"type": "string", "enum": ["gold", "basic"]}));
        let nullable = "Which plan? Leave empty if none was named.";
        let plan = value_of(MetricType::Enum, nullable, &["gold", "basic"]);
        assert_eq!(
            plan,
            json!({"type": ["null", "string"], "enum": ["gold", "basic", null]})
        );
        let stars = value_of(MetricType::Integer, "Rate it from 1 to 3.", &[]);
        assert_eq!(stars, json!({"type": "integer", "enum": [1, 2, 3]}));
        let people = value_of(MetricType::Integer, "How many people will come?", &[]);
        assert_eq!(people, json!({"type": ["integer", "null"]}));
        let when = value_of(MetricType::Datetime, "When is it?", &[]);
        assert_eq!(when, json!({"type": ["string", "null"]}));
    }

    #[test]
    fn without_metrics_there_is_a_summary_alone() {
        assert_eq!(
            schema(&[], true)["properties"],
            json!({"summary": {"type": "string"}})
        );
    }
}
