//! What is asked, and whether sums can answer it.

use std::ops::Range;

use aftercall_core::Buckets;
use jiff::Timestamp;

use super::sums::QUARTER;
use crate::calls::{Attempts, CallFilter};
use crate::times::to_us;

/// What is to be counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Which calls. Its `since` and `until` are not looked at: the buckets say from when to when.
    pub filter: CallFilter,
    /// The period and its parts.
    pub buckets: Buckets,
    /// Of metrics these alone; an empty list is all.
    pub identifiers: Vec<String>,
    /// Whether the calls themselves are to be read, even where sums could answer.
    pub scan: bool,
}

/// Where figures come from. They are the same either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServedBy {
    /// From sums.
    Rollup,
    /// From the calls themselves.
    Scan,
}

impl ServedBy {
    /// The name in replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rollup => "rollup",
            Self::Scan => "scan",
        }
    }
}

/// A period in microseconds.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// Where each bucket begins, and at last where the last one ends.
    edges: Vec<i64>,
}

impl Bounds {
    pub(super) fn new(buckets: &Buckets) -> Self {
        let mut edges: Vec<i64> = buckets.bounds().map(|(from, _)| to_us(from)).collect();
        edges.extend(buckets.bounds().last().map(|(_, to)| to_us(to)));
        Self { edges }
    }

    /// How many buckets there are.
    pub(super) fn len(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    pub(super) fn from(&self) -> i64 {
        self.edges.first().copied().unwrap_or_default()
    }

    pub(super) fn to(&self) -> i64 {
        self.edges.last().copied().unwrap_or_default()
    }

    /// From when to before when a bucket goes.
    pub(super) fn of_bucket(&self, bucket: usize) -> (i64, i64) {
        (self.edges[bucket], self.edges[bucket + 1])
    }

    /// The bucket that an instant lies in; one outside of the period lies in the nearest.
    pub(super) fn bucket(&self, us: i64) -> usize {
        let after = self.edges.partition_point(|edge| *edge <= us);
        after.clamp(1, self.edges.len().max(2) - 1) - 1
    }

    /// A quarter of an hour as far as it lies in the period, from when to before when.
    pub(super) fn quarter(&self, quarter: i64) -> (i64, i64) {
        let (from, to) = (quarter * QUARTER, (quarter + 1) * QUARTER);
        (from.max(self.from()), to.min(self.to()))
    }

    /// The quarters of an hour that lie wholly within.
    pub(super) fn whole_quarters(&self) -> Range<i64> {
        let first =
            self.from().div_euclid(QUARTER) + i64::from(self.from().rem_euclid(QUARTER) > 0);
        first..self.to().div_euclid(QUARTER)
    }

    /// What is left of the period before and after those.
    pub(super) fn rests(&self) -> impl Iterator<Item = (i64, i64)> {
        let quarters = self.whole_quarters();
        let rests = [
            (self.from(), quarters.start * QUARTER),
            (quarters.end * QUARTER, self.to()),
        ];
        rests.into_iter().filter(|(from, to)| from < to)
    }
}

impl Question {
    /// Whether sums can answer it.
    pub(super) fn is_summed(&self, bounds: &Bounds) -> bool {
        let step = self.buckets.step_seconds().map(|step| step * 1_000_000);
        !self.scan
            && step.is_none_or(|step| step % QUARTER == 0)
            && !bounds.whole_quarters().is_empty()
            && is_plain(&self.filter)
    }

    /// The filter with a period.
    pub(super) fn filter(&self, from: Timestamp, to: Timestamp) -> CallFilter {
        CallFilter {
            since: Some(from),
            until: Some(to),
            ..self.filter.clone()
        }
    }
}

/// Whether a filter asks for nothing but agents and versions.
fn is_plain(filter: &CallFilter) -> bool {
    let others = CallFilter {
        agent_ids: Vec::new(),
        revision_ids: Vec::new(),
        since: None,
        until: None,
        search: filter.search.clone().filter(|part| !part.is_empty()),
        ..filter.clone()
    };
    others
        == CallFilter {
            attempts: Attempts::All,
            ..CallFilter::default()
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aftercall_core::{BucketUnit, time_zone};

    fn question(zone: &str, from: &str, to: &str) -> Question {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let zone = time_zone(zone).unwrap();
        Question {
            filter: CallFilter::default(),
            buckets: Buckets::new(from, to, BucketUnit::Day, zone, 1_500).unwrap(),
            identifiers: Vec::new(),
            scan: false,
        }
    }

    fn is_summed(question: &Question) -> bool {
        question.is_summed(&Bounds::new(&question.buckets))
    }

    #[test]
    fn sums_answer_what_they_are_parted_by() {
        let (from, to) = ("2026-03-01T00:07:00Z", "2026-04-01T00:00:00Z");
        let plain = question("Asia/Kathmandu", from, to);
        assert!(is_summed(&plain));
        let scan = Question {
            scan: true,
            ..plain.clone()
        };
        assert!(!is_summed(&scan));
        let filtered = |filter: CallFilter| Question {
            filter,
            ..plain.clone()
        };
        assert!(is_summed(&filtered(CallFilter {
            agent_ids: vec!["a".to_owned()],
            revision_ids: vec!["r".to_owned()],
            search: Some(String::new()),
            ..CallFilter::default()
        })));
        assert!(!is_summed(&filtered(CallFilter {
            is_test: Some(false),
            ..CallFilter::default()
        })));
        assert!(!is_summed(&filtered(CallFilter {
            attempts: Attempts::Initial,
            ..CallFilter::default()
        })));
    }

    #[test]
    fn sums_do_not_answer_what_does_not_begin_with_a_quarter_of_an_hour() {
        let historic = question(
            "Europe/Berlin",
            "1880-03-01T00:00:00Z",
            "1880-03-09T00:00:00Z",
        );
        assert!(!is_summed(&historic));
        assert!(!is_summed(&question(
            "UTC",
            "2026-03-01T00:01:00Z",
            "2026-03-01T00:29:00Z"
        )));
    }

    #[test]
    fn a_period_is_whole_quarters_and_rests() {
        let bounds = |from, to| Bounds::new(&question("UTC", from, to).buckets);
        let odd = bounds("1970-01-01T00:20:00Z", "1970-01-01T01:01:00Z");
        assert_eq!(odd.whole_quarters(), 2..4);
        let minute = 60_000_000;
        assert_eq!(
            odd.rests().collect::<Vec<_>>(),
            [(20 * minute, 30 * minute), (60 * minute, 61 * minute)]
        );
        let even = bounds("1970-01-01T00:15:00Z", "1970-01-02T01:00:00Z");
        assert_eq!(even.whole_quarters(), 1..100);
        assert_eq!(even.rests().count(), 0);
        assert_eq!(even.bucket(15 * minute), 0);
        assert_eq!(even.bucket(24 * 60 * minute), 1);
    }
}
