//! Choices against the answers that the prompt can produce.

use std::sync::LazyLock;

use regex::Regex;

use super::{AdviceKind, Finding};
use crate::prompt_facts::text::{pattern, plain};
use crate::prompt_facts::{allows_null, is_null_word, listed_options, null_choice};
use crate::{Metric, MetricType};

/// Use "other" if …, choose other when …
static NAMED: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        pattern(
            r#"(?:^|[.,;:(?!\n]|\bor|\band|\bthen|\bplease)\s*(?:use|choose|select|pick|answer|return|say|write)\s+(?:with\s+)?["“`']([\w /-]{1,40})["”`'](?:\s+(?:if|when|for|where|otherwise)\b|\s*[.,;)]|\s*$)"#,
        ),
        pattern(
            r"(?:^|[.,;:(?!\n]|\bor|\band|\bthen|\bplease)\s*(?:use|choose|select|pick|answer|return)\s+([\w/-]{1,40})\s+(?:if|when|where|otherwise)\b",
        ),
    ]
});
/// Words after "use" or "answer" that are no answers.
const NO_ANSWERS: [&str; 17] = [
    "it",
    "this",
    "that",
    "them",
    "one",
    "only",
    "exactly",
    "yes",
    "no",
    "true",
    "false",
    "empty",
    "blank",
    "null",
    "nothing",
    "both",
    "carefully",
];

pub(super) fn missing(metric: &Metric) -> Finding {
    if metric.kind != MetricType::Enum {
        return None;
    }
    let mut named = listed_options(&metric.prompt).unwrap_or_default();
    for pattern in NAMED.iter() {
        let words = pattern
            .captures_iter(&metric.prompt)
            .map(|parts| parts[1].trim().to_owned());
        named.extend(words.filter(|word| !NO_ANSWERS.contains(&plain(word).as_str())));
    }
    let known: Vec<String> = metric.choices.iter().map(|c| plain(c)).collect();
    let mut absent: Vec<String> = Vec::new();
    for option in named {
        let word = plain(&option);
        // What a null is called may differ; that there is a choice for it is what counts.
        let covered = known.iter().any(|choice| akin(choice, &word))
            || (is_null_word(&option) && null_choice(metric).is_some());
        if !covered && !absent.iter().any(|seen| plain(seen) == word) {
            absent.push(option);
        }
    }
    if absent.is_empty() {
        return None;
    }
    let list: Vec<String> = absent
        .iter()
        .map(|option| format!("\"{option}\""))
        .collect();
    let message = format!(
        "the prompt names {}, which is not among the choices: an answer is always one of the choices, so add it or take it out of the prompt",
        list.join(", ")
    );
    Some((AdviceKind::MissingChoice, message))
}

/// The same, or one has all the words of the other: "resolved" and "issue resolved".
fn akin(choice: &str, option: &str) -> bool {
    let within = |a: &str, b: &str| {
        a.split(' ')
            .all(|word| b.split(' ').any(|other| other == word))
    };
    within(choice, option) || within(option, choice)
}

pub(super) fn none_choice(metric: &Metric) -> Finding {
    let rest = ["other", "others", "something else", "none"];
    let covered = null_choice(metric).is_some()
        || metric.choices.iter().any(|choice| {
            let word = plain(choice);
            rest.contains(&word.as_str())
                || word.starts_with("no ")
                || word.starts_with("not ")
                || word.starts_with("other ")
        });
    if metric.kind != MetricType::Enum || covered || !allows_null(metric) {
        return None;
    }
    let message =
        "the prompt allows no answer, and no choice says so: add one such as \"none\"".to_owned();
    Some((AdviceKind::NoneChoice, message))
}

pub(super) fn similar(metric: &Metric) -> Finding {
    let words: Vec<String> = metric.choices.iter().map(|c| plain(c)).collect();
    let (n, earlier) = words.iter().enumerate().find_map(|(n, word)| {
        let earlier = words[..n]
            .iter()
            .position(|other| other == word && !word.is_empty())?;
        Some((n, earlier))
    })?;
    let message = format!(
        "the choices \"{}\" and \"{}\" differ in capitals or marks only: keep one of them",
        metric.choices[earlier], metric.choices[n]
    );
    Some((AdviceKind::SimilarChoices, message))
}

pub(super) fn use_enum(metric: &Metric) -> Finding {
    if metric.kind != MetricType::String {
        return None;
    }
    let options = listed_options(&metric.prompt)?;
    if is_yes_no(&options) {
        return None;
    }
    let message = format!(
        "the prompt lists its answers ({}): with the type ENUM and these as choices the answer keeps to them",
        options.join(", ")
    );
    Some((AdviceKind::UseEnum, message))
}

/// Yes and no, or true and false, and at most a word for neither beside them.
pub(super) fn is_yes_no(options: &[String]) -> bool {
    let words: Vec<String> = options
        .iter()
        .filter(|option| !is_null_word(option))
        .map(|option| plain(option))
        .collect();
    let has = |a: &str, b: &str| {
        words.len() == 2 && words.iter().any(|w| w == a) && words.iter().any(|w| w == b)
    };
    has("yes", "no") || has("true", "false")
}
