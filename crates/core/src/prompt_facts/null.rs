//! Whether a prompt allows no answer, and which choice means it.

use std::sync::LazyLock;

use regex::Regex;

use super::text::{opens_as_yes_no, pattern, plain, sentences};
use crate::{Metric, MetricType};

/// Words for the missing answer itself.
const NOTHING: &str = r#"(?:(?:an?\s+)?(?:null|empty(?:\s+(?:string|value|text))?|blank|none|nothing|n/a|unknown|unspecified|not\s+(?:mentioned|stated|given|provided|specified|discussed|applicable|available|known)))"#;
/// Words after which "if" asks whether there is an answer at all.
const SAID: &str = r"(?:mentioned|stated|given|provided|specified|discussed|offered|known|applicable|available|said|disclosed)";

static INSTRUCTIONS: LazyLock<[Regex; 6]> = LazyLock::new(|| {
    [
        // leave empty, leave this field blank (leave empty-handed is another matter, see `allows_in`)
        pattern(
            r"\bleave\s+(?:(?:it|this|the|that|field|value|metric|answer)\s+){0,2}(?:empty|blank|null)\b",
        ),
        // null if …, none when …, N/A otherwise
        pattern(&format!(
            r#"\b{NOTHING}["'”’`]?,?\s+(?:if|when|where|unless|otherwise)\b"#
        )),
        // return null, answer with "none", set it to empty
        pattern(&format!(
            r#"\b(?:return|answer|use|write|say|respond|reply|output|give|put|set|choose|select|pick)\s+(?:(?:with|as|to|it|this|the|value|field)\s+){{0,2}}["'“‘`]?{NOTHING}\b"#
        )),
        // or none, or null
        pattern(&format!(
            r#"\bor\s+(?:(?:just|simply|else|as|with)\s+)?["'“‘`]?{NOTHING}\b"#
        )),
        pattern(
            r"\b(?:may|can|could)\s+be\s+(?:left\s+)?(?:empty|null|blank)\b|\bnullable\b|\(optional\)",
        ),
        // omit if …
        pattern(
            r"\b(?:omit|skip)\s+(?:(?:it|this|the)\s+)?(?:(?:field|metric|value)\s+)?(?:if|when|unless|where)\b",
        ),
    ]
});
static IF_SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:if|when|where)\s+(?:any|(?:explicitly\s+|clearly\s+)?{SAID}|there\s+(?:is|was|were|are)\s+(?:one|any))\s*(?:$|[,.;:)?!]|(?:by|in|during|on|at|otherwise|else)\b)"
    ))
});
static IF_NOT_SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:if|when|where)\s+(?:[\w'’]+\s+){{0,4}}?(?:not|never|wasn['’]t|isn['’]t)\s+(?:explicitly\s+|clearly\s+)?{SAID}\b|\bunless\s+(?:explicitly\s+|clearly\s+)?{SAID}\b"
    ))
});
/// Something else than nothing is to stand where nothing was said.
static SUBSTITUTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:answer|use|return|assume|write|say|set|put|give|respond|reply|default|defaults|treat|count|mark|choose|select|pick|output)\b|\b(?:\d+|zero|false|true|yes|no)\s+(?:if|when|unless|otherwise)\b",
    )
});
static FORBIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:do\s+not|don['’]t|never|must\s+not|may\s+not|cannot|can['’]t|should\s+not)\s+(?:ever\s+)?(?:leave|be\s+(?:left\s+)?(?:empty|blank|null)|omit|skip|(?:return|answer|use|write|say|output|give)\s+(?:with\s+)?{NOTHING})\b"
    ))
});

/// Whether the prompt says in so many words that there may be no answer.
///
/// It does where it has an instruction such as "leave empty", "null if", "return none", "or none", "omit if";
/// where it asks for something "if any", "if mentioned", "if known"; or where it speaks of what is "not mentioned"
/// without saying what else to answer then ("0 if not mentioned" allows no null). It does not where it forbids an
/// empty answer ("never leave empty"), and a question such as "Did the agent leave the form blank?" is no
/// instruction. The type and the choices play no part: see [`null_choice`].
#[must_use]
pub fn allows_null(metric: &Metric) -> bool {
    let list = sentences(&metric.prompt);
    !list.iter().any(|s| FORBIDDEN.is_match(s)) && list.iter().any(|s| allows_in(s))
}

fn allows_in(sentence: &str) -> bool {
    let question = sentence.ends_with('?');
    if question && opens_as_yes_no(sentence) {
        return false;
    }
    let instructed = INSTRUCTIONS.iter().any(|pattern| {
        pattern
            .find_iter(sentence)
            .any(|found| !sentence[found.end()..].starts_with('-'))
    });
    if instructed || IF_SAID.is_match(sentence) {
        return true;
    }
    IF_NOT_SAID.is_match(sentence) && !SUBSTITUTE.is_match(sentence)
}

/// Choices that mean no answer, the plainest first.
const NULL_CHOICES: [&str; 25] = [
    "not mentioned",
    "not stated",
    "not given",
    "not provided",
    "not specified",
    "not discussed",
    "not said",
    "unspecified",
    "none",
    "null",
    "nothing",
    "n/a",
    "not applicable",
    "not available",
    "none of the above",
    "none of these",
    "unknown",
    "not known",
    "undetermined",
    "cannot determine",
    "unable to determine",
    "cannot tell",
    "can't tell",
    "undisclosed",
    "unclear",
];

static NULL_PHRASE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:(?:none|not|never)\s+{SAID}\b.*|.*\bnot\s+{SAID}|no\s+.*\b{SAID}|unknown\s+.*|no\s+information)$"
    ))
});

/// Whether a choice or an option, by its own words, means none, unknown or not mentioned: `none`, `N/A`,
/// `not_mentioned`, `reason_not_given`, `no_reason_given`. `other` does not, nor `no`, nor `no_answer`, which is
/// what a telephone does.
#[must_use]
pub fn is_null_word(choice: &str) -> bool {
    let choice = plain(choice);
    NULL_CHOICES.contains(&choice.as_str()) || NULL_PHRASE.is_match(&choice)
}

/// The choice of an ENUM that means none, unknown or not mentioned, as it is spelt in the choices. Of several, the
/// plainest: "not mentioned" before "none" before "unknown" before "unclear".
#[must_use]
pub fn null_choice(metric: &Metric) -> Option<&str> {
    if metric.kind != MetricType::Enum {
        return None;
    }
    let rank = |choice: &&String| {
        let word = plain(choice);
        NULL_CHOICES
            .iter()
            .position(|known| *known == word)
            .or_else(|| NULL_PHRASE.is_match(&word).then_some(NULL_CHOICES.len()))
    };
    metric
        .choices
        .iter()
        .filter(|choice| rank(choice).is_some())
        .min_by_key(rank)
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(prompt: &str, choices: &[&str]) -> Metric {
        Metric {
            identifier: "m".into(),
            prompt: prompt.into(),
            kind: if choices.is_empty() {
                MetricType::String
            } else {
                MetricType::Enum
            },
            choices: choices.iter().map(|&c| c.into()).collect(),
        }
    }

    #[test]
    fn prompts_that_allow_null() {
        for prompt in [
            "Which plan did they take? Leave empty if they took none.",
            "Callback time. Leave it blank when nothing was agreed.",
            "The order number (null if it was not read out)",
            "Email address, or null",
            "What discount was offered, if any?",
            "Which competitor, if any, was named?",
            "The caller's date of birth, if mentioned.",
            "Appointment time if given by the caller",
            "Name of the street or none",
            "Return null when the caller hung up.",
            "Answer with \"N/A\" if there was no order.",
            "Respond with 'none' if no product came up.",
            "What is the policy number? If not mentioned, leave empty.",
            "The room number. If it was not mentioned, return null.",
            "The refund in euros when it is not specified otherwise nothing is known: empty if unsure",
            "Which city? Skip if unknown.",
            "Delivery date (optional)",
            "Serial number; can be empty.",
            "When will they pay? Unknown if they do not say.",
            "Preferred branch if known",
        ] {
            assert!(allows_null(&metric(prompt, &[])), "{prompt}");
        }
    }

    #[test]
    fn prompts_that_do_not() {
        for prompt in [
            "What is the caller's name?",
            "Did the agent leave the notes field blank?",
            "Did the caller leave empty-handed?",
            "Did the caller ask if any refund was due?",
            "Did the agent ask if known allergies were on file?",
            "How many complaints were there? 0 if not mentioned.",
            "How many people? If not mentioned, answer 1.",
            "Was insurance discussed? False if not discussed.",
            "If the price was not mentioned, assume 100. What was paid?",
            "Which plan fits? Never leave empty.",
            "The reason for the call. Do not return null.",
            "What was the known issue?",
            "Was the customer unknown to the agent or not?",
            "Say if the agent was polite.",
            "How annoyed was the caller, from 1 to 5?",
            "Is there nothing left to do, or is a callback due?",
        ] {
            assert!(!allows_null(&metric(prompt, &[])), "{prompt}");
        }
    }

    #[test]
    fn the_choice_that_means_nothing() {
        for (choices, expected) in [
            (&["a", "none"][..], Some("none")),
            (&["Unknown", "a", "Not_Mentioned"], Some("Not_Mentioned")),
            (&["a", "N/A"], Some("N/A")),
            (&["a", "No reason given"], Some("No reason given")),
            (&["a", "reason_not_stated"], Some("reason_not_stated")),
            (&["a", "unclear"], Some("unclear")),
            (&["unknown_caller", "none"], Some("none")),
            (&["a", "b"], None),
            (&["yes", "no"], None),
            (&["answered", "no_answer", "voicemail"], None),
            (&["a", "other"], None),
            (&["not_interested", "interested"], None),
            (&["no_clear_answer", "declined"], None),
            (&["given", "known"], None),
        ] {
            assert_eq!(
                null_choice(&metric("Which?", choices)),
                expected,
                "{choices:?}"
            );
        }
        assert_eq!(null_choice(&metric("Which? None if unsure", &[])), None);
    }
}
