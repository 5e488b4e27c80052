//! Points in time as platforms write them.

use aftercall_core::MAX_SECONDS;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

/// What a field with a point in time has to be.
pub(crate) const INSTANT_RULE: &str = "must be an RFC 3339 date and time, or Unix time";
/// What a field with seconds has to be.
pub(crate) const SECONDS_RULE: &str = "must be a number of seconds from 0 to 2678400";
/// What a field with milliseconds has to be.
pub(crate) const MILLIS_RULE: &str = "must be a number of milliseconds from 0 to 2678400000";

/// Below this a number is Unix time in seconds, from there on in milliseconds: seconds reach it in the year 5138.
const FIRST_MILLIS: f64 = 1e11;
/// From there on it is Unix time in microseconds.
const FIRST_MICROS: f64 = 1e14;

/// A point in time: RFC 3339, in UTC where no offset is given; or a number, which is Unix time in seconds, milliseconds or
/// microseconds by its size. `Ok(None)` for 0, which platforms write where they do not know.
pub(crate) fn instant(value: &Json) -> Result<Option<Timestamp>, ()> {
    if let Json::String(text) = value {
        let text = text.trim();
        let numeric = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !(numeric && text.len() >= 9) {
            return from_text(text).map(Some).ok_or(());
        }
    }
    let Some(number) = number(value) else {
        return Err(());
    };
    if number == 0.0 {
        return Ok(None);
    }
    from_number(number).map(Some).ok_or(())
}

fn from_text(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    let local: DateTime = text.parse().ok()?;
    let zoned = TimeZone::UTC.to_zoned(local).ok()?;
    Some(zoned.timestamp())
}

fn from_number(number: f64) -> Option<Timestamp> {
    if !(0.0..1e17).contains(&number) {
        return None;
    }
    let micros = if number < FIRST_MILLIS {
        number * 1e6
    } else if number < FIRST_MICROS {
        number * 1e3
    } else {
        number
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "below 1e17, and what is finer than a microsecond is not meant"
    )]
    let micros = micros.round() as i64;
    Timestamp::from_microsecond(micros).ok()
}

/// A number, or a text that is one. Never infinite.
pub(crate) fn number(value: &Json) -> Option<f64> {
    let number = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// Seconds within a call.
pub(crate) fn seconds(number: f64) -> Option<f64> {
    // Adding zero makes a minus zero a plain one.
    let seconds = number + 0.0;
    (0.0..=MAX_SECONDS).contains(&seconds).then_some(seconds)
}

/// A point in time that many seconds later, to the microsecond.
pub(crate) fn after(start: Timestamp, seconds: f64) -> Option<Timestamp> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast of what is too large is the largest, which no time can be added to"
    )]
    let micros = (seconds * 1e6).round() as i64;
    start.checked_add(SignedDuration::from_micros(micros)).ok()
}

/// The seconds from one point in time to another, to the microsecond.
pub(crate) fn between(start: Timestamp, end: Timestamp) -> f64 {
    // Divided as one number, so that 21.577 stays 21.577.
    end.duration_since(start).as_micros() as f64 / 1e6
}

/// `HH:MM:SS.mmm` or `MM:SS,mmm`, as subtitles have it, in seconds.
pub(crate) fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let mut seconds = 0.0;
    for (n, part) in parts.iter().enumerate() {
        let last = n + 1 == parts.len();
        let plain = |b: u8| b.is_ascii_digit() || (last && (b == b'.' || b == b','));
        if part.is_empty() || part.len() > 12 || !part.bytes().all(plain) {
            return None;
        }
        let part: f64 = part.replace(',', ".").parse().ok()?;
        if n > 0 && part >= 60.0 {
            return None;
        }
        seconds = seconds * 60.0 + part;
    }
    // Sums of hours, minutes and thousandths have digits after those that were written.
    Some((seconds * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn points_in_time() {
        let noon = "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap();
        for value in [
            json!("2026-03-01T12:00:00Z"),
            json!("2026-03-01T13:00:00.000+01:00"),
            json!("2026-03-01T12:00:00"),
            json!("2026-03-01 12:00:00"),
            json!(1_772_366_400),
            json!(1_772_366_400.0),
            json!("1772366400"),
            json!(1_772_366_400_000_i64),
            json!("1772366400000"),
            json!(1_772_366_400_000_000_i64),
        ] {
            assert_eq!(instant(&value), Ok(Some(noon)), "{value}");
        }
        assert_eq!(instant(&json!(0)), Ok(None));
        for value in [
            json!("soon"),
            json!(""),
            json!(-1),
            json!(1e300),
            json!("99999999999999999999"),
            json!("12:30"),
            json!([1]),
            json!(true),
        ] {
            assert_eq!(instant(&value), Err(()), "{value}");
        }
    }

    #[test]
    fn clocks_of_subtitles() {
        assert_eq!(clock("00:00:01.500"), Some(1.5));
        assert_eq!(clock("01:02:03,250"), Some(3723.25));
        assert_eq!(clock("02:03.1"), Some(123.1));
        assert_eq!(clock("100:00:00.0"), Some(360_000.0));
        for text in [
            "",
            "1",
            "1:2:3:4",
            "00:61:00",
            "aa:bb",
            "-1:00",
            "1e9:00",
            "00:00:NaN",
        ] {
            assert_eq!(clock(text), None, "{text}");
        }
    }
}
