//! What the words of a date and of a time of day can be, before they meet a calendar.

use jiff::civil::Weekday;

use crate::vocabulary::{Meridiem, Part, Unit, Which};

/// A day as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DateForm {
    /// With its year.
    Full { year: i16, month: u32, day: u32 },
    /// "March 3rd".
    MonthDay {
        month: u32,
        day: u32,
        which: Option<Which>,
    },
    /// "the 14th".
    DayOfMonth { day: u32, which: Option<Which> },
    /// "Friday".
    Weekday { day: Weekday, which: Option<Which> },
    /// "the second Friday of March"; -1 is the last, no month is the present one.
    Nth {
        nth: i8,
        day: Weekday,
        month: Option<i8>,
    },
    /// "tomorrow": days from the call's day.
    Offset(i32),
    /// "a week from Friday": so many units after (or before) a day.
    Shift {
        count: i32,
        unit: Unit,
        base: Box<DateForm>,
    },
    /// "end of March".
    EndOfMonth(i8),
    /// "end of the month", "end of next month".
    EndOf { unit: Unit, offset: i32 },
}

/// A time of day as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    /// 0 to 9999; what is no hour is refused when it is settled.
    pub(crate) hour: u32,
    /// As said, so it may be no minute either.
    pub(crate) minute: u32,
    /// Minutes from the hour: "quarter to" is -15.
    pub(crate) shift: i32,
    /// "am" or "pm", if said.
    pub(crate) meridiem: Option<Meridiem>,
    /// Written as the 24 hours are: "03:00".
    pub(crate) literal: bool,
    /// "midnight".
    pub(crate) midnight: bool,
}

impl Clock {
    /// An hour and a minute, nothing else known.
    pub(crate) const fn new(hour: u32, minute: u32) -> Self {
        Self {
            hour,
            minute,
            shift: 0,
            meridiem: None,
            literal: false,
            midnight: false,
        }
    }
}

/// A piece of a phrase that says something of the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Date(DateForm),
    /// "this week", "next month": a unit of the calendar, counted from the present one.
    Period {
        unit: Unit,
        offset: i32,
    },
    /// "in two weeks".
    Span {
        count: i32,
        unit: Unit,
    },
    Time(Clock),
    Part(Part),
    Now,
    /// No telling when; `blocks` where it stands for the day.
    Vague {
        blocks: bool,
    },
    /// What comes after takes back what came before.
    Correction,
    /// "or", "to", "and": what comes after is another time.
    Break,
}
