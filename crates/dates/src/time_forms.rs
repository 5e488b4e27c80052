//! The words of a time of day.

use crate::forms::Clock;
use crate::scan::Tokens;
use crate::vocabulary::{Meaning, Meridiem, Unit};

/// A time that nothing else could be: "3 pm", "half past three", "15:00", "noon", "3 in the afternoon".
pub(crate) fn certain(tokens: Tokens<'_>, at: usize, after_day: bool) -> Option<(Clock, usize)> {
    let (clock, end, sure) = clock(tokens, at, marker(tokens, at))?;
    let (clock, end, sure) = range(tokens, clock, end, sure, after_day);
    let counted = matches!(tokens.at(end), Some(Meaning::NotDay));
    (sure && !counted).then_some((clock, end))
}

/// A bare hour with a word before it that makes it one: "at 3", "Friday 3".
pub(crate) fn marked(tokens: Tokens<'_>, at: usize, after_day: bool) -> Option<(Clock, usize)> {
    let marker = marker(tokens, at);
    let (clock, end, _) = clock(tokens, at, marker)?;
    let (clock, end, _) = range(tokens, clock, end, false, after_day);
    let next = tokens.at(end);
    if clock.hour > 24
        || matches!(
            next,
            Some(Meaning::Unit(..) | Meaning::Sign('/') | Meaning::Month(_))
        )
    {
        return None;
    }
    let nothing_counted = !matches!(
        next,
        Some(Meaning::Word | Meaning::NotDay | Meaning::Nightly | Meaning::Number { .. })
    );
    let said = match marker {
        Marker::Strong => next != Some(Meaning::NotDay),
        Marker::Weak => nothing_counted,
        Marker::None => after_day && nothing_counted,
    };
    said.then_some((clock, end))
}

/// What stands before an hour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    /// "at".
    Strong,
    /// "around".
    Weak,
    None,
}

fn marker(tokens: Tokens<'_>, at: usize) -> Marker {
    let mut seen = Marker::None;
    for back in (0..at).rev().take(3) {
        match tokens.at(back) {
            Some(Meaning::At) => return Marker::Strong,
            Some(Meaning::About | Meaning::One) => seen = Marker::Weak,
            Some(Meaning::Article) => {}
            _ => break,
        }
    }
    seen
}

/// An hour with all that belongs to it; the flag says whether it can be nothing else.
fn clock(tokens: Tokens<'_>, at: usize, marker: Marker) -> Option<(Clock, usize, bool)> {
    match tokens.at(at)? {
        Meaning::Noon => return Some((named(12, false), at + 1, true)),
        Meaning::Midnight => return Some((named(0, true), at + 1, true)),
        Meaning::Before(shift) => return shifted(tokens, at + 1, shift),
        Meaning::Half | Meaning::Quarter => return fraction(tokens, at),
        _ => {}
    }
    let (value, digits) = tokens.number(at)?;
    match tokens.at(at + 1) {
        Some(Meaning::Noon) if value == 12 => return Some((named(12, false), at + 2, true)),
        Some(Meaning::Midnight) if value == 12 => return Some((named(0, true), at + 2, true)),
        _ => {}
    }
    if let Some(found) = minutes_and_hour(tokens, at, value, digits) {
        return Some(found);
    }
    hour(tokens, at, marker)
}

fn named(hour: u32, midnight: bool) -> Clock {
    Clock {
        literal: true,
        midnight,
        ..Clock::new(hour, 0)
    }
}

/// "half past three", "quarter to 5", "half three".
fn fraction(tokens: Tokens<'_>, at: usize) -> Option<(Clock, usize, bool)> {
    let minutes = if tokens.at(at) == Some(Meaning::Half) {
        30
    } else {
        15
    };
    match tokens.at(at + 1)? {
        Meaning::Past | Meaning::From => shifted(tokens, at + 2, minutes),
        Meaning::To | Meaning::Of => shifted(tokens, at + 2, -minutes),
        Meaning::Number { .. } if minutes == 30 => shifted(tokens, at + 1, minutes),
        _ => None,
    }
}

/// "ten past three", "20 minutes to 5". "3 to 5" is a range, and so is "ten to four" when neither the
/// word "minutes" nor a number of minutes that people say stands there.
fn minutes_and_hour(
    tokens: Tokens<'_>,
    at: usize,
    value: u32,
    digits: u8,
) -> Option<(Clock, usize, bool)> {
    let counted = matches!(tokens.at(at + 1), Some(Meaning::Unit(Unit::Minute, 1)));
    let word = if counted { at + 2 } else { at + 1 };
    let shift = i32::try_from(value).ok().filter(|v| (1..=29).contains(v))?;
    match tokens.at(word)? {
        Meaning::Past => shifted(tokens, word + 1, shift),
        Meaning::To if counted || (digits == 0 && matches!(value, 5 | 10 | 20 | 25)) => {
            shifted(tokens, word + 1, -shift)
        }
        _ => None,
    }
}

/// The hour at `at`, so many minutes off.
fn shifted(tokens: Tokens<'_>, at: usize, shift: i32) -> Option<(Clock, usize, bool)> {
    match tokens.at(at)? {
        Meaning::Noon => {
            return Some((
                Clock {
                    shift,
                    ..named(12, false)
                },
                at + 1,
                true,
            ));
        }
        Meaning::Midnight => {
            return Some((
                Clock {
                    shift,
                    ..named(0, true)
                },
                at + 1,
                true,
            ));
        }
        _ => {}
    }
    let (clock, end, _) = hour(tokens, at, Marker::Strong)?;
    let plain = clock.hour <= 24 && clock.minute == 0 && clock.shift == 0;
    plain.then_some((Clock { shift, ..clock }, end, true))
}

/// "3", "3:30", "15h30", "nine thirty", "1500 hours", with "pm", "o'clock" and the like behind it.
fn hour(tokens: Tokens<'_>, at: usize, marker: Marker) -> Option<(Clock, usize, bool)> {
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

/// The other end of "3 to 5 pm" is left out, and lends its half of the day.
fn range(
    tokens: Tokens<'_>,
    clock: Clock,
    end: usize,
    sure: bool,
    after_day: bool,
) -> (Clock, usize, bool) {
    let unchanged = (clock, end, sure);
    if !tokens.is_range(end) || tokens.at(end) == Some(Meaning::And) && clock.meridiem.is_some() {
        return unchanged;
    }
    let Some((other, other_end, other_sure)) = hour(tokens, end + 1, Marker::None) else {
        return unchanged;
    };
    let and = tokens.at(end) == Some(Meaning::And);
    let bare = !sure && !after_day && !and;
    if !other_sure
        && (bare
            || matches!(
                tokens.at(other_end),
                Some(Meaning::Word | Meaning::Unit(..))
            ))
    {
        return unchanged;
    }
    let mut clock = clock;
    if clock.meridiem.is_none() && !clock.literal {
        clock.meridiem = other
            .meridiem
            .map(|other_half| lent(clock.hour, other.hour, other_half));
    }
    (clock, other_end, sure || other_sure)
}

/// "11 to 1 pm" begins in the morning, "3 to 5 pm" does not.
fn lent(start: u32, end: u32, half: Meridiem) -> Meridiem {
    match (start % 12 <= end % 12, half) {
        (true, half) => half,
        (false, Meridiem::Pm) => Meridiem::Am,
        (false, Meridiem::Am) => Meridiem::Pm,
    }
}
