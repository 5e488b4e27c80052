//! What a phrase says, to one instant.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Unit as Round, Zoned, ZonedRound};

use crate::calendar::{self, Fault};
use crate::clock;
use crate::forms::DateForm;
use crate::said::Said;
use crate::vocabulary::{Part, Unit};
use crate::{Precision, Resolved, Unresolved};

/// The words between two tokens of the phrase, for what is said of them.
pub(crate) type Quote<'a> = &'a dyn Fn(&std::ops::Range<usize>) -> String;

/// The instant that is said. `now` is the call's start in `zone`.
pub(crate) fn settle(
    said: &Said,
    now: Option<&Zoned>,
    zone: &TimeZone,
    quote: Quote<'_>,
) -> Result<Resolved, Unresolved> {
    let minutes = match &said.time {
        Some((clock, words)) => {
            let part = said.part.as_ref().map(|(part, _)| *part);
            Some(clock::minutes(*clock, part).ok_or_else(|| Unresolved::Impossible(quote(words)))?)
        }
        None => None,
    };
    if minutes.is_none()
        && said.days.is_empty()
        && let Some((count, unit @ (Unit::Minute | Unit::Hour), words)) = &said.span
    {
        let now = now.ok_or(Unresolved::NoReference)?;
        let then = calendar::span(*count, *unit).and_then(|span| now.checked_add(span).ok());
        return Ok(at_minute(
            then.ok_or_else(|| Unresolved::Impossible(quote(words)))?,
        ));
    }
    match (day(said, now, quote)?, minutes) {
        (Some(day), None) => zoned(day, 0, zone, Precision::Day),
        (Some(day), Some(minutes)) => zoned(day, minutes, zone, Precision::Minute),
        (None, Some(minutes)) => next_time(minutes, now.ok_or(Unresolved::NoReference)?, zone),
        (None, None) => without_day(said, now, zone, quote),
    }
}

/// The day that is said, if one is.
fn day(said: &Said, now: Option<&Zoned>, quote: Quote<'_>) -> Result<Option<Date>, Unresolved> {
    let today = now.map(Zoned::date);
    let fail = |fault, words| match fault {
        Fault::NoReference => Unresolved::NoReference,
        Fault::Impossible => Unresolved::Impossible(quote(words)),
    };
    let period = |unit| said.periods.iter().find(|p| p.0 == unit).map(|p| p.1);
    let form = said.days.iter().min_by_key(|(form, _)| rank(form));
    if let (Some((count, unit, words)), true) =
        (&said.span, form.is_none_or(|(f, _)| rank(f) > RANK_OFFSET))
    {
        let today = today.ok_or(Unresolved::NoReference)?;
        let day = match unit {
            Unit::Minute | Unit::Hour => Ok(today),
            _ => calendar::moved(today, *count, *unit),
        };
        // "Friday in two weeks" is the Friday of that week.
        let day = match (form, unit) {
            (Some((DateForm::Weekday { day: name, .. }, _)), Unit::Week) => {
                day.and_then(|d| calendar::in_week(d, *name))
            }
            _ => day,
        };
        return day.map(Some).map_err(|fault| fail(fault, words));
    }
    let Some((form, words)) = form else {
        return period_day(said, today, quote);
    };
    if let DateForm::Weekday { .. } = form
        && period(Unit::Week).is_none()
        && let Some((_, _, words)) = said.periods.iter().find(|p| p.0 > Unit::Week)
    {
        return Err(Unresolved::TooVague(quote(words)));
    }
    calendar::settle(form, today, period)
        .map(Some)
        .map_err(|fault| fail(fault, words))
}

/// "next day" is a day; "next week" and "the weekend" are not.
fn period_day(
    said: &Said,
    today: Option<Date>,
    quote: Quote<'_>,
) -> Result<Option<Date>, Unresolved> {
    if let Some((_, offset, words)) = said.periods.iter().find(|p| p.0 == Unit::Day) {
        let today = today.ok_or(Unresolved::NoReference)?;
        return calendar::moved(today, *offset, Unit::Day)
            .map(Some)
            .map_err(|_| Unresolved::Impossible(quote(words)));
    }
    let words = said
        .vague_day
        .as_ref()
        .or_else(|| said.periods.first().map(|p| &p.2));
    words.map_or(Ok(None), |words| Err(Unresolved::TooVague(quote(words))))
}

/// Rank of "tomorrow" and the like.
const RANK_OFFSET: u8 = 4;

/// Of several names for one day the most explicit wins.
fn rank(form: &DateForm) -> u8 {
    match form {
        DateForm::Full { .. } => 0,
        DateForm::MonthDay { .. } => 1,
        DateForm::Nth { .. } => 2,
        DateForm::DayOfMonth { .. } => 3,
        DateForm::Offset(_) | DateForm::Shift { .. } => RANK_OFFSET,
        DateForm::EndOfMonth(_) | DateForm::EndOf { .. } => 5,
        DateForm::Weekday { .. } => 6,
    }
}

/// Neither a day nor a time: a part of the day, "now", or nothing.
fn without_day(
    said: &Said,
    now: Option<&Zoned>,
    zone: &TimeZone,
    quote: Quote<'_>,
) -> Result<Resolved, Unresolved> {
    if let Some((part, _)) = &said.part {
        return next_part(*part, now.ok_or(Unresolved::NoReference)?, zone);
    }
    match (&said.now, &said.vague) {
        (_, Some(words)) => Err(Unresolved::TooVague(quote(words))),
        (Some(_), None) => now.cloned().map(at_minute).ok_or(Unresolved::NoReference),
        (None, None) => Err(Unresolved::NoDate),
    }
}

/// The next such time after the call's start.
fn next_time(minutes: i32, now: &Zoned, zone: &TimeZone) -> Result<Resolved, Unresolved> {
    // "Midnight" and the small hours of a night belong to the day before: from there on, look.
    let mut day = now
        .date()
        .yesterday()
        .map_err(|_| Unresolved::NoReference)?;
    loop {
        let found = zoned(day, minutes, zone, Precision::Minute)?;
        if found.at.timestamp() > now.timestamp() {
            return Ok(found);
        }
        day = day.tomorrow().map_err(|_| impossible(day))?;
    }
}

/// The next such part of a day that has not begun.
fn next_part(part: Part, now: &Zoned, zone: &TimeZone) -> Result<Resolved, Unresolved> {
    let today = now.date();
    let spent = i32::from(now.hour()) * 60 + i32::from(now.minute());
    let day = if spent < clock::begins(part) {
        today
    } else {
        today.tomorrow().map_err(|_| impossible(today))?
    };
    zoned(day, 0, zone, Precision::Day)
}

fn impossible(day: Date) -> Unresolved {
    Unresolved::Impossible(day.to_string())
}

/// The instant so many minutes of the local clock after a local midnight.
fn zoned(
    day: Date,
    minutes: i32,
    zone: &TimeZone,
    precision: Precision,
) -> Result<Resolved, Unresolved> {
    let day = calendar::moved(day, minutes.div_euclid(24 * 60), Unit::Day)
        .map_err(|_| impossible(day))?;
    let minutes = minutes.rem_euclid(24 * 60);
    let hour = i8::try_from(minutes / 60).unwrap_or(0);
    let minute = i8::try_from(minutes % 60).unwrap_or(0);
    let at = day
        .at(hour, minute, 0, 0)
        .to_zoned(zone.clone())
        .map_err(|_| impossible(day))?;
    Ok(Resolved { at, precision })
}

/// An instant to the minute it is in.
fn at_minute(at: Zoned) -> Resolved {
    let round = ZonedRound::new()
        .smallest(Round::Minute)
        .mode(jiff::RoundMode::Trunc);
    let at = at.round(round).unwrap_or(at);
    Resolved {
        at,
        precision: Precision::Minute,
    }
}
