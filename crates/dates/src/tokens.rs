//! Lexemes to tokens: each with one meaning, numbers put together.

use std::ops::Range;

use crate::lexer::{Lexeme, lex};
use crate::vocabulary::{Meaning, Meridiem, find};

/// One meaning and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) meaning: Meaning,
    pub(crate) span: Range<usize>,
}

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let lexemes = lex(text);
    let mut out: Vec<Token> = Vec::with_capacity(lexemes.len());
    let mut rest = lexemes.as_slice();
    let mut before: Option<&Lexeme> = None;
    while let Some(first) = rest.first() {
        let (taken, meanings) = match find(rest) {
            Some((taken, meanings)) => (taken, meanings.to_vec()),
            None => (1, vec![meaning_of(first, before)]),
        };
        let (words, tail) = rest.split_at(taken);
        let end = words.last().map_or(first.span.end, |l| l.span.end);
        for meaning in meanings {
            let meaning = unless_meridiem(meaning, out.last());
            push(
                &mut out,
                Token {
                    meaning,
                    span: first.span.start..end,
                },
            );
        }
        before = words.last();
        rest = tail;
    }
    out
}

/// What a lexeme that no table has means. Digits in one with letters before them are of a code ("TR7604"),
/// except behind the "T" of a written timestamp and the "h" of an hour.
fn meaning_of(lexeme: &Lexeme, before: Option<&Lexeme>) -> Meaning {
    if lexeme.is_digits() {
        let code = before.is_some_and(|before| {
            before.span.end == lexeme.span.start
                && before.text.ends_with(|c: char| c.is_ascii_alphabetic())
                && !matches!(before.text.as_str(), "t" | "h")
        });
        if code {
            return Meaning::Word;
        }
        // Account and telephone numbers are longer than any part of a date.
        return match (lexeme.text.len(), lexeme.text.parse()) {
            (digits @ 1..=4, Ok(value)) => Meaning::Number {
                value,
                digits: digits as u8,
            },
            _ => Meaning::Word,
        };
    }
    let mut chars = lexeme.text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_alphabetic() => Meaning::Sign(c),
        _ => Meaning::Word,
    }
}

/// "am" is of the morning behind an hour, and else the German "on the" of a day.
fn unless_meridiem(meaning: Meaning, last: Option<&Token>) -> Meaning {
    let behind_hour = matches!(
        last.map(|t| t.meaning),
        Some(
            Meaning::Number { .. }
                | Meaning::HourMark
                | Meaning::Ish
                | Meaning::Unit(..)
                | Meaning::Sign(_)
        )
    );
    match meaning {
        Meaning::Meridiem(Meridiem::Am) if !behind_hour => Meaning::DayArticle,
        other => other,
    }
}

/// Adds a token, joining "twenty" with "five" or "fifth", "14" with "th", and taking the money out of "$3".
fn push(out: &mut Vec<Token>, token: Token) {
    use Meaning::{Hundred, Number, Ordinal, OrdinalMark, Sign};
    let joined = match (out.last(), token.meaning) {
        (
            Some(Token {
                meaning:
                    Number {
                        value: tens @ (20 | 30 | 40 | 50),
                        digits: 0,
                    },
                ..
            }),
            Number {
                value: 1..=9,
                digits: 0,
            },
        ) => {
            let Number { value, .. } = token.meaning else {
                return;
            };
            Some(Number {
                value: tens + value,
                digits: 0,
            })
        }
        (
            Some(Token {
                meaning:
                    Number {
                        value: tens @ (20 | 30),
                        digits: 0,
                    },
                ..
            }),
            Ordinal {
                day: day @ 1..=9, ..
            },
        ) => Some(Ordinal {
            day: tens + day,
            spelled: true,
        }),
        (
            Some(Token {
                meaning: Number { value, digits: 0 },
                ..
            }),
            Hundred,
        ) if *value < 25 => Some(Number {
            value: value * 100,
            digits: 4,
        }),
        (
            Some(Token {
                meaning:
                    Number {
                        value,
                        digits: 1..=2,
                    },
                span,
            }),
            OrdinalMark,
        ) if *value <= 31 || span.end == token.span.start => Some(Ordinal {
            day: *value,
            spelled: false,
        }),
        (
            Some(Token {
                meaning: Sign('$' | '€' | '£' | '#' | '₹'),
                ..
            }),
            Number { .. },
        ) => Some(Meaning::Word),
        (
            Some(Token {
                meaning: Number { .. },
                ..
            }),
            Sign('%' | '€' | '$'),
        ) => Some(Meaning::Word),
        _ => None,
    };
    match (joined, out.last_mut()) {
        (Some(meaning), Some(last)) => {
            last.meaning = meaning;
            last.span.end = token.span.end;
        }
        _ => out.push(token),
    }
}
