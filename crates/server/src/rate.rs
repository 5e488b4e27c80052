//! How often one key may ask.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::refusal::Refusal;
use crate::settings::RateSettings;

/// Keys remembered before those that have not asked of late are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// A bucket for every key.
pub(crate) struct RateLimit {
    buckets: Option<DefaultKeyedRateLimiter<String>>,
    clock: DefaultClock,
}

impl RateLimit {
    pub(crate) fn new(settings: &RateSettings) -> Self {
        let quota = NonZeroU32::new(settings.requests_per_second).map(|rate| {
            let burst = NonZeroU32::new(settings.burst).unwrap_or(rate);
            Quota::per_second(rate).allow_burst(burst)
        });
        Self {
            buckets: quota.map(RateLimiter::keyed),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of this key.
    ///
    /// # Errors
    /// A refusal that says how long to wait.
    pub(crate) fn check(&self, key: &str) -> Result<(), Refusal> {
        let Some(buckets) = &self.buckets else {
            return Ok(());
        };
        if buckets.len() > MAX_REMEMBERED {
            buckets.retain_recent();
        }
        buckets.check_key(&key.to_owned()).map_err(|not_until| {
            let wait: Duration = not_until.wait_time_from(self.clock.now());
            Refusal::Rate { wait }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_is_held_and_another_is_not() {
        let limit = RateLimit::new(&RateSettings {
            requests_per_second: 1,
            burst: 2,
        });
        assert_eq!(limit.check("a"), Ok(()));
        assert_eq!(limit.check("a"), Ok(()));
        assert!(matches!(limit.check("a"), Err(Refusal::Rate { .. })));
        assert_eq!(limit.check("b"), Ok(()));
    }

    #[test]
    fn a_rate_of_zero_sets_no_limit() {
        let limit = RateLimit::new(&RateSettings {
            requests_per_second: 0,
            burst: 1,
        });
        assert!((0..1000).all(|_| limit.check("a").is_ok()));
    }
}
