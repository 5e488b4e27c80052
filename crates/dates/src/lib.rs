//! Words for a point in time, resolved against the start of a call in the call's time zone.
//!
//! Who listens to a call copies out the words that say when ("next Friday at 3"); this crate says which
//! instant they mean. It does no I/O and asks no clock: the same words, start and zone always give the same
//! instant: see [`resolve`].
//!
//! Words of English, German, Spanish, French, Portuguese, Italian and Hindi are known, as tables.
//!
//! # Days
//!
//! - "Friday" is the next Friday after the call's day, so on a Friday it is a week later. "coming Friday" too.
//! - "this Friday" is the Friday of the week of the call (Monday to Sunday), the call's own day included;
//!   where it has gone by, the next one.
//! - "next Friday" is the Friday of the week after the call's, as "Friday next week" is: who means the one
//!   still to come in the same week says "Friday" or "this Friday". On a Sunday "next Monday" is the day
//!   after. Words of other languages that only mean "coming" ("próximo", "kommenden") are taken so.
//! - "last Friday" is the one before the call's day. "Friday week" and "a week from Friday" are a week
//!   after "Friday".
//! - "the 14th" is the next one on or after the call's day; "the 14th of next month" is what it says.
//! - "March 3rd" is the next one on or after the call's day, "last March 3rd" the one before. Years of two
//!   digits from 00 to 69 are of this century, others of the one before.
//! - 03/04/2024 and 03-04-2024 have the month first unless the first number is above 12; with dots the day is
//!   first; with a year in front it is year, month, day.
//! - "the end of March", "the end of the month" is its last day. The end of a week is vague, and so are the
//!   weekend, "next week" and "next month" alone, and a month alone.
//! - Where two names for a day disagree ("Friday March 3rd"), the date wins over the weekday.
//!
//! # Times
//!
//! - An hour without "am", "pm" or a part of the day is in business hours: 12 and 1 to 6 are after noon,
//!   7 to 11 before. Hours above 12, and hours written with a leading zero ("03:00"), are of the 24 hours.
//! - "in the morning", "in the afternoon", "in the evening", "at night", "tonight" decide, wherever in the
//!   phrase they stand. The small hours (12 to 4) of a night belong to the day after the one named.
//! - "midnight" is the end of the day named.
//! - Of a range ("between 3 and 5 pm") the start is taken.
//! - Without a day, the next such time after the call's start. A part of the day without a time is a day:
//!   the next on which that part has not begun.
//! - "in two hours" counts from the call's start, to the minute.
//! - A local time that a change of the clocks leaves out is moved forward by the gap; of one that happens
//!   twice the first is taken.
//!
//! # Phrases
//!
//! Of several days or times the first counts, unless the phrase takes it back ("Monday, no, Tuesday"): then
//! the last, and what it leaves unsaid stays ("Monday at 3, no, Tuesday" is at 3).

mod calendar;
mod clock;
mod day_forms;
mod forms;
mod hour;
mod lexer;
mod numeric;
mod said;
mod scan;
mod settle;
mod span_forms;
mod time_forms;
mod tokens;
mod vocabulary;
mod weekday_forms;
mod words;

use std::ops::Range;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use said::Said;
use tokens::Token;

/// How exact a resolved phrase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// A day was said; the instant is its local midnight (its first instant, where midnight is left out).
    Day,
    /// A time of day was said.
    Minute,
}

/// The instant that a phrase means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// In the zone that was asked for.
    pub at: Zoned,
    /// Whether a time of day was said.
    pub precision: Precision,
}

/// Why a phrase means no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// It does not speak of time at all.
    #[error("no date or time is said")]
    NoDate,
    /// It counts from the start of the call, which is not known.
    #[error("the time is relative, and the start of the call is not known")]
    NoReference,
    /// The words, as they stand in the phrase, that speak of time but do not tell which.
    #[error("\"{0}\" is too vague for a date")]
    TooVague(String),
    /// The words, as they stand in the phrase, that no calendar or clock has.
    #[error("\"{0}\" is not a possible date or time")]
    Impossible(String),
}

/// Resolves a phrase against the start of the call, in `zone`.
///
/// Without a start only full dates can be resolved. The start's own zone is of no account.
///
/// # Errors
/// See [`Unresolved`].
pub fn resolve(
    phrase: &str,
    reference: Option<&Zoned>,
    zone: &TimeZone,
) -> Result<Resolved, Unresolved> {
    if let Ok(instant) = phrase.trim().parse::<Timestamp>() {
        return Ok(Resolved {
            at: instant.to_zoned(zone.clone()),
            precision: Precision::Minute,
        });
    }
    let tokens = tokens::tokens(phrase);
    let said = Said::of(&scan::scan(&tokens));
    let now = reference.map(|at| at.with_time_zone(zone.clone()));
    let quote = |words: &Range<usize>| match span_of(&tokens, words) {
        Some(span) => phrase[span].to_owned(),
        None => String::new(),
    };
    settle::settle(&said, now.as_ref(), zone, &quote)
}

fn span_of(tokens: &[Token], words: &Range<usize>) -> Option<Range<usize>> {
    let words = tokens.get(words.clone())?;
    Some(words.first()?.span.start..words.last()?.span.end)
}
