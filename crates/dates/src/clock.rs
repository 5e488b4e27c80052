//! A time of day as it was said to minutes of a day.

use crate::forms::Clock;
use crate::vocabulary::{Meridiem, Part};

/// Minutes of a day.
const DAY: i32 = 24 * 60;
/// Minutes of half a day.
const HALF: i32 = DAY / 2;

/// Minutes from the local midnight of the day said. Below 0 or from [`DAY`] on, the time is of the day before
/// or after. `None` when it is no time of day.
pub(crate) fn minutes(clock: Clock, part: Option<Part>) -> Option<i32> {
    let hour = i32::try_from(clock.hour)
        .ok()
        .filter(|h| (0..=24).contains(h))?;
    let minute = i32::try_from(clock.minute)
        .ok()
        .filter(|m| (0..60).contains(m))?;
    if clock.midnight {
        return Some(DAY + clock.shift);
    }
    // "24:30" is said of the half hour after midnight.
    let exact = hour * 60 + minute + clock.shift;
    if hour == 0 || hour > 12 {
        return Some(exact);
    }
    let on_dial = (hour % 12 * 60 + minute + clock.shift).rem_euclid(HALF);
    match (clock.meridiem, part) {
        (Some(Meridiem::Am), _) => Some(hour % 12 * 60 + minute + clock.shift),
        (Some(Meridiem::Pm), _) => Some(hour % 12 * 60 + minute + clock.shift + HALF),
        (None, Some(_)) if clock.literal && hour == 12 => Some(exact),
        (None, Some(part)) => Some(in_part(on_dial, part)),
        (None, None) if clock.literal => Some(exact),
        (None, None) => Some(in_business_hours(on_dial)),
    }
}

/// The hour of the dial in that part of the day. A night goes on after midnight.
fn in_part(on_dial: i32, part: Part) -> i32 {
    match part {
        Part::Morning => on_dial,
        Part::Afternoon => on_dial + HALF,
        Part::Evening if on_dial < 60 => on_dial + DAY,
        Part::Evening => on_dial + HALF,
        Part::Night if on_dial < 5 * 60 => on_dial + DAY,
        Part::Night => on_dial + HALF,
    }
}

/// 12 and 1 to 6 are in the afternoon, 7 to 11 in the morning.
fn in_business_hours(on_dial: i32) -> i32 {
    if on_dial < 7 * 60 {
        on_dial + HALF
    } else {
        on_dial
    }
}

/// When a part of the day begins, in minutes from midnight.
pub(crate) fn begins(part: Part) -> i32 {
    60 * match part {
        Part::Morning => 6,
        Part::Afternoon => 12,
        Part::Evening => 17,
        Part::Night => 20,
    }
}
