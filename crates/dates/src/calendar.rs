//! Days as they were said, on the calendar.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use crate::day_forms::offset_of;
use crate::forms::DateForm;
use crate::vocabulary::{Unit, Which};

/// Why a day cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It counts from the call's day, which is not known.
    NoReference,
    /// The calendar has no such day.
    Impossible,
}

type Told = Result<Date, Fault>;

/// So many units, as a span of the calendar. `None` past what spans can hold.
pub(crate) fn span(count: i32, unit: Unit) -> Option<Span> {
    let span = Span::new();
    match unit {
        Unit::Minute => span.try_minutes(count),
        Unit::Hour => span.try_hours(count),
        Unit::Day => span.try_days(count),
        Unit::Week => span.try_weeks(count),
        Unit::Month => span.try_months(count),
        Unit::Year => span.try_years(count),
    }
    .ok()
}

/// A day so many units later.
pub(crate) fn moved(date: Date, count: i32, unit: Unit) -> Told {
    let span = span(count, unit).ok_or(Fault::Impossible)?;
    date.checked_add(span).map_err(|_| Fault::Impossible)
}

/// The day that a form names. `today` is the call's day; `period` says how far the unit of a period said
/// beside it lies from the present one ("Friday next week").
pub(crate) fn settle(
    form: &DateForm,
    today: Option<Date>,
    period: impl Fn(Unit) -> Option<i32>,
) -> Told {
    let now = || today.ok_or(Fault::NoReference);
    match form {
        DateForm::Full { year, month, day } => ymd(i32::from(*year), *month, *day),
        DateForm::MonthDay { month, day, which } => {
            // A leap year has every day there is.
            ymd(2024, *month, *day)?;
            month_day(*month, *day, *which, now()?, period(Unit::Year))
        }
        DateForm::DayOfMonth { day, which } => {
            ymd(2024, 1, *day)?;
            let this = (*which == Some(Which::This)).then_some(0);
            day_of_month(*day, now()?, period(Unit::Month).or(this))
        }
        DateForm::Weekday { day, which } => match period(Unit::Week) {
            Some(offset) => in_week(moved(now()?, offset, Unit::Week)?, *day),
            None => weekday(*day, *which, now()?),
        },
        DateForm::Nth { nth, day, month } => nth_weekday(
            *nth,
            *day,
            *month,
            now()?,
            period(Unit::Month),
            period(Unit::Year),
        ),
        DateForm::Offset(days) => moved(now()?, *days, Unit::Day),
        DateForm::Shift { count, unit, base } => moved(settle(base, today, period)?, *count, *unit),
        DateForm::EndOfMonth(month) => {
            let today = now()?;
            let offset = period(Unit::Year);
            let end = ymd(
                i32::from(today.year()) + offset.unwrap_or(0),
                month_number(*month)?,
                1,
            )?
            .last_of_month();
            if end < today && offset.is_none() {
                ymd(i32::from(today.year()) + 1, month_number(*month)?, 1).map(Date::last_of_month)
            } else {
                Ok(end)
            }
        }
        DateForm::EndOf { unit, offset } => {
            let day = moved(now()?, *offset, *unit)?;
            Ok(if *unit == Unit::Year {
                day.last_of_year()
            } else {
                day.last_of_month()
            })
        }
    }
}

fn month_number(month: i8) -> Result<u32, Fault> {
    u32::try_from(month).map_err(|_| Fault::Impossible)
}

fn ymd(year: i32, month: u32, day: u32) -> Told {
    let year = i16::try_from(year).map_err(|_| Fault::Impossible)?;
    let month = i8::try_from(month).map_err(|_| Fault::Impossible)?;
    let day = i8::try_from(day).map_err(|_| Fault::Impossible)?;
    Date::new(year, month, day).map_err(|_| Fault::Impossible)
}

/// Without a year: the next such day on or after today, or the last one before today.
fn month_day(month: u32, day: u32, which: Option<Which>, today: Date, year: Option<i32>) -> Told {
    let this = i32::from(today.year());
    if let Some(offset) = year {
        return ymd(this + offset, month, day);
    }
    // 29 February comes at most eight years later.
    let mut years: Box<dyn Iterator<Item = i32>> = match which {
        Some(Which::Last) => Box::new((this - 8..=this).rev()),
        _ => Box::new(this..=this + 8),
    };
    let fits = |date: &Date| {
        if which == Some(Which::Last) {
            *date < today
        } else {
            *date >= today
        }
    };
    years
        .find_map(|year| ymd(year, month, day).ok().filter(fits))
        .ok_or(Fault::Impossible)
}

/// The next such day of a month on or after today, or the one of the month said.
fn day_of_month(day: u32, today: Date, month: Option<i32>) -> Told {
    let in_month = |offset: i32| {
        let first = moved(today.first_of_month(), offset, Unit::Month)?;
        ymd(i32::from(first.year()), month_number(first.month())?, day)
    };
    match month {
        Some(offset) => in_month(offset),
        None => (0..3)
            .find_map(|o| in_month(o).ok().filter(|date| *date >= today))
            .ok_or(Fault::Impossible),
    }
}

/// That weekday in the week, Monday to Sunday, of a day.
pub(crate) fn in_week(date: Date, day: Weekday) -> Told {
    let monday = moved(
        date,
        -i32::from(date.weekday().to_monday_zero_offset()),
        Unit::Day,
    )?;
    moved(monday, i32::from(day.to_monday_zero_offset()), Unit::Day)
}

fn weekday(day: Weekday, which: Option<Which>, today: Date) -> Told {
    let nearest = |from: Date, step| from.nth_weekday(step, day).map_err(|_| Fault::Impossible);
    match which {
        None | Some(Which::Coming) => nearest(today, 1),
        Some(Which::Last) => nearest(today, -1),
        Some(which @ Which::Next) => in_week(moved(today, offset_of(which), Unit::Week)?, day),
        Some(Which::This) => match in_week(today, day)? {
            date if date >= today => Ok(date),
            _ => nearest(today, 1),
        },
    }
}

/// "the last Friday of March": the next one on or after today, or that of the month said.
fn nth_weekday(
    nth: i8,
    day: Weekday,
    month: Option<i8>,
    today: Date,
    period: Option<i32>,
    year: Option<i32>,
) -> Told {
    let of = |first: Date| {
        first
            .nth_weekday_of_month(nth, day)
            .map_err(|_| Fault::Impossible)
    };
    match month {
        Some(month) => {
            let first =
                |offset: i32| ymd(i32::from(today.year()) + offset, month_number(month)?, 1);
            match year {
                Some(offset) => of(first(offset)?),
                None => (0..8)
                    .find_map(|o| first(o).and_then(of).ok().filter(|date| *date >= today))
                    .ok_or(Fault::Impossible),
            }
        }
        None => match period {
            Some(offset) => of(moved(today.first_of_month(), offset, Unit::Month)?),
            None => (0..8)
                .find_map(|o| {
                    moved(today.first_of_month(), o, Unit::Month)
                        .and_then(of)
                        .ok()
                        .filter(|date| *date >= today)
                })
                .ok_or(Fault::Impossible),
        },
    }
}
