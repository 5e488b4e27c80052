//! The choices of a metric.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::{MAX_CHOICE_CHARS, MAX_CHOICES, given, too_long, too_many};
use crate::MetricType;
use crate::problem::Problems;

pub(super) fn read(
    path: &str,
    item: &Map<String, Json>,
    kind: Option<MetricType>,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let field = format!("{path}.choices");
    let value = given(item, "choices");
    let list = match value {
        None => None,
        Some(Json::Array(list)) => Some(list),
        Some(other) => {
            problems.field(&field, Some(other), "must be a list of texts");
            return None;
        }
    };
    match (kind, list) {
        (Some(MetricType::Enum), Some(list)) if !list.is_empty() => check(&field, list, problems),
        (Some(MetricType::Enum), _) => {
            problems.field(&field, value, "is required for ENUM and must not be empty");
            None
        }
        (Some(kind), Some(list)) if !list.is_empty() => {
            problems.field(
                &field,
                value,
                format!("is for ENUM only, and the type is {kind}"),
            );
            None
        }
        // Without a type it cannot be said whether choices belong here; what they are is checked all the same.
        (None, Some(list)) => check(&field, list, problems),
        _ => Some(Vec::new()),
    }
}

fn check(field: &str, list: &[Json], problems: &mut Problems) -> Option<Vec<String>> {
    if list.len() > MAX_CHOICES {
        too_many(field, list.len(), MAX_CHOICES, problems);
        return None;
    }
    let before = problems.count();
    let mut choices = Vec::with_capacity(list.len());
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (n, value) in list.iter().enumerate() {
        let field = format!("{field}[{n}]");
        let Some(text) = value.as_str() else {
            problems.field(&field, Some(value), "must be a text, in quotes");
            continue;
        };
        let word = text.trim();
        if word.is_empty() {
            problems.field(&field, Some(value), "must not be blank");
            continue;
        }
        let length = text.chars().count();
        if length > MAX_CHOICE_CHARS {
            too_long(&field, length, MAX_CHOICE_CHARS, problems);
        }
        if let Some(earlier) = first.insert(word, n) {
            let rule = format!(
                "must be unique, spaces at the ends aside, and choices[{earlier}] is the same"
            );
            problems.field(&field, Some(value), rule);
        }
        choices.push(text.to_owned());
    }
    (problems.count() == before).then_some(choices)
}
