//! When a job that failed is tried again.

use jiff::{SignedDuration, Timestamp};

use crate::Store;
use crate::times::later;

/// The wait after the first attempt, in seconds.
const FIRST_SECONDS: f64 = 30.0;
/// The longest wait, in seconds.
const LONGEST_SECONDS: f64 = 3600.0;
/// Up to this share is added or taken away, so that what failed together does not come back together.
const JITTER: f64 = 0.2;

/// How long to wait after that attempt (from 1): 30 seconds, doubled with each attempt up to an hour, and up to a fifth more
/// or less as `unit`, from 0 to 1, says.
#[must_use]
pub fn retry_delay(attempt: i64, unit: f64) -> SignedDuration {
    let doublings = i32::try_from(attempt.clamp(1, 32) - 1).unwrap_or(31);
    let seconds = (FIRST_SECONDS * 2f64.powi(doublings)).min(LONGEST_SECONDS);
    let jitter = 1.0 + JITTER * (2.0 * unit.clamp(0.0, 1.0) - 1.0);
    SignedDuration::from_secs_f64(seconds * jitter)
}

impl Store {
    /// When a job is to be tried again after that attempt (from 1) failed now.
    #[must_use]
    pub fn retry_at(&self, attempt: i64) -> Timestamp {
        later(self.now(), retry_delay(attempt, self.random_unit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        let seconds = |attempt| retry_delay(attempt, 0.5).as_secs();
        let waits: Vec<_> = (1..=9).map(seconds).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    }

    proptest! {
        #[test]
        fn the_jitter_is_a_fifth(attempt: i64, unit: f64) {
            let wait = retry_delay(attempt, unit).as_secs_f64();
            prop_assert!((24.0..=4320.0).contains(&wait), "{wait}");
        }
    }
}
