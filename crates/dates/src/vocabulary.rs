//! What a word means, and the lookup of words and set phrases in the tables of [`crate::words`].

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::civil::Weekday;

use crate::lexer::Lexeme;
use crate::words;

/// Half of the day, as said with the hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meridiem {
    Am,
    Pm,
}

/// Part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

/// Unit of a span or of the calendar, from the shortest to the longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// Which of several such days or periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// "this".
    This,
    /// "coming": the nearest one after now.
    Coming,
    /// "next": in a period with a calendar, the one after the present one.
    Next,
    /// "last".
    Last,
}

/// What a word or set phrase means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A number; `digits` is how many it was written with, 0 when it was spelled.
    Number {
        value: u32,
        digits: u8,
    },
    /// "14th" (`spelled` false) or "fourteenth".
    Ordinal {
        day: u32,
        spelled: bool,
    },
    /// "th", "st", "nd", "rd" after digits.
    OrdinalMark,
    Weekday(Weekday),
    /// 1 to 12.
    Month(i8),
    /// A month's name that is a common word too ("may", "march"): a month only beside a day.
    WeakMonth(i8),
    /// Days from today.
    Day(i32),
    Now,
    Part(Part),
    Meridiem(Meridiem),
    Noon,
    Midnight,
    /// "o'clock", "Uhr", "h".
    HourMark,
    /// "half" in "half past three", "half an hour".
    Half,
    Quarter,
    /// Minutes from the hour that follows: "halb drei" is -30.
    Before(i32),
    /// Minutes from the hour just said: "y media" is 30.
    After(i32),
    /// "past" in "ten past".
    Past,
    /// "to" in "ten to" and "three to five".
    To,
    /// "until": the end of a range, never "ten to".
    Until,
    /// "oh" in "nine oh five".
    Oh,
    /// "ish".
    Ish,
    /// How many of the unit: a fortnight is two weeks.
    Unit(Unit, i32),
    /// "hundred" in "fifteen hundred hours".
    Hundred,
    Which(Which),
    /// "in", before a span.
    In,
    /// "a", "an": one, before a unit.
    One,
    /// "after", "from", "on", between a span and the day it counts from.
    From,
    /// "before", between a span and a day.
    Ahead,
    /// "from now", after a span.
    Hence,
    /// "ago", after a span.
    Ago,
    /// "hace", before a span.
    Since,
    /// "at": an hour follows.
    At,
    /// "around", "say": an hour may follow.
    About,
    /// "the".
    Article,
    /// "the" of a day of the month ("am 14.", "el día 14").
    DayArticle,
    Of,
    And,
    Or,
    /// The speaker takes back what was said before.
    Correction,
    /// "end", "last day".
    End,
    /// A time, but not one that can be told; `blocks` when it stands for the day.
    Vague {
        blocks: bool,
    },
    /// "a few": a count that cannot be told.
    Few,
    /// "night" without "at": a part of the day, unless nights are counted.
    Nightly,
    /// A word that spoils a number before it: "2nd floor", "at 11 miles".
    NotDay,
    /// Known, and of no meaning here ("good morning").
    Noise,
    /// An unknown word.
    Word,
    /// A sign.
    Sign(char),
}

/// Words and what they mean, in order.
pub(crate) type Row = (&'static str, &'static [Meaning]);

type Entry = (Vec<&'static str>, &'static [Meaning]);

fn index() -> &'static HashMap<&'static str, Vec<Entry>> {
    static INDEX: OnceLock<HashMap<&'static str, Vec<Entry>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: HashMap<&'static str, Vec<Entry>> = HashMap::new();
        for (phrase, meanings) in words::TABLES.iter().flat_map(|table| table.iter()) {
            let parts: Vec<_> = phrase.split(' ').collect();
            if let Some(first) = parts.first() {
                index.entry(first).or_default().push((parts, meanings));
            }
        }
        for entries in index.values_mut() {
            // Stable: of two rows with the same words the earlier table's comes first.
            entries.sort_by_key(|(parts, _)| std::cmp::Reverse(parts.len()));
        }
        index
    })
}

/// The longest row that the lexemes begin with: how many lexemes it takes, and what they mean.
pub(crate) fn find(lexemes: &[Lexeme]) -> Option<(usize, &'static [Meaning])> {
    let entries = index().get(lexemes.first()?.text.as_str())?;
    entries
        .iter()
        .find(|(parts, _)| {
            parts.len() <= lexemes.len()
                && parts
                    .iter()
                    .zip(lexemes)
                    .all(|(part, lexeme)| *part == lexeme.text)
        })
        .map(|(parts, meanings)| (parts.len(), *meanings))
}
