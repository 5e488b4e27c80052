//! The whole numbers that a call could mean: those said in it, and the small ones that people count without saying them.
//!
//! Digits are known in the scripts of [`ZEROS`], words in English.

use std::sync::LazyLock;

use regex::Regex;

/// More candidates than this are not weighed: the latest ones are left, as what is settled is settled late.
const MOST: usize = 400;

/// The zeros of scripts whose digits stand in a row: Arabic, Persian, Devanagari, Bengali, full width.
const ZEROS: [char; 5] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{ff10}'];

static NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"([$€£₹]\s?)?[0-9](?:[0-9,]*[0-9])?(?:\.[0-9]+)?").ok());
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
    let text: String = text.to_lowercase().chars().map(in_ascii).collect();
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
    let mut at = 0;
    while at < words.len() {
        let Some((n, used)) = spelt(&words[at..]) else {
            at += 1;
            continue;
        };
        at += used;
        let next = words.get(at).copied().unwrap_or_default();
        if cents && (next.starts_with("dollar") || next.starts_with("buck")) {
            add(n * 100);
        }
        add(n);
    }
    let mut found = found.split_off(found.len().saturating_sub(MOST));
    found.extend((0..=10).filter(|n| !found.contains(n)).collect::<Vec<_>>());
    found
}

/// A digit of another script as an ASCII one.
fn in_ascii(c: char) -> char {
    let digit = ZEROS.iter().find_map(|&zero| {
        u32::from(c)
            .checked_sub(u32::from(zero))
            .filter(|d| *d < 10)
    });
    digit.and_then(|d| char::from_digit(d, 10)).unwrap_or(c)
}

/// The number that the first words spell, and how many words it takes: "two hundred and five" is 205.
fn spelt(words: &[&str]) -> Option<(i64, usize)> {
    const SCALES: [(&str, i64); 3] = [("hundred", 100), ("thousand", 1000), ("million", 1_000_000)];
    let scale = |word: &str| {
        SCALES
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, n)| *n)
    };
    // "a hundred" begins a number, "a house" does not.
    let article = words.first() == Some(&"a") && words.get(1).is_some_and(|w| scale(w).is_some());
    let (mut part, mut used) = if article {
        (1, 1)
    } else {
        below_hundred(words)?
    };
    let mut total = 0;
    while let Some(word) = words.get(used) {
        if let Some(scale) = scale(word) {
            used += 1;
            if scale == 100 {
                part *= scale;
            } else {
                total += part * scale;
                part = 0;
            }
            continue;
        }
        // Only after a scale can more follow: "two three" are two numbers.
        let scaled = part % 100 == 0 && (part > 0 || total > 0);
        let and = usize::from(*word == "and");
        let Some((more, taken)) = words.get(used + and..).and_then(below_hundred) else {
            break;
        };
        if !scaled {
            break;
        }
        part += more;
        used += and + taken;
    }
    Some((total + part, used))
}

fn below_hundred(words: &[&str]) -> Option<(i64, usize)> {
    let at = |list: &[&str], w: &str| {
        list.iter()
            .position(|u| *u == w)
            .and_then(|i| i64::try_from(i).ok())
    };
    let word = words.first()?;
    if let Some(n) = at(&UNITS, word) {
        return Some((n, 1));
    }
    let tens = (at(&TENS, word)? + 2) * 10;
    let unit = words.get(1).and_then(|w| at(&UNITS[..10], w));
    Some(match unit.filter(|n| *n > 0) {
        Some(unit) => (tens + unit, 2),
        None => (tens, 1),
    })
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
    fn large_numbers_are_spelt_with_scales() {
        let of = |text: &str| candidates(text, "How many?");
        for (text, n) in [
            ("two hundred", 200),
            ("a hundred and twenty", 120),
            ("three thousand two hundred and five", 3205),
            ("twenty five thousand", 25_000),
            ("one million", 1_000_000),
        ] {
            assert!(of(text).contains(&n), "{text}: {:?}", of(text));
        }
        assert!(!of("a house for two hundred people").contains(&2000));
        let apart = of("twenty and thirty, forty one two");
        for n in [20, 30, 41, 2] {
            assert!(apart.contains(&n), "{n} in {apart:?}");
        }
    }

    #[test]
    fn digits_of_other_scripts_count() {
        assert!(candidates("मुझे ४५ टिकट चाहिए", "How many?").contains(&45));
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
