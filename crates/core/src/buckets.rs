//! Local hours, days, weeks and months of a period, as instants.
//!
//! A bucket goes from the first instant of its hour, day, week or month in a time zone to the first of the next one, so a
//! day has 23 or 25 hours where clocks were moved, and begins at the first time of day that there is where midnight does not
//! exist. An hour that comes twice is two buckets, and so are its parts where clocks were moved within it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

/// How long a bucket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketUnit {
    /// A local hour.
    Hour,
    /// A local day.
    Day,
    /// A local week, which begins on Monday.
    Week,
    /// A local month.
    Month,
}

impl BucketUnit {
    /// Every unit, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The name in queries and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The unit of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }
}

/// A period has more buckets than were allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the period has more than {0} buckets")]
pub struct TooManyBuckets(pub usize);

/// The buckets of a period. The first and the last are cut off where the period begins and ends within them.
#[derive(Debug, Clone, PartialEq)]
pub struct Buckets {
    zone: TimeZone,
    /// Where each bucket begins, and at last where the last one ends.
    edges: Vec<Timestamp>,
}

impl Buckets {
    /// The buckets of the period from `from` to before `to`, at most `most`. A period that does not go forward has none.
    ///
    /// # Errors
    /// [`TooManyBuckets`]; no more are made than are allowed.
    pub fn new(
        from: Timestamp,
        to: Timestamp,
        unit: BucketUnit,
        zone: TimeZone,
        most: usize,
    ) -> Result<Self, TooManyBuckets> {
        let mut edges = Vec::new();
        if from < to {
            edges.push(from);
            let mut next = Edges::new(from, unit, &zone);
            while let Some(edge) = next.after_last().filter(|edge| *edge < to) {
                if edges.len() >= most {
                    return Err(TooManyBuckets(most));
                }
                edges.push(edge);
            }
            edges.push(to);
        }
        Ok(Self { zone, edges })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// From when to before when each goes, in order.
    pub fn bounds(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.edges.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// The bucket that an instant lies in.
    #[must_use]
    pub fn at(&self, instant: Timestamp) -> Option<usize> {
        let after = self.edges.partition_point(|edge| *edge <= instant);
        (after > 0 && after < self.edges.len()).then(|| after - 1)
    }

    /// The greatest number of seconds such that every bucket begins at a multiple of it, the first one aside; `None` where
    /// there is one bucket alone, which any number suits.
    #[must_use]
    pub fn step_seconds(&self) -> Option<i64> {
        let inner = self.edges.get(1..self.edges.len().saturating_sub(1))?;
        let step = inner
            .iter()
            .fold(0, |step, edge| gcd(step, edge.as_second()));
        (step > 0).then_some(step)
    }

    /// The time zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Finds where one bucket after the other begins.
struct Edges<'a> {
    unit: BucketUnit,
    zone: &'a TimeZone,
    last: Timestamp,
    /// The first day of the last bucket, where it has days.
    day: Date,
}

impl<'a> Edges<'a> {
    fn new(from: Timestamp, unit: BucketUnit, zone: &'a TimeZone) -> Self {
        let day = from.to_zoned(zone.clone()).date();
        let first = match unit {
            BucketUnit::Hour | BucketUnit::Day => day,
            BucketUnit::Week => {
                let days = i64::from(day.weekday().to_monday_zero_offset());
                day.saturating_sub(days.days())
            }
            BucketUnit::Month => day.first_of_month(),
        };
        Self {
            unit,
            zone,
            last: from,
            day: first,
        }
    }

    /// The next edge; `None` at the end of the calendar.
    fn after_last(&mut self) -> Option<Timestamp> {
        let span: Span = match self.unit {
            BucketUnit::Hour => {
                self.last = self.next_hour()?;
                return Some(self.last);
            }
            BucketUnit::Day => 1.day(),
            BucketUnit::Week => 1.week(),
            BucketUnit::Month => 1.month(),
        };
        // A day that a zone left out begins when the next one does, which is no bucket of its own. One whose first minute
        // comes twice is gone into again after its beginning.
        loop {
            self.day = self.day.checked_add(span).ok()?;
            let edge = first_instant(self.day, self.zone)?;
            if edge > self.last {
                self.last = edge;
                return Some(edge);
            }
        }
    }

    /// The next full hour on the clocks, or when they are moved if that comes first.
    fn next_hour(&self) -> Option<Timestamp> {
        let local = self.last.to_zoned(self.zone.clone());
        let into = (i64::from(local.minute()) * 60 + i64::from(local.second())) * 1_000_000_000
            + i64::from(local.subsec_nanosecond());
        let left = (3_600_000_000_000 - into).nanoseconds();
        let full = self.last.checked_add(left).ok()?;
        let mut offset = local.offset();
        for moved in self.zone.following(self.last) {
            if moved.timestamp() >= full {
                break;
            }
            if moved.offset() != offset {
                return Some(moved.timestamp());
            }
            offset = moved.offset();
        }
        Some(full)
    }
}

/// When a date begins.
fn first_instant(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    // Of a midnight that comes twice this is the first, of one that does not exist the time that comes in its place.
    let midnight: Zoned = day.to_zoned(zone.clone()).ok()?;
    let at = midnight.timestamp();
    // Where clocks are set forward over midnight the time in its place may lie behind the first of the day.
    let moved = zone
        .following(at.checked_sub(1.day()).ok().unwrap_or(at))
        .take_while(|moved| moved.timestamp() <= at)
        .map(|moved| moved.timestamp())
        .find(|moved| moved.to_zoned(zone.clone()).date() == day);
    Some(moved.map_or(at, |moved| moved.min(at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time_zone;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hours(zone: &str, unit: BucketUnit, from: &str, to: &str) -> Vec<(String, f64)> {
        let zone = time_zone(zone).unwrap();
        let buckets = Buckets::new(at(from), at(to), unit, zone.clone(), 1_500).unwrap();
        buckets
            .bounds()
            .map(|(from, to)| {
                let local = from.to_zoned(zone.clone());
                let hours = to.duration_since(from).as_secs_f64() / 3600.0;
                (local.strftime("%m-%d %H:%M").to_string(), hours)
            })
            .collect()
    }

    fn told(list: &[(&str, f64)]) -> Vec<(String, f64)> {
        list.iter().map(|(t, h)| ((*t).to_owned(), *h)).collect()
    }

    #[test]
    fn days_of_23_and_25_hours() {
        use BucketUnit::Day;
        assert_eq!(
            hours(
                "Europe/Berlin",
                Day,
                "2026-03-27T23:00:00Z",
                "2026-03-30T22:00:00Z"
            ),
            told(&[
                ("03-28 00:00", 24.0),
                ("03-29 00:00", 23.0),
                ("03-30 00:00", 24.0)
            ])
        );
        assert_eq!(
            hours(
                "America/New_York",
                Day,
                "2026-11-01T04:00:00Z",
                "2026-11-03T05:00:00Z"
            ),
            told(&[("11-01 00:00", 25.0), ("11-02 00:00", 24.0)])
        );
        assert_eq!(
            hours(
                "Australia/Lord_Howe",
                Day,
                "2026-04-04T13:00:00Z",
                "2026-04-05T13:30:00Z"
            ),
            told(&[("04-05 00:00", 24.5)])
        );
    }

    #[test]
    fn a_day_without_midnight_and_one_that_never_was() {
        use BucketUnit::Day;
        assert_eq!(
            hours(
                "America/Sao_Paulo",
                Day,
                "2018-11-03T03:00:00Z",
                "2018-11-05T02:00:00Z"
            ),
            told(&[("11-03 00:00", 24.0), ("11-04 01:00", 23.0)])
        );
        assert_eq!(
            hours(
                "Pacific/Apia",
                Day,
                "2011-12-29T10:00:00Z",
                "2012-01-01T10:00:00Z"
            ),
            told(&[
                ("12-29 00:00", 24.0),
                ("12-31 00:00", 24.0),
                ("01-01 00:00", 24.0)
            ])
        );
    }

    #[test]
    fn hours_that_come_twice_or_in_parts() {
        use BucketUnit::Hour;
        assert_eq!(
            hours(
                "Europe/Berlin",
                Hour,
                "2026-10-24T23:30:00Z",
                "2026-10-25T02:30:00Z"
            ),
            told(&[
                ("10-25 01:30", 0.5),
                ("10-25 02:00", 1.0),
                ("10-25 02:00", 1.0),
                ("10-25 03:00", 0.5)
            ])
        );
        // Clocks go from 2:00 back to 1:30.
        assert_eq!(
            hours(
                "Australia/Lord_Howe",
                Hour,
                "2026-04-04T14:00:00Z",
                "2026-04-04T16:30:00Z"
            ),
            told(&[
                ("04-05 01:00", 1.0),
                ("04-05 01:30", 0.5),
                ("04-05 02:00", 1.0)
            ])
        );
        assert_eq!(
            hours(
                "Asia/Kathmandu",
                Hour,
                "2026-04-04T00:15:00Z",
                "2026-04-04T01:15:00Z"
            ),
            told(&[("04-04 06:00", 1.0)])
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_their_first() {
        assert_eq!(
            hours(
                "UTC",
                BucketUnit::Week,
                "2026-03-01T00:00:00Z",
                "2026-03-10T00:00:00Z"
            ),
            told(&[
                ("03-01 00:00", 24.0),
                ("03-02 00:00", 168.0),
                ("03-09 00:00", 24.0)
            ])
        );
        assert_eq!(
            hours(
                "Africa/Casablanca",
                BucketUnit::Month,
                "2026-01-31T12:00:00Z",
                "2026-03-02T00:00:00Z"
            ),
            // Its clocks are an hour back in Ramadan, which began in this February.
            told(&[
                ("01-31 13:00", 11.0),
                ("02-01 00:00", 673.0),
                ("03-01 00:00", 24.0)
            ])
        );
    }

    #[test]
    fn no_more_are_made_than_are_allowed() {
        let (from, to) = (at("0001-01-01T00:00:00Z"), at("9999-01-01T00:00:00Z"));
        let made = |unit, most| Buckets::new(from, to, unit, TimeZone::UTC, most);
        assert_eq!(made(BucketUnit::Hour, 7), Err(TooManyBuckets(7)));
        let (from, to) = (at("2026-01-01T00:00:00Z"), at("2026-01-08T00:00:00Z"));
        let made = |most| Buckets::new(from, to, BucketUnit::Day, TimeZone::UTC, most);
        assert_eq!(made(7).unwrap().len(), 7);
        assert_eq!(made(6), Err(TooManyBuckets(6)));
        assert!(
            Buckets::new(to, from, BucketUnit::Day, TimeZone::UTC, 9)
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn steps_are_those_of_the_zone() {
        for (zone, from, step) in [
            ("UTC", "2026-06-01T12:00:00Z", 86_400),
            ("Europe/Berlin", "2026-06-01T12:00:00Z", 7_200),
            ("Europe/Berlin", "2026-03-25T12:00:00Z", 3_600),
            ("Asia/Kathmandu", "2026-06-01T12:00:00Z", 900),
            ("Europe/Berlin", "1880-01-01T00:00:00Z", 8),
        ] {
            let from = at(from);
            let to = from.checked_add(240.hours()).unwrap();
            let zone = time_zone(zone).unwrap();
            let buckets = Buckets::new(from, to, BucketUnit::Day, zone.clone(), 99).unwrap();
            let found = buckets.step_seconds().unwrap();
            assert_eq!(found % step, 0, "{zone:?} {found}");
            assert_eq!(found % 900 == 0, step % 900 == 0, "{zone:?} {found}");
        }
    }

    const ZONES: [&str; 9] = [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Africa/Casablanca",
        "America/Sao_Paulo",
        "Pacific/Apia",
        "Asia/Beirut",
        "America/Havana",
    ];

    proptest! {
        #[test]
        fn buckets_follow_each_other_and_hold_what_is_theirs(
            zone in 0..ZONES.len(),
            unit in 0..4usize,
            start in 1_200_000_000..1_900_000_000i64,
            length in 1..10_000_000i64,
            part in 0.0..1.0f64,
        ) {
            let (zone, unit) = (time_zone(ZONES[zone]).unwrap(), BucketUnit::ALL[unit]);
            let from = Timestamp::from_second(start).unwrap();
            let to = Timestamp::from_second(start + length).unwrap();
            let buckets = Buckets::new(from, to, unit, zone.clone(), 5_000).unwrap();
            let bounds: Vec<_> = buckets.bounds().collect();
            prop_assert_eq!(bounds[0].0, from);
            prop_assert_eq!(bounds[bounds.len() - 1].1, to);
            prop_assert!(bounds.windows(2).all(|pair| pair[0].1 == pair[1].0));
            prop_assert!(bounds.iter().all(|(from, to)| from < to));
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below ten million")]
            let inside = Timestamp::from_second(start + (length as f64 * part) as i64).unwrap();
            let bucket = buckets.at(inside).unwrap();
            prop_assert!(bounds[bucket].0 <= inside && inside < bounds[bucket].1);
            // What a calendar on the wall says of the instant and of the bucket's first one is the same.
            let said = |instant: Timestamp| {
                let local = instant.to_zoned(zone.clone());
                let date = local.date();
                match unit {
                    BucketUnit::Hour => (date, local.hour()),
                    BucketUnit::Day => (date, 0),
                    BucketUnit::Week => {
                        let back = i64::from(date.weekday().to_monday_zero_offset());
                        (date.saturating_sub(back.days()), 0)
                    }
                    BucketUnit::Month => (date.first_of_month(), 0),
                }
            };
            prop_assert_eq!(said(inside), said(bounds[bucket].0));
            if bucket > 0 && unit != BucketUnit::Hour {
                prop_assert_ne!(said(bounds[bucket - 1].0), said(bounds[bucket].0));
            }
        }
    }
}
