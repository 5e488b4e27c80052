//! The words, as tables: one per language. All tables are looked in at once, for callers mix languages and
//! the language of a call is often unknown; where two say different things of the same words, the one that
//! stands first in [`TABLES`] wins. Words are written folded: lower case, no accents.

mod english;
mod english_numbers;
mod french;
mod german;
mod hindi;
mod italian;
mod portuguese;
mod spanish;

use crate::vocabulary::{Meaning, Row};

/// Every table.
pub(crate) const TABLES: &[&[Row]] = &[
    english::WORDS,
    english_numbers::WORDS,
    german::WORDS,
    spanish::WORDS,
    french::WORDS,
    portuguese::WORDS,
    italian::WORDS,
    hindi::WORDS,
];

/// A spelled number.
const fn number(value: u32) -> Meaning {
    Meaning::Number { value, digits: 0 }
}

/// A spelled ordinal.
const fn ordinal(day: u32) -> Meaning {
    Meaning::Ordinal { day, spelled: true }
}

/// A time that stands for the day and cannot be told.
const VAGUE_DAY: Meaning = Meaning::Vague { blocks: true };
/// A word for a time that says nothing of it.
const VAGUE: Meaning = Meaning::Vague { blocks: false };

#[cfg(test)]
mod tests {
    use super::TABLES;
    use crate::lexer::lex;

    #[test]
    fn rows_are_written_as_the_lexer_folds() {
        for (words, _) in TABLES.iter().flat_map(|t| t.iter()) {
            let folded: Vec<_> = lex(words).into_iter().map(|l| l.text).collect();
            assert_eq!(folded.join(" "), *words);
        }
    }

    #[test]
    fn no_table_has_a_row_twice() {
        for table in TABLES {
            for (at, (words, _)) in table.iter().enumerate() {
                assert!(
                    !table[..at].iter().any(|(other, _)| other == words),
                    "{words} is there twice"
                );
            }
        }
    }
}
