//! Metrics as they are made out of another platform's questions.

use std::collections::HashSet;

use aftercall_core::MetricType;
use aftercall_core::metrics_file::{
    MAX_CHOICE_CHARS, MAX_CHOICES, MAX_IDENTIFIER_CHARS, MAX_METRICS, MAX_PROMPT_CHARS,
};
use serde_json::{Value as Json, json};

use super::LeftOver;

/// Notes that are told; a list has as many metrics at most.
const MAX_NOTES: usize = 1000;

/// A question on its way.
pub(super) struct Question {
    /// Its path in the settings.
    pub(super) field: String,
    pub(super) name: String,
    pub(super) prompt: String,
    pub(super) kind: MetricType,
    pub(super) choices: Vec<String>,
}

#[derive(Default)]
pub(super) struct List {
    metrics: Vec<Json>,
    names: HashSet<String>,
    left_over: Vec<LeftOver>,
}

impl List {
    /// Adds a question as a metric, or says why it cannot be one.
    pub(super) fn ask(&mut self, mut question: Question) {
        let field = question.field.clone();
        if question.prompt.trim().is_empty() {
            question.prompt = question.name.replace(['_', '-'], " ");
            self.note(&field, "it has no description, so its name is the prompt");
        }
        if question.prompt.chars().count() > MAX_PROMPT_CHARS {
            self.note(
                &field,
                "left out: its description is longer than a prompt may be",
            );
            return;
        }
        if question.kind == MetricType::Enum {
            question.choices.retain(|choice| !choice.trim().is_empty());
            let mut seen = HashSet::new();
            question
                .choices
                .retain(|choice| seen.insert(choice.trim().to_owned()));
            let long = |choice: &String| choice.chars().count() > MAX_CHOICE_CHARS;
            if question.choices.is_empty()
                || question.choices.len() > MAX_CHOICES
                || question.choices.iter().any(long)
            {
                self.note(
                    &field,
                    "its choices cannot be those of an ENUM, so it is a STRING",
                );
                question.kind = MetricType::String;
            }
        }
        if self.metrics.len() >= MAX_METRICS {
            self.note(&field, "left out: a list has no more metrics");
            return;
        }
        let Some(identifier) = self.identifier(&question) else {
            self.note(&field, "left out: no identifier can be made of its name");
            return;
        };
        let mut metric = json!({
            "identifier": identifier,
            "dispositionMetricPrompt": question.prompt,
            "dispositionMetricType": question.kind.name(),
        });
        if question.kind == MetricType::Enum {
            metric["choices"] = json!(question.choices);
        }
        self.metrics.push(metric);
    }

    /// Notes what becomes of a setting.
    pub(super) fn note(&mut self, field: &str, why: &str) {
        if self.left_over.len() < MAX_NOTES {
            self.left_over.push(LeftOver {
                field: field.to_owned(),
                why: why.to_owned(),
            });
        }
    }

    pub(super) fn end(self) -> (Vec<Json>, Vec<LeftOver>) {
        (self.metrics, self.left_over)
    }

    /// The name in lower-case letters, digits and underscores; numbered where it stands already.
    fn identifier(&mut self, question: &Question) -> Option<String> {
        let base = identifier(&question.name)?;
        let mut name = base.clone();
        let mut number = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        if name != question.name {
            let why = format!("its identifier is {name}");
            self.note(&question.field, &why);
        }
        Some(name)
    }
}

/// `Call Outcome`, `callOutcome` → `call_outcome`.
fn identifier(name: &str) -> Option<String> {
    let mut out = String::new();
    let mut before_lower = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && before_lower {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            before_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        } else {
            if !out.ends_with('_') && !out.is_empty() {
                out.push('_');
            }
            before_lower = false;
        }
        // Room for a number.
        if out.len() >= MAX_IDENTIFIER_CHARS - 5 {
            break;
        }
    }
    let out = out.trim_end_matches('_').to_owned();
    (!out.is_empty()).then_some(out)
}

/// A text field.
pub(super) fn text<'a>(object: &'a Json, name: &str) -> Option<&'a str> {
    object
        .get(name)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

/// A list of texts; numbers are texts too.
pub(super) fn texts(value: Option<&Json>) -> Vec<String> {
    let list = value.and_then(Json::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|item| match item {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        assert_eq!(identifier("Call Outcome"), Some("call_outcome".into()));
        assert_eq!(
            identifier("callOutcome2Way"),
            Some("call_outcome2_way".into())
        );
        assert_eq!(identifier("__a--b__"), Some("a_b".into()));
        assert_eq!(identifier("CSAT"), Some("csat".into()));
        assert_eq!(identifier("日本"), None);
        assert!(identifier(&"x".repeat(500)).unwrap().len() <= MAX_IDENTIFIER_CHARS);
    }
}
