//! The range of whole numbers that a prompt asks for.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::text::pattern;

/// Numbers in a range, at most: 0 to 100.
const MAX_VALUES: i64 = 101;

const NUMBER: &str =
    r"(?:[-\u{2212}]?\d{1,3}|zero|one|two|three|four|five|six|seven|eight|nine|ten)";
const WORDS: [&str; 11] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

/// A, a remark in brackets, a joiner, B.
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:\b(?<lead>from|between)\s+)?(?<a>{NUMBER})(?:\s*\([^()]{{1,60}}\)|\s*=\s*[^,.;()]{{1,40}}?)?(?<join>\s+to\s+|\s+through\s+|\s+and\s+|\s*[-–—]\s*|\s*\.\.\s*)(?<b>{NUMBER})"
    ))
});
static LEGEND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\s(,;])(\d{1,3})\s*(?:=|means\b|is\s+(?:the\s+)?(?:worst|best|lowest|highest)\b)",
    )
});
static SCALE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:scales?|rate|rates|rating|ratings|rated|scores?|scored|rank|ranked|ranking|stars?|points?|grade|graded|csat|nps|percent|percentage|probability|likelihood|likely|satisfaction|satisfied|happy|urgent|urgency|severity|confidence|whole\s+number|integer|a\s+number|1-5|1-10)\b",
    )
});
static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bhow\s+(?:many|much|long|old|often|far)\b|\bnumber\s+of\b|\bcount\s+(?:the|of|how)\b|\bage[ds]?\b",
    )
});
/// What makes two numbers a length, a time or an amount rather than a scale.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:[ap]\.?m\b|o['’]clock|(?:business|working|calendar)\s|(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|nights?|sentences?|words?|characters?|digits?|lines?|paragraphs?|dollars?|euros?|pounds?|usd|eur|gbp|km|miles?|people|persons?|guests?|calls?|times?|items?|tickets?|children|kg|mg|ml)\b|[$€£])",
    )
});

/// The range of whole numbers that the prompt asks for, 101 numbers at most: "from 1 to 5", "1-5", "on a scale of
/// 1 (bad) to 10 (good)", "between 0 and 100", "1 = poor … 5 = great", numbers up to ten also as words.
///
/// The prompt must speak of a scale (rate, score, scale, stars, satisfied …), or the range must stand alone in
/// brackets or as a part of a sentence of its own; numbers that belong to something else (phone numbers, years,
/// times of day, decimals, "2-3 sentences", "between 5 and 12 years") are no range, nor are those of a question "how
/// many" that names no scale. Of several ranges the one that holds the others is taken; if none does, nothing is.
#[must_use]
pub fn integer_range(prompt: &str) -> Option<RangeInclusive<i64>> {
    let scale = SCALE.is_match(prompt);
    let count = COUNT.is_match(prompt);
    let mut found: Vec<(i64, i64)> = RANGE
        .captures_iter(prompt)
        .filter_map(|parts| one_range(prompt, &parts, scale, count))
        .collect();
    found.extend(legend(prompt));
    let low = found.iter().map(|r| r.0).min()?;
    let high = found.iter().map(|r| r.1).max()?;
    found.contains(&(low, high)).then_some(low..=high)
}

fn one_range(prompt: &str, parts: &Captures, scale: bool, count: bool) -> Option<(i64, i64)> {
    let whole = parts.get(0)?;
    let lead = parts.name("lead").map(|m| m.as_str().to_lowercase());
    let join = parts["join"].trim().to_lowercase();
    if (join == "and") != (lead.as_deref() == Some("between")) {
        return None;
    }
    let (a, b) = (number(&parts["a"])?, number(&parts["b"])?);
    if a >= b || b - a >= MAX_VALUES {
        return None;
    }
    let before = &prompt[..whole.start()];
    let after = &prompt[whole.end()..];
    if glued_before(before) || glued_after(after) || UNIT.is_match(after) {
        return None;
    }
    let standing = stands_alone(before, after, lead.is_some());
    (scale || (standing && !count)).then_some((a, b))
}

fn number(text: &str) -> Option<i64> {
    let lower = text.to_lowercase();
    if let Some(n) = WORDS.iter().position(|w| *w == lower) {
        return i64::try_from(n).ok();
    }
    lower.replace('\u{2212}', "-").parse().ok()
}

/// Part of a longer number, word, date, time or amount.
fn glued_before(before: &str) -> bool {
    before
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || "-–—./:+$€£#_\\".contains(c))
}

fn glued_after(after: &str) -> bool {
    let mut chars = after.chars();
    match chars.next() {
        Some(c) if c.is_alphanumeric() || "-–—/:_+\\".contains(c) => true,
        Some('.' | ',') => chars.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

/// Alone in brackets, or with from or between as a part of the sentence of its own.
fn stands_alone(before: &str, after: &str, lead: bool) -> bool {
    let before = before.trim_end();
    let after = after.trim_start();
    if before.ends_with('(') && after.starts_with([')', ',', ':', ';']) {
        return true;
    }
    let opens =
        before.is_empty() || before.ends_with([',', ';', ':', '.', '?', '!', '-', '–', '—']);
    let closes = after.is_empty() || after.starts_with([',', ';', '.', '?', '!', '(']);
    lead && opens && closes
}

/// The ends of a legend: "1 = poor, 5 = great".
fn legend(prompt: &str) -> Option<(i64, i64)> {
    let named: Vec<i64> = LEGEND
        .captures_iter(prompt)
        .filter_map(|parts| parts[1].parse().ok())
        .collect();
    let low = *named.iter().min()?;
    let high = *named.iter().max()?;
    (low < high && high - low < MAX_VALUES).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (prompt, expected) in [
            ("How satisfied was the caller, from 1 to 5?", 1..=5),
            ("Rate 1 to 5", 1..=5),
            ("Rate the agent's politeness 1-5.", 1..=5),
            ("Politeness of the agent (1–10)", 1..=10),
            ("On a scale of 1 to 10, how annoyed was the caller?", 1..=10),
            ("On a scale from 0-3, how urgent is it?", 0..=3),
            ("Urgency on a 1-5 scale", 1..=5),
            (
                "How complete is the form? Give a number between 0 and 100.",
                0..=100,
            ),
            (
                "Percentage of the script that was followed (0-100%)",
                0..=100,
            ),
            ("Rate from 1 (very poor) to 5 (very good).", 1..=5),
            ("Score: 1 = angry, 2 = neutral, 3 = happy", 1..=3),
            (
                "How did the caller feel? 1 means furious and 5 means delighted.",
                1..=5,
            ),
            ("Rate one to five", 1..=5),
            ("Score the mood from -2 to 2", -2..=2),
            ("Score 1 through 7", 1..=7),
            ("How well was it explained, between 1 and 4?", 1..=4),
            (
                "Rate the call from 1 to 5, where 1-2 is poor and 4-5 is good.",
                1..=5,
            ),
            ("NPS 0..10", 0..=10),
        ] {
            assert_eq!(integer_range(prompt), Some(expected), "{prompt}");
        }
    }

    #[test]
    fn no_ranges() {
        for prompt in [
            "How many people is the booking for?",
            "How many children between 5 and 12 are travelling?",
            "How many children aged 5-12?",
            "Did they call 1-800-555-0100 to rate us?",
            "What was the score of the 2024-2025 season?",
            "Which year, from 2020 to 2024, had the best rating?",
            "Rate the call in 1-2 sentences.",
            "Does the caller want a slot between 9 and 11 am?",
            "Is the appointment 9:00-10:00?",
            "Which order, 12-34-56, was rated?",
            "Rate from 0.0 to 1.0",
            "Score from 1 to 1000",
            "Rate from 5 to 1",
            "How many days will delivery take, 3-5?",
            "Rate either 1-5 or 6-9",
            "What credit rate between 5 and 12 months was given?",
            "Was ticket A1-5 closed?",
            "The call lasted from 9 to 17, what was the topic?",
            "How many calls between 1 and 5?",
            "What was agreed on 3-4?",
            "Was it one to one?",
            "",
        ] {
            assert_eq!(integer_range(prompt), None, "{prompt}");
        }
    }
}
