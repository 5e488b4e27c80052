//! A DATETIME from the words that the model copied out, resolved by the program.

use aftercall_core::{Call, DatetimeDetail, Precision, Value, time_zone};
use aftercall_dates::{Unresolved, resolve};
use jiff::Zoned;
use jiff::tz::TimeZone;

/// The clock of a call: its zone and when it began in it.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    zone: TimeZone,
    zone_name: String,
    start: Option<Zoned>,
}

impl Clock {
    /// The call's zone, else `default`, else UTC.
    pub(crate) fn of(call: &Call, default: &str) -> Self {
        let (zone, zone_name) = [call.timezone.as_deref(), Some(default)]
            .into_iter()
            .flatten()
            .find_map(|name| Some((time_zone(name)?, name.to_owned())))
            .unwrap_or((TimeZone::UTC, "UTC".into()));
        let start = call.started_at.map(|at| at.to_zoned(zone.clone()));
        Self {
            zone,
            zone_name,
            start,
        }
    }

    /// The day of the call as the model is told it.
    pub(crate) fn day(&self) -> Option<String> {
        self.start
            .as_ref()
            .map(|start| start.strftime("%A, %Y-%m-%d").to_string())
    }

    /// Resolves a phrase: the value with its detail, or why there is none.
    pub(crate) fn resolve(&self, phrase: &str) -> Result<(Value, DatetimeDetail), Unresolved> {
        let resolved = resolve(phrase, self.start.as_ref(), &self.zone)?;
        let precision = match resolved.precision {
            aftercall_dates::Precision::Day => Precision::Day,
            aftercall_dates::Precision::Minute => Precision::Minute,
        };
        let value = resolved.at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let detail = DatetimeDetail {
            phrase: phrase.to_owned(),
            precision,
            timezone: self.zone_name.clone(),
        };
        Ok((Value::Text(value), detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(zone: Option<&str>, start: Option<&str>) -> Call {
        let mut call = Call::from_turns(Vec::new());
        call.timezone = zone.map(str::to_owned);
        call.started_at = start.map(|s| s.parse().unwrap());
        call
    }

    fn text(clock: &Clock, phrase: &str) -> String {
        match clock.resolve(phrase) {
            Ok((Value::Text(text), _)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_calls_zone_decides_which_day_it_is() {
        let start = Some("2024-03-30T23:30:00Z");
        let berlin = Clock::of(&call(Some("Europe/Berlin"), start), "UTC");
        assert_eq!(berlin.day().unwrap(), "Sunday, 2024-03-31");
        assert_eq!(
            text(&berlin, "tomorrow at 10 am"),
            "2024-04-01T10:00:00+02:00"
        );
        let default = Clock::of(&call(None, start), "America/New_York");
        assert_eq!(
            text(&default, "tomorrow at 10 am"),
            "2024-03-31T10:00:00-04:00"
        );
    }

    #[test]
    fn a_relative_date_without_a_start_cannot_be_resolved() {
        let clock = Clock::of(&call(None, None), "nowhere");
        assert_eq!(
            clock.resolve("tomorrow").unwrap_err(),
            Unresolved::NoReference
        );
        assert_eq!(
            text(&clock, "3 May 2024 at 15:00"),
            "2024-05-03T15:00:00+00:00"
        );
    }

    #[test]
    fn a_day_without_a_time_says_so() {
        let clock = Clock::of(&call(None, Some("2024-01-15T09:00:00Z")), "UTC");
        let (_, detail) = clock.resolve("Friday").unwrap();
        assert_eq!(detail.precision, Precision::Day);
        assert_eq!(detail.timezone, "UTC");
    }
}
