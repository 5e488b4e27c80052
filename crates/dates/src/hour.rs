//! An hour, with what stands before and behind it.

use crate::forms::Clock;
use crate::scan::Tokens;
use crate::vocabulary::{Meaning, Unit};

/// What stands before an hour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    /// "at".
    Strong,
    /// "around".
    Weak,
    None,
}

/// The marker before the hour at `at`.
pub(crate) fn marker(tokens: Tokens<'_>, at: usize) -> Marker {
    let mut seen = Marker::None;
    for back in (0..at).rev().take(3) {
        match tokens.at(back) {
            Some(Meaning::At) => return Marker::Strong,
            Some(Meaning::About | Meaning::One | Meaning::From | Meaning::Ahead) => {
                seen = Marker::Weak
            }
            Some(Meaning::Article) => {}
            _ => break,
        }
    }
    seen
}

/// "3", "3:30", "15h30", "nine thirty", "1500 hours", with "pm", "o'clock" and the like behind it.
pub(crate) fn hour(tokens: Tokens<'_>, at: usize, marker: Marker) -> Option<(Clock, usize, bool)> {
    let (value, digits) = tokens.number(at)?;
    let mut clock = Clock::new(value, 0);
    let mut end = at + 1;
    let mut sure = false;
    if digits <= 2 && tokens.sign(end, ':') && tokens.joined(at) {
        let (minute, 2) = tokens.number(end + 1)? else {
            return None;
        };
        clock = Clock {
            literal: literal(value, digits),
            ..Clock::new(value, minute)
        };
        end += 2;
        sure = true;
        if tokens.sign(end, ':') && matches!(tokens.number(end + 1), Some((_, 2))) {
            end += 2;
        }
    } else if digits >= 3 {
        clock = Clock {
            literal: literal(value / 100, digits - 2),
            ..Clock::new(value / 100, value % 100)
        };
        let hours = matches!(tokens.at(end), Some(Meaning::Unit(Unit::Hour, 1)));
        let half = matches!(tokens.at(end), Some(Meaning::Meridiem(_)));
        // "at 930" is a time, "at 150 Main Street" and "at 925-372" are not.
        let alone = !matches!(
            tokens.at(end),
            Some(Meaning::Word | Meaning::NotDay | Meaning::Sign('-'))
        );
        if !(hours || half || alone && marker == Marker::Strong) || value > 2400 || value % 100 > 59
        {
            return None;
        }
        clock.literal |= hours;
        end += usize::from(hours);
        sure = true;
    } else if let Some((minute, after)) = dotted(tokens, end, marker) {
        clock.minute = minute;
        clock.literal = literal(value, digits);
        end = after;
        sure = true;
    } else if let Some((minute, after)) =
        spoken_minutes(tokens, end, digits).filter(|_| value <= 12)
    {
        clock.minute = minute;
        end = after;
        sure = true;
    } else {
        clock.literal = digits == 2 && value < 10;
    }
    if !sure && value > 24 {
        return None;
    }
    Some(tail(tokens, clock, end, sure, marker))
}

/// A leading zero or an hour past noon is of the 24 hours.
fn literal(hour: u32, digits: u8) -> bool {
    hour == 0 || hour > 12 || (digits == 2 && hour < 10)
}

/// ".30", where something else says that this is a time and not a date.
fn dotted(tokens: Tokens<'_>, at: usize, marker: Marker) -> Option<(u32, usize)> {
    if !tokens.sign(at, '.') || !tokens.joined(at) || !tokens.joined(at.checked_sub(1)?) {
        return None;
    }
    let (minute, 2) = tokens.number(at + 1)? else {
        return None;
    };
    let end = at + 2;
    let told = matches!(
        tokens.at(end),
        Some(Meaning::Meridiem(_) | Meaning::HourMark | Meaning::Part(_))
    );
    ((told || marker == Marker::Strong) && !tokens.sign(end, '.')).then_some((minute, end))
}

/// "thirty" in "nine thirty", "oh five" in "nine oh five".
fn spoken_minutes(tokens: Tokens<'_>, at: usize, digits: u8) -> Option<(u32, usize)> {
    if tokens.at(at) == Some(Meaning::Oh) {
        let (minute @ 1..=9, _) = tokens.number(at + 1)? else {
            return None;
        };
        return Some((minute, at + 2));
    }
    let (minute @ 10..=59, 0) = tokens.number(at)? else {
        return None;
    };
    // "three thirty minutes slots" counts, and so does "two ten to twelve".
    let counts = matches!(tokens.at(at + 1), Some(Meaning::Unit(..) | Meaning::Past));
    (digits == 0 && !counts).then_some((minute, at + 1))
}

/// What stands behind an hour.
fn tail(
    tokens: Tokens<'_>,
    mut clock: Clock,
    at: usize,
    sure: bool,
    marker: Marker,
) -> (Clock, usize, bool) {
    let mut sure = sure;
    let mut end = at;
    loop {
        match tokens.at(end) {
            Some(Meaning::Ish) => {}
            Some(Meaning::HourMark) => {
                if let Some((minute @ 0..=59, 2)) = tokens.number(end + 1)
                    && clock.minute == 0
                    && !matches!(
                        tokens.at(end + 2),
                        Some(Meaning::Unit(..) | Meaning::Month(_) | Meaning::Sign('.' | '/'))
                    )
                {
                    clock.minute = minute;
                    end += 1;
                }
            }
            // "alle ore 15", "à 15 heures": with "at" before it this is no length of time.
            Some(Meaning::Unit(Unit::Hour, 1))
                if marker == Marker::Strong || clock.hour > 12 && marker == Marker::Weak => {}
            Some(Meaning::Meridiem(meridiem)) if clock.meridiem.is_none() => {
                clock.meridiem = Some(meridiem)
            }
            Some(Meaning::After(shift)) if clock.shift == 0 => clock.shift = shift,
            Some(Meaning::Part(_)) => return (clock, end, true),
            _ => return (clock, end, sure),
        }
        sure = true;
        end += 1;
    }
}
