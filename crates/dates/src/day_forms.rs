//! The words of a day.

use crate::forms::DateForm;
use crate::numeric;
use crate::scan::Tokens;
use crate::vocabulary::{Meaning, Unit, Which};
use crate::weekday_forms::{nth_weekday, weekday};

/// The day whose words begin at `at`, and the token after them.
pub(crate) fn day(tokens: Tokens<'_>, at: usize) -> Option<(DateForm, usize)> {
    numeric::date(tokens, at)
        .or_else(|| month_first(tokens, at, None))
        .or_else(|| day_first(tokens, at))
        .or_else(|| with_which(tokens, at))
        .or_else(|| nth_weekday(tokens, at))
        .or_else(|| weekday(tokens, at))
        .or_else(|| end_of(tokens, at))
        .or_else(|| day_of_month(tokens, at))
        .or_else(|| match tokens.at(at)? {
            Meaning::Day(days) => Some((DateForm::Offset(days), at + 1)),
            _ => None,
        })
}

fn month(tokens: Tokens<'_>, at: usize) -> Option<u32> {
    match tokens.at(at)? {
        Meaning::Month(month) | Meaning::WeakMonth(month) => u32::try_from(month).ok(),
        _ => None,
    }
}

/// The day of the month at `at`, as an ordinal or a number that nothing behind it makes a time.
fn day_number(tokens: Tokens<'_>, at: usize) -> Option<u32> {
    match tokens.at(at)? {
        Meaning::Ordinal { day, .. } => Some(day),
        Meaning::Number { value, digits } if digits <= 2 && value < 100 => {
            let time = match tokens.at(at + 1) {
                Some(Meaning::Meridiem(_) | Meaning::HourMark) => true,
                Some(Meaning::Sign(':')) => tokens.joined(at),
                _ => false,
            };
            (!time).then_some(value)
        }
        _ => None,
    }
}

/// A year at `at`, after a comma or "of" perhaps.
fn year(tokens: Tokens<'_>, at: usize) -> Option<(i16, usize)> {
    let at = match tokens.at(at)? {
        Meaning::Sign(',') | Meaning::Of | Meaning::DayArticle => at + 1,
        _ => at,
    };
    if tokens.sign(at, '\'') {
        let (value, 2) = tokens.number(at + 1)? else {
            return None;
        };
        return Some((numeric::two_digit_year(value), at + 2));
    }
    let (value @ 1900..=2199, 4) = tokens.number(at)? else {
        return None;
    };
    let time = matches!(
        tokens.at(at + 1),
        Some(Meaning::Meridiem(_) | Meaning::Unit(..))
    );
    i16::try_from(value)
        .ok()
        .filter(|_| !time)
        .map(|year| (year, at + 1))
}

fn with_year(
    tokens: Tokens<'_>,
    month: u32,
    day: u32,
    end: usize,
    which: Option<Which>,
) -> (DateForm, usize) {
    match year(tokens, end) {
        Some((year, end)) => (DateForm::Full { year, month, day }, end),
        None => (DateForm::MonthDay { month, day, which }, end),
    }
}

/// "March 3rd", "March the 3rd, 2024".
fn month_first(tokens: Tokens<'_>, at: usize, which: Option<Which>) -> Option<(DateForm, usize)> {
    let month = month(tokens, at)?;
    let at = match tokens.at(at + 1)? {
        Meaning::Article | Meaning::DayArticle => at + 2,
        Meaning::Sign('.') if tokens.joined(at) => at + 2,
        _ => at + 1,
    };
    let day = day_number(tokens, at)?;
    Some(with_year(tokens, month, day, at + 1, which))
}

/// "3rd of March", "3 March 2024", "14. März".
fn day_first(tokens: Tokens<'_>, at: usize) -> Option<(DateForm, usize)> {
    let day = day_number(tokens, at).filter(|day| *day < 40)?;
    let next = match tokens.at(at + 1)? {
        // "for 3. May I" is no date.
        Meaning::Sign('.')
            if tokens.joined(at) && matches!(tokens.at(at + 2), Some(Meaning::Month(_))) =>
        {
            at + 2
        }
        Meaning::Of => at + 2,
        _ => at + 1,
    };
    let month = month(tokens, next)?;
    // "at 5 March 3rd": the hour is not the day when the month has one of its own.
    if matches!(tokens.before(at), Some(Meaning::At)) && day_number(tokens, next + 1).is_some() {
        return None;
    }
    Some(with_year(tokens, month, day, next + 1, None))
}

/// "last March 3", "this Friday".
fn with_which(tokens: Tokens<'_>, at: usize) -> Option<(DateForm, usize)> {
    let Meaning::Which(which) = tokens.at(at)? else {
        return None;
    };
    match tokens.at(at + 1)? {
        Meaning::Month(_) | Meaning::WeakMonth(_) => month_first(tokens, at + 1, Some(which)),
        Meaning::Weekday(day) => nth_weekday(tokens, at).or(Some((
            DateForm::Weekday {
                day,
                which: Some(which),
            },
            at + 2,
        ))),
        Meaning::Ordinal { day, .. } if which == Which::This || which == Which::Coming => {
            day_of_month_ends(tokens, at + 2).then_some((
                DateForm::DayOfMonth {
                    day,
                    which: Some(which),
                },
                at + 2,
            ))
        }
        _ => None,
    }
}

/// "end of March", "end of the month", "end of next year".
fn end_of(tokens: Tokens<'_>, at: usize) -> Option<(DateForm, usize)> {
    if let (Meaning::Unit(unit @ (Unit::Month | Unit::Year), 1), Some(Meaning::End)) =
        (tokens.at(at)?, tokens.at(at + 1))
    {
        return Some((DateForm::EndOf { unit, offset: 0 }, at + 2));
    }
    let Meaning::End = tokens.at(at)? else {
        return None;
    };
    let mut next = at + 1;
    if matches!(tokens.at(next), Some(Meaning::Article)) {
        next += 1;
    }
    let mut offset = 0;
    if let Some(Meaning::Which(which)) = tokens.at(next) {
        offset = offset_of(which);
        next += 1;
    }
    match tokens.at(next)? {
        Meaning::Month(month) | Meaning::WeakMonth(month) => {
            Some((DateForm::EndOfMonth(month), next + 1))
        }
        Meaning::Unit(unit @ (Unit::Month | Unit::Year), 1) => {
            Some((DateForm::EndOf { unit, offset }, next + 1))
        }
        _ => None,
    }
}

/// How many units of the calendar away "this", "next" or "last" is.
pub(crate) fn offset_of(which: Which) -> i32 {
    match which {
        Which::This => 0,
        Which::Coming | Which::Next => 1,
        Which::Last => -1,
    }
}

/// "the 14th", "am 14.", "el 14".
fn day_of_month(tokens: Tokens<'_>, at: usize) -> Option<(DateForm, usize)> {
    let article = match tokens.before(at) {
        Some(Meaning::DayArticle) => 2,
        Some(Meaning::Article) => 1,
        Some(Meaning::Weekday(_)) => 1,
        _ => 0,
    };
    let found = |day, end| Some((DateForm::DayOfMonth { day, which: None }, end));
    match tokens.at(at)? {
        Meaning::Ordinal {
            day: day @ ..=31,
            spelled: false,
        } if tokens.at(at + 1) != Some(Meaning::NotDay) => found(day, at + 1),
        Meaning::Ordinal { day, spelled: true }
            if article > 0
                && day_of_month_ends(tokens, at + 1)
                && tokens.number(at + 1).is_none() =>
        {
            found(day, at + 1)
        }
        Meaning::Number {
            value: 1..=31,
            digits: 1..=2,
        } => {
            let day = day_number(tokens, at)?;
            let dot =
                tokens.sign(at + 1, '.') && tokens.joined(at) && tokens.number(at + 2).is_none();
            let weekday = matches!(tokens.before(at), Some(Meaning::Weekday(_)));
            match article {
                2 if dot => found(day, at + 2),
                1 if weekday && day <= 12 => None,
                0 => None,
                _ if day_of_month_ends(tokens, at + 1) => found(day, at + 1),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether what stands at `at` may follow a day of the month ("the first available" is none).
fn day_of_month_ends(tokens: Tokens<'_>, at: usize) -> bool {
    !matches!(
        tokens.at(at),
        Some(
            Meaning::Word
                | Meaning::NotDay
                | Meaning::Unit(..)
                | Meaning::Weekday(_)
                | Meaning::Sign('%' | '/')
        )
    )
}
