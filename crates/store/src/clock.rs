//! Where the store's times come from.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is moved, for tests of leases and schedules.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Move the hand; a negative duration moves it back.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.hand();
        // At the end of the calendar the hand stays where it is.
        *now = now.checked_add(by).unwrap_or(*now);
    }

    /// Show another instant.
    pub fn set(&self, now: Timestamp) {
        *self.hand() = now;
    }

    fn hand(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        // A panic elsewhere leaves a whole instant behind: nothing can be half written.
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.hand()
    }
}
