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
    /// A number out of those that the call could mean, or none.
    Number,
    /// Words that say when; "none" is always allowed.
    Moment,
}

/// Something that is so in a call or is not, and that decides whether a metric has an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    /// In positive words, as a model does not hear a "not": "something was booked" of "Leave empty if nothing was booked."
    pub(crate) words: String,
    /// Whether there is an answer where it is so.
    pub(crate) given: bool,
}

impl Question<'_> {
    /// Whether the answer is one of a closed set, each of which is a value.
    pub(crate) fn always_valued(&self) -> bool {
        matches!(&self.shape, Shape::Closed(choices) if choices.iter().all(|c| c.value.is_some()))
    }
}

/// A metric with its shape.
#[derive(Debug, Clone)]
pub(crate) struct Question<'a> {
    pub(crate) metric: &'a Metric,
    pub(crate) shape: Shape,
    /// "Answer with …".
    pub(crate) form: String,
    /// When the prompt wants an answer or none, if it says so.
    pub(crate) condition: Option<Condition>,
    /// Whether a number or a code is asked for, as text.
    pub(crate) code: bool,
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
            condition: condition(&metric.prompt),
            code: metric.kind == MetricType::String && wants_code(&metric.prompt),
        }
    }

    /// The grammar and the most tokens of an answer that is written.
    pub(crate) fn grammar(&self) -> (Grammar, u32) {
        match self.shape {
            Shape::Text { prose: true } => (Grammar::Regex(r" [^\n]{1,1200}".into()), 200),
            // Never "none": whether there is an answer is decided by scores (see `Calibration::says`), and a small model
            // that writes "none" here keeps the words from us.
            Shape::Moment => (
                Grammar::Regex(r" (n[^o\n;(]|no[^n\n;(]|[^n\n;(])[^\n;(]{0,80}[;(]?".into()),
                20,
            ),
            // A small model that is let goes on from a name to all that it knows of it.
            _ if wants_several(&self.metric.prompt) => {
                (Grammar::Regex(r" [^\n]{1,300}".into()), 64)
            }
            _ => {
                // The answer ends where the model would go on to a third part: see `decide`, which takes the last sign off.
                // A comma before a digit stands inside a number.
                const PART: &str = r"([^\n,;(]|,[0-9]){1,80}";
                (Grammar::Regex(format!(r" \(?{PART}(, {PART})?[,;(]?")), 32)
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

/// Whether a short text is a number or a code rather than words.
fn wants_code(prompt: &str) -> bool {
    static SIGNS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:(?:reference|phone|account|order|policy|tracking|confirmation|flight|ticket|booking|invoice|card|telephone|mobile) (?:number|code|id)|reference number|zip code|postcode|postal code)\b").ok()
    });
    SIGNS.as_ref().is_some_and(|signs| signs.is_match(prompt))
}

static EMPTY_IF: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:(?:leave|keep)(?: it| this)? (?:empty|blank)|(?:return |answer )?null|omit(?: it)?) (?:if|when) ([^.!?]{4,120})").ok()
});

/// Negative words and the positive ones in their place.
const POSITIVE: [(&str, &str); 9] = [
    ("nothing", "something"),
    ("nobody", "somebody"),
    ("none", "any"),
    ("no", "any"),
    ("never", ""),
    ("not", ""),
    ("without", "with"),
    ("can't", "can"),
    ("won't", "will"),
];

fn condition(prompt: &str) -> Option<Condition> {
    /// A clause that begins with one of these says no more than that the call does not tell.
    const BARE: [&str; 18] = [
        "mentioned",
        "said",
        "given",
        "stated",
        "provided",
        "known",
        "unknown",
        "applicable",
        "available",
        "discussed",
        "specified",
        "clear",
        "unclear",
        "found",
        "present",
        "relevant",
        "unavailable",
        "unspecified",
    ];
    let found = EMPTY_IF.as_ref()?.captures(prompt)?;
    let mut given = false;
    let words: Vec<String> = found
        .get(1)?
        .as_str()
        .replace('\u{2019}', "'")
        .split_whitespace()
        .filter_map(|word| {
            let positive = positive(word);
            given |= positive.is_some();
            let word = positive.unwrap_or_else(|| word.to_owned());
            (!word.is_empty()).then_some(word)
        })
        .collect();
    let bare = words
        .first()
        .is_none_or(|first| BARE.contains(&first.to_lowercase().as_str()));
    (words.len() > 1 && !bare).then(|| Condition {
        words: words.join(" "),
        given,
    })
}

/// A negative word turned, with the sign that follows it.
fn positive(word: &str) -> Option<String> {
    let bare = word.trim_end_matches([',', ';', ':']);
    let sign = &word[bare.len()..];
    let lower = bare.to_lowercase();
    let turned = POSITIVE
        .iter()
        .find(|(negative, _)| *negative == lower)
        .map(|(_, positive)| (*positive).to_owned())
        .or_else(|| lower.strip_suffix("n't").map(str::to_owned))?;
    Some(format!("{turned}{sign}"))
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
        let of = |prompt: &str| condition(prompt).map(|c| (c.words, c.given));
        let so = |words: &str, given| Some((words.to_owned(), given));
        assert_eq!(
            of("What was booked? Leave empty if nothing was booked."),
            so("something was booked", true)
        );
        assert_eq!(
            of("Null when no price was named"),
            so("any price was named", true)
        );
        assert_eq!(
            of("Which day? Leave blank if the order was not placed"),
            so("the order was placed", true)
        );
        assert_eq!(
            of("Which day? Leave empty if the customer declined."),
            so("the customer declined", false)
        );
        assert_eq!(
            of("Which day? Leave empty if the visit wasn\u{2019}t booked."),
            so("the visit was booked", true)
        );
        // These say no more than that the call does not tell.
        for prompt in [
            "What was booked?",
            "Which day? Leave empty if not mentioned.",
            "Which day? Null if unknown",
            "Which day? Leave empty if not mentioned in the call.",
        ] {
            assert_eq!(of(prompt), None, "{prompt}");
        }
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
