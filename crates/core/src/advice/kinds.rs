//! Prompts that ask for another type than the declared one.

use std::sync::LazyLock;

use regex::Regex;

use super::choices::is_yes_no;
use super::{AdviceKind, Finding};
use crate::prompt_facts::text::{opens_as_yes_no, pattern, sentences};
use crate::prompt_facts::{integer_range, listed_options};
use crate::{Metric, MetricType};

static YES_NO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:yes|true)\s*(?:or|/|,)\s*(?:no|false)\b|\bwhether\b|\btrue\s+(?:if|when|only)\b|\byes\s+(?:if|when|only)\b",
    )
});
/// A question word at the head, unless it only opens a clause: "When the caller asked, did the agent …?"
static OPEN_QUESTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:and|so|on|at|in|for|to|from|by|with)\s+)?(?:what|which|who|whose|whom|when|where|why|how)\b",
    )
});
static LATE_YES_NO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r",\s*(?:did|does|do|was|were|is|are|has|have|had|will|should)\b"));
static WRITING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:please\s+)?(?:summari[sz]e|describe|explain|list|write|extract|quote|name)\b")
});
static HOW_MANY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:(?:for|in|on|with|after)\s+)?how\s+many\b"));
static WHEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:when\s+(?:is|was|are|were|will|did|does|do|should|can)\b|(?:on\s+|at\s+)?(?:what|which)\s+(?:date|day\s+and\s+time|date\s+and\s+time)\b)",
    )
});
static WHO_WHERE_WHY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:to\s+|from\s+)?(?:who|whose|whom|where|why)\b"));
/// More is wanted than the first question says.
static FOLLOWED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:what|which|who|whom|when|where|why|how|if\s+so|explain|describe|list|name|quote|summari[sz]e|give|provide|include|state|reason)\b",
    )
});
/// A word is to stand where there is no answer.
static WORD_FOR_NULL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"\b(?:answer|say|write|return|use|put|respond|reply|output|give|enter)\s+(?:with\s+|as\s+)?["“'`]?(not\s+applicable|n/a|not\s+mentioned|not\s+provided|unknown)\b|\bor\s+["“'`]?(not\s+applicable|n/a|not\s+mentioned|not\s+provided|unknown)\b|["“'`]?\b(not\s+applicable|n/a|unknown)["”'`]?\s+(?:if|when|otherwise)\b|["“`](not\s+applicable|n/a|unknown)["”`]"#,
    )
});
/// Digits that are no quantity: leading zeros, marks and length matter.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:phone|telephone|mobile|account|card|policy|order|booking|reference|confirmation|tracking|serial|case|claim|invoice)\s+(?:number|no\.|id|code)(?:\s|$|[,.?])|\b(?:zip|postal)\s*code\b|\bpostcode\b",
    )
});
static DECIMALS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bdecimals?\b|\b(?:with|including)\s+cents\b"));

pub(super) fn mismatch(metric: &Metric) -> Finding {
    let seen = match metric.kind {
        MetricType::Boolean => boolean(&metric.prompt),
        MetricType::String => string(&metric.prompt),
        MetricType::Integer => integer(&metric.prompt),
        MetricType::Datetime => datetime(&metric.prompt),
        MetricType::Enum => None,
    };
    let message = seen.or_else(|| word_for_null(metric))?;
    Some((AdviceKind::TypeMismatch, message))
}

fn boolean(prompt: &str) -> Option<String> {
    if asks_yes_no(prompt) {
        return None;
    }
    let head = first(prompt);
    if HOW_MANY.is_match(head) || integer_range(prompt).is_some() {
        return Some("the prompt asks for a number and the type is BOOLEAN, which is true or false: take INTEGER, or ask a question of yes or no".to_owned());
    }
    if OPEN_QUESTION.is_match(head) || WRITING.is_match(head) {
        return Some("the type is BOOLEAN, which is true or false, and the prompt is no question of yes or no: take another type, or begin with \"Did …\" or \"Was …\"".to_owned());
    }
    let options = listed_options(prompt).filter(|options| !is_yes_no(options))?;
    Some(format!(
        "the prompt lists the answers {} and the type is BOOLEAN, which is true or false: take ENUM",
        options.join(", ")
    ))
}

fn string(prompt: &str) -> Option<String> {
    let head = first(prompt);
    let options = listed_options(prompt);
    if options.as_deref().is_some_and(is_yes_no) || only_yes_no(prompt) {
        return Some(
            "the prompt is answered by yes or no and the type is STRING: take BOOLEAN".to_owned(),
        );
    }
    let more = FOLLOWED.find_iter(prompt).count();
    if HOW_MANY.is_match(head) && more <= 1 {
        return Some("the prompt asks for a number and the type is STRING: take INTEGER, which can be counted and averaged".to_owned());
    }
    if let Some(range) = integer_range(prompt).filter(|_| more <= 1 && options.is_none()) {
        return Some(format!(
            "the prompt asks for a number from {} to {} and the type is STRING: take INTEGER",
            range.start(),
            range.end()
        ));
    }
    let alone = sentences(prompt).len() == 1;
    (WHEN.is_match(head) && alone && more <= 1).then(|| {
        "the prompt asks for a date or a time and the type is STRING: DATETIME resolves it to an exact one".to_owned()
    })
}

fn integer(prompt: &str) -> Option<String> {
    let head = first(prompt);
    if only_yes_no(prompt) || listed_options(prompt).as_deref().is_some_and(is_yes_no) {
        return Some(
            "the prompt is answered by yes or no and the type is INTEGER: take BOOLEAN".to_owned(),
        );
    }
    if let Some(options) = listed_options(prompt)
        && options
            .iter()
            .all(|option| !option.chars().any(|c| c.is_ascii_digit()))
    {
        return Some(format!(
            "the prompt lists the answers {} and the type is INTEGER, which is a number: take ENUM",
            options.join(", ")
        ));
    }
    if WHEN.is_match(head) {
        return Some(
            "the prompt asks for a date or a time and the type is INTEGER: take DATETIME"
                .to_owned(),
        );
    }
    let alone = sentences(prompt).len() == 1 && integer_range(prompt).is_none();
    if alone
        && (WHO_WHERE_WHY.is_match(head)
            || (WRITING.is_match(head) && !head.to_lowercase().contains("number")))
    {
        return Some(
            "the prompt asks for words and the type is INTEGER, which is a number: take STRING"
                .to_owned(),
        );
    }
    if DIGITS.is_match(head) && !HOW_MANY.is_match(head) && !OF_COUNT.is_match(head) {
        return Some("the prompt asks for a number that is a name (leading zeros and letters count) and the type is INTEGER: take STRING".to_owned());
    }
    DECIMALS.is_match(prompt).then(|| {
        "the prompt asks for decimals and the type is INTEGER, which is a whole number: ask for the smaller unit (cents), or take STRING".to_owned()
    })
}

static OF_COUNT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bnumber\s+of\b|\bcount\b|\bhow\s+(?:many|often|much)\b"));

fn datetime(prompt: &str) -> Option<String> {
    let head = first(prompt);
    if only_yes_no(prompt) || listed_options(prompt).as_deref().is_some_and(is_yes_no) {
        return Some("the prompt is answered by yes or no and the type is DATETIME: take BOOLEAN, or ask when".to_owned());
    }
    if HOW_MANY.is_match(head) || (integer_range(prompt).is_some() && OF_SCALE.is_match(head)) {
        return Some("the prompt asks for a number and the type is DATETIME, which is a date and time: take INTEGER".to_owned());
    }
    let alone = sentences(prompt).len() == 1;
    (alone && WHO_WHERE_WHY.is_match(head)).then(|| {
        "the prompt asks for words and the type is DATETIME, which is a date and time: take STRING, or ask when".to_owned()
    })
}

static OF_SCALE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:rate|score|scale|rating)\b"));

fn word_for_null(metric: &Metric) -> Option<String> {
    if matches!(metric.kind, MetricType::String | MetricType::Enum) {
        return None;
    }
    let sentence = sentences(&metric.prompt)
        .into_iter()
        .find(|s| WORD_FOR_NULL.is_match(s) && !(opens_as_yes_no(s) && s.ends_with('?')))?;
    let parts = WORD_FOR_NULL.captures(sentence)?;
    let word = parts.iter().skip(1).flatten().next()?.as_str();
    let kind = metric.kind;
    Some(match kind {
        MetricType::Boolean => format!(
            "the prompt asks for \"{word}\" and the type is BOOLEAN, which is true or false: say which of the two it is then, or take ENUM"
        ),
        _ => format!(
            "the prompt asks for \"{word}\" and the type is {kind}, which cannot hold a word: write \"leave empty if …\" instead"
        ),
    })
}

fn first(prompt: &str) -> &str {
    sentences(prompt).first().copied().unwrap_or("")
}

/// Whether any part of the prompt is a question of yes or no.
fn asks_yes_no(prompt: &str) -> bool {
    YES_NO.is_match(prompt)
        || LATE_YES_NO.is_match(prompt)
        || sentences(prompt).iter().any(|s| opens_as_yes_no(s))
        || listed_options(prompt).as_deref().is_some_and(is_yes_no)
}

/// Whether the prompt is one question of yes or no and wants nothing beside it.
fn only_yes_no(prompt: &str) -> bool {
    let list = sentences(prompt);
    let [sentence] = list[..] else { return false };
    opens_as_yes_no(sentence)
        && sentence.ends_with('?')
        && !FOLLOWED.is_match(sentence)
        && !sentence.contains(" or ")
}
