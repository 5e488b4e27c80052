//! The whole numbers that a call could mean: those said in it, and the small ones that people count without saying them.

use std::sync::LazyLock;

use regex::Regex;

/// More candidates than this are not weighed: the latest ones are left, as what is settled is settled late.
const MOST: usize = 80;

static NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"([$€£]\s?)?\d(?:[\d,]*\d)?(?:\.\d+)?").ok());
static MAJOR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*(dollars?|bucks?|euros?|pounds?)\b").ok());

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// The candidates, without doubles, in the order of the text and then from 0 to 10. Where the prompt asks for cents, amounts of
/// whole money are there in cents too.
pub(crate) fn candidates(text: &str, prompt: &str) -> Vec<i64> {
    let text = text.to_lowercase();
    let cents = prompt.to_lowercase().contains("cent");
    let mut found = Vec::new();
    let mut add = |n: i64| {
        if let Some(at) = found.iter().position(|&f| f == n) {
            found.remove(at);
        }
        found.push(n);
    };
    if let (Some(number), Some(major)) = (NUMBER.as_ref(), MAJOR.as_ref()) {
        for m in number.find_iter(&text) {
            let digits: String = m
                .as_str()
                .chars()
                .filter(|c| c.is_ascii_digit() || *c == '.')
                .collect();
            let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
            let Ok(whole) = whole.parse::<i64>() else {
                continue;
            };
            if whole.unsigned_abs() >= 1_000_000_000_000_000 {
                continue;
            }
            let money = !m.as_str().starts_with(|c: char| c.is_ascii_digit())
                || !part.is_empty()
                || major.is_match(&text[m.end()..]);
            if cents && money {
                let part: i64 = format!("{part:0<2}")[..2].parse().unwrap_or(0);
                add(whole * 100 + part);
            }
            add(whole);
        }
    }
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|w| !w.is_empty())
        .collect();
    for (i, word) in words.iter().enumerate() {
        if let Some(n) = spelt(word, words.get(i + 1).copied()) {
            let next = words.get(i + 1).copied().unwrap_or_default();
            if cents && (next.starts_with("dollar") || next.starts_with("buck")) {
                add(n * 100);
            }
            add(n);
        }
    }
    let mut found = found.split_off(found.len().saturating_sub(MOST));
    found.extend((0..=10).filter(|n| !found.contains(n)).collect::<Vec<_>>());
    found
}

fn spelt(word: &str, next: Option<&str>) -> Option<i64> {
    let at = |list: &[&str], w: &str| {
        list.iter()
            .position(|u| *u == w)
            .and_then(|i| i64::try_from(i).ok())
    };
    if let Some(n) = at(&UNITS, word) {
        return Some(n);
    }
    let tens = (at(&TENS, word)? + 2) * 10;
    let unit = next.and_then(|w| at(&UNITS[..10], w)).filter(|n| *n > 0);
    Some(tens + unit.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn numbers_are_found_in_digits_and_words() {
        let found = candidates("Order 1,250 for twenty five people, or 12?", "How many?");
        for n in [1250, 25, 12] {
            assert!(found.contains(&n), "{n} in {found:?}");
        }
        assert!(!found.contains(&250));
    }

    #[test]
    fn cents_are_asked_for_and_dollars_said() {
        let found = candidates(
            "maybe $1.50, or two dollars, or 50 cents",
            "How many cents?",
        );
        for n in [150, 200, 50] {
            assert!(found.contains(&n), "{n} in {found:?}");
        }
    }

    #[test]
    fn small_numbers_are_always_there_and_nothing_twice() {
        let mut found = candidates("3 and 3 and three", "How many?");
        let before = found.len();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), before);
        assert!((0..=10).all(|n| found.contains(&n)));
    }

    #[test]
    fn numbers_that_fit_nowhere_are_left_out() {
        assert_eq!(candidates("99999999999999999999999", "n?").len(), 11);
    }
}
