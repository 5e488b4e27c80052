//! What kind of answer a metric wants: a closed set, or something to be written.

use std::sync::LazyLock;

use aftercall_core::prompt_facts::{allows_null, integer_range, is_null_word, listed_options};
use aftercall_core::{Metric, MetricType, Value};
use aftercall_engine::Grammar;
use regex::Regex;

use crate::prompt;

/// One allowed answer of a closed question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    /// As the model would write it.
    pub(crate) text: String,
    /// As it is stored; `None` for "the call does not say".
    pub(crate) value: Option<Value>,
}

/// The shape of a metric's answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// One of a set: its probabilities are all computed.
    Closed(Vec<Choice>),
    /// Words, written; "none" is always allowed.
    Text {
        /// Whether sentences are asked for, rather than a few words.
        prose: bool,
    },
    /// A number, written; "none" is always allowed.
    Number,
    /// Words that say when; "none" is always allowed.
    Moment,
}

/// A metric with its shape.
#[derive(Debug, Clone)]
pub(crate) struct Question<'a> {
    pub(crate) metric: &'a Metric,
    pub(crate) shape: Shape,
    /// "Answer with …".
    pub(crate) form: String,
    /// When the prompt wants no answer, in its own words: "nothing was booked" of "Leave empty if nothing was booked."
    pub(crate) empty_if: Option<String>,
}

impl<'a> Question<'a> {
    pub(crate) fn of(metric: &'a Metric) -> Self {
        let shape = shape(metric);
        let form = match &shape {
            Shape::Closed(choices) => closed_form(metric, choices),
            Shape::Text { prose: false } => prompt::TEXT.into(),
            Shape::Text { prose: true } => prompt::PROSE.into(),
            Shape::Number => prompt::NUMBER.into(),
            Shape::Moment => prompt::MOMENT.into(),
        };
        Self {
            metric,
            shape,
            form,
            empty_if: empty_if(&metric.prompt),
        }
    }

    /// The grammar and the most tokens of an answer that is written.
    pub(crate) fn grammar(&self) -> (Grammar, u32) {
        match self.shape {
            // No regular expression is longer than an i64 has digits.
            Shape::Number => (Grammar::Regex(r" (-?[0-9]{1,15}|none)".into()), 20),
            Shape::Text { prose: true } => (Grammar::Regex(r" [^\n]{1,1200}".into()), 200),
            Shape::Moment => (Grammar::Regex(r" [^\n]{1,100}".into()), 32),
            // A small model that is let goes on from a name to all that it knows of it.
            Shape::Text { prose: false } | Shape::Closed(_)
                if wants_several(&self.metric.prompt) =>
            {
                (Grammar::Regex(r" [^\n]{1,300}".into()), 64)
            }
            Shape::Text { prose: false } | Shape::Closed(_) => {
                // The answer ends where the model would go on: see `decide`, which takes the last sign off.
                (Grammar::Regex(r" [^\n,;(]{1,120}[,;(]?".into()), 32)
            }
        }
    }
}

fn shape(metric: &Metric) -> Shape {
    let closed = |values: Vec<(String, Value)>, null: bool| {
        let mut choices: Vec<Choice> = values
            .into_iter()
            .map(|(text, value)| Choice {
                text,
                value: Some(value),
            })
            .collect();
        if null {
            let taken = |text: &str| choices.iter().any(|c| c.text == text);
            if let Some(text) = [prompt::NONE, "not mentioned", "no answer in the call"]
                .into_iter()
                .find(|text| !taken(text))
            {
                choices.push(Choice {
                    text: text.into(),
                    value: None,
                });
            }
        }
        Shape::Closed(choices)
    };
    let texts = |texts: &[String]| -> Vec<(String, Value)> {
        texts
            .iter()
            .map(|t| (t.clone(), Value::Text(t.clone())))
            .collect()
    };
    let null = allows_null(metric);
    match metric.kind {
        MetricType::Boolean => closed(
            [true, false]
                .map(|b| (b.to_string(), Value::Boolean(b)))
                .to_vec(),
            null,
        ),
        MetricType::Enum => {
            let has_null = metric.choices.iter().any(|c| is_null_word(c));
            closed(texts(&metric.choices), null && !has_null)
        }
        MetricType::Integer => match integer_range(&metric.prompt) {
            Some(range) => closed(
                range.map(|n| (n.to_string(), Value::Integer(n))).collect(),
                null,
            ),
            None => Shape::Number,
        },
        MetricType::String => match listed_options(&metric.prompt) {
            Some(options) => {
                let has_null = options.iter().any(|o| is_null_word(o));
                closed(texts(&options), !has_null)
            }
            None => Shape::Text {
                prose: wants_prose(&metric.prompt),
            },
        },
        MetricType::Datetime => Shape::Moment,
    }
}

/// Whether a prompt asks for a passage of text.
fn wants_prose(prompt: &str) -> bool {
    const SIGNS: [&str; 12] = [
        "summar",
        "describe",
        "explain",
        "evaluate",
        "assess",
        "write",
        "sentence",
        "paragraph",
        "detail",
        "list ",
        "feedback",
        "why ",
    ];
    let prompt = prompt.to_lowercase();
    SIGNS.iter().any(|sign| prompt.contains(sign))
}

/// Whether a short text may hold a comma: an address, or a list.
fn wants_several(prompt: &str) -> bool {
    const SIGNS: [&str; 9] = [
        "address",
        "list",
        "items",
        "names of",
        "reasons",
        "topics",
        "all the",
        "which products",
        "steps",
    ];
    let prompt = prompt.to_lowercase();
    SIGNS.iter().any(|sign| prompt.contains(sign))
}

static EMPTY_IF: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:(?:leave|keep)(?: it| this)? (?:empty|blank)|(?:return |answer )?null|omit(?: it)?) (?:if|when) ([^.!?]{4,120})").ok()
});

fn empty_if(prompt: &str) -> Option<String> {
    let found = EMPTY_IF.as_ref()?.captures(prompt)?;
    Some(found.get(1)?.as_str().trim().to_owned())
}

fn closed_form(metric: &Metric, choices: &[Choice]) -> String {
    let names: Vec<&str> = choices
        .iter()
        .filter(|c| c.value.is_some())
        .map(|c| c.text.as_str())
        .collect();
    let null = choices
        .iter()
        .find(|c| c.value.is_none())
        .map_or_else(String::new, |c| {
            format!(", or {} if the call does not say", c.text)
        });
    match metric.kind {
        MetricType::Boolean => format!("{}{null}", prompt::TRUTH),
        MetricType::Integer => match (names.first(), names.last()) {
            (Some(first), Some(last)) => format!("a whole number from {first} to {last}{null}"),
            _ => prompt::NUMBER.into(),
        },
        _ => format!("one of: {}{null}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(kind: MetricType, prompt: &str, choices: &[&str]) -> Metric {
        Metric {
            identifier: "m".into(),
            prompt: prompt.into(),
            kind,
            choices: choices.iter().map(ToString::to_string).collect(),
        }
    }

    fn texts(metric: &Metric) -> Vec<String> {
        match Question::of(metric).shape {
            Shape::Closed(choices) => choices.into_iter().map(|c| c.text).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn booleans_have_no_null_unless_the_prompt_allows_it() {
        let plain = metric(MetricType::Boolean, "Was the issue resolved?", &[]);
        assert_eq!(texts(&plain), ["true", "false"]);
        let nullable = metric(
            MetricType::Boolean,
            "Was the issue resolved? Leave empty if no issue was raised.",
            &[],
        );
        assert_eq!(texts(&nullable), ["true", "false", "none"]);
    }

    #[test]
    fn options_in_a_string_prompt_are_choices() {
        let m = metric(
            MetricType::String,
            "How did the call end? Options: resolved, escalated, callback",
            &[],
        );
        assert_eq!(texts(&m), ["resolved", "escalated", "callback", "none"]);
    }

    #[test]
    fn the_condition_for_no_answer_is_found() {
        let of = |prompt: &str| empty_if(prompt);
        assert_eq!(
            of("What was booked? Leave empty if nothing was booked.").as_deref(),
            Some("nothing was booked")
        );
        assert_eq!(
            of("Null when no price was named").as_deref(),
            Some("no price was named")
        );
        assert_eq!(of("What was booked?"), None);
    }

    #[test]
    fn a_range_closes_an_integer() {
        let m = metric(
            MetricType::Integer,
            "Rate the satisfaction from 1 to 5.",
            &[],
        );
        assert_eq!(texts(&m), ["1", "2", "3", "4", "5"]);
        let open = metric(
            MetricType::Integer,
            "How many people is the booking for?",
            &[],
        );
        assert_eq!(Question::of(&open).shape, Shape::Number);
    }

    #[test]
    fn the_null_of_an_enum_never_clashes_with_a_choice() {
        let m = metric(
            MetricType::Enum,
            "Which plan? Leave empty if none was named.",
            &["none", "gold"],
        );
        assert_eq!(texts(&m), ["none", "gold"]);
    }
}
