//! The words of a time of day.

use crate::forms::Clock;
use crate::hour::{Marker, hour, marker};
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
