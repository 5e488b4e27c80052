//! Time and chance.

use std::time::{Duration, Instant};

/// Where the client takes time and chance from.
pub trait Environment: Send + Sync {
    /// The time now.
    fn now(&self) -> Instant;
    /// Lets time pass.
    fn sleep(&self, duration: Duration);
    /// A random number from 0 to 1.
    fn random(&self) -> f64;
}

/// The system's clock and random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Environment for System {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }

    fn random(&self) -> f64 {
        // Without random numbers a wait is as long as it may be.
        getrandom::u32().map_or(1.0, |number| f64::from(number) / f64::from(u32::MAX))
    }
}
