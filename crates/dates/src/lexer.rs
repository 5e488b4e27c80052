//! Text to lexemes: runs of letters, runs of digits and single signs, folded and with their byte ranges.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

/// A run of letters, a run of digits or one sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lexeme {
    /// Lower case, without accents, digits as ASCII.
    pub(crate) text: String,
    /// Where it stands in the text.
    pub(crate) span: Range<usize>,
}

impl Lexeme {
    /// Whether it is a run of digits.
    pub(crate) fn is_digits(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Letters without their accents. Devanagari is left alone.
const FOLDS: &[(&str, &str)] = &[
    ("àáâãäå", "a"),
    ("èéêë", "e"),
    ("ìíîï", "i"),
    ("òóôõö", "o"),
    ("ùúûü", "u"),
    ("ç", "c"),
    ("ñ", "n"),
    ("ß", "ss"),
    ("०", "0"),
    ("१", "1"),
    ("२", "2"),
    ("३", "3"),
    ("४", "4"),
    ("५", "5"),
    ("६", "6"),
    ("७", "7"),
    ("८", "8"),
    ("९", "9"),
];

fn pattern() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    // The pattern is a constant and a test runs it, so the fallback, which matches nothing, is never reached.
    PATTERN.get_or_init(|| {
        Regex::new(r"[\p{L}\p{M}]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9०-९]+|\S")
            .or_else(|_| Regex::new("$^"))
            .unwrap_or_else(|_| unreachable!("constant pattern"))
    })
}

/// Splits a text. Apostrophes and quotation marks are dropped ("o'clock" is `o`, `clock`) unless a digit
/// follows ("'24" is a year); so are hyphens between letters ("twenty-first").
pub(crate) fn lex(text: &str) -> Vec<Lexeme> {
    let mut out = Vec::new();
    for found in pattern().find_iter(text) {
        let after = text[found.end()..].chars().next();
        let before = text[..found.start()].chars().next_back();
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        match found.as_str() {
            "'" | "’" | "‘" | "`" | "\"" | "“" | "”" if !digit(after) || digit(before) => {}
            "-" | "‐" | "‑" if letter(before) && letter(after) => {}
            word => out.push(Lexeme {
                text: fold(word),
                span: found.range(),
            }),
        }
    }
    out
}

fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        if ('\u{300}'..='\u{36f}').contains(&c) {
            continue;
        }
        match FOLDS
            .iter()
            .find(|(from, _)| !c.is_ascii() && from.contains(c))
        {
            Some((_, to)) => out.push_str(to),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::lex;

    fn words(text: &str) -> String {
        let all: Vec<_> = lex(text).into_iter().map(|l| l.text).collect();
        all.join(" ")
    }

    #[test]
    fn splits_letters_digits_and_signs() {
        assert_eq!(words("3pm, 14th"), "3 pm , 14 th");
        assert_eq!(words("o'clock o\"clock O’Clock"), "o clock o clock o clock");
        assert_eq!(words("May '24"), "may ' 24");
        assert_eq!(words("twenty-first 3-5"), "twenty first 3 - 5");
        assert_eq!(
            words("Übermorgen à 15h, MAÑANA"),
            "ubermorgen a 15 h , manana"
        );
        assert_eq!(words("शुक्रवार ३ बजे"), "शुक्रवार 3 बजे");
    }

    #[test]
    fn ranges_are_of_the_text() {
        let text = "le 5 février à 15h";
        for lexeme in lex(text) {
            assert!(text.get(lexeme.span.clone()).is_some());
        }
        assert_eq!(&text[lex(text)[2].span.clone()], "février");
    }
}
