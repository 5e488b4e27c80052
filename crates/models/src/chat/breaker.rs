//! Leaves a server alone that fails: a circuit breaker.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How long to wait while another thread tries whether the server is back.
const TRIAL_WAIT: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    /// Failures in a row.
    failures: u32,
    /// When open: until then nothing is let through, and after it one request.
    open_until: Option<Instant>,
    /// How long it was last open after failures.
    pause: Duration,
    /// Whether that one request is under way.
    trial: bool,
}

/// Leave to send one request, and the duty to say how it went.
pub(super) struct Pass<'b> {
    breaker: &'b Breaker,
    trial: bool,
}

/// What a request says of its endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It works.
    Works,
    /// Any request would have failed.
    Fails,
    /// It wants to be left alone for so long.
    Busy(Duration),
    /// This request failed; others may not.
    Unclear,
}

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request through, or tells how long to wait.
    pub(super) fn admit(&self, now: Instant) -> Result<Pass<'_>, Duration> {
        let mut state = self.state();
        let trial = match state.open_until {
            None => false,
            Some(until) if now < until => return Err(until - now),
            Some(_) if state.trial => return Err(TRIAL_WAIT),
            Some(_) => true,
        };
        state.trial = trial;
        Ok(Pass {
            breaker: self,
            trial,
        })
    }
}

impl Pass<'_> {
    /// Whether this request finds out if the server is back.
    pub(super) fn is_trial(&self) -> bool {
        self.trial
    }

    /// Says how the request went.
    pub(super) fn settle(self, outcome: Outcome, now: Instant) {
        let mut state = self.breaker.state();
        match outcome {
            Outcome::Works if self.trial => *state = State::default(),
            // One that was sent before the breaker opened says nothing about now.
            Outcome::Works if state.open_until.is_none() => state.failures = 0,
            Outcome::Busy(wait) => {
                state.open_until = state.open_until.max(now.checked_add(wait));
            }
            Outcome::Fails | Outcome::Unclear if self.trial => state.open(now),
            Outcome::Fails if state.open_until.is_none() => {
                state.failures += 1;
                if state.failures >= FAILURES {
                    state.open(now);
                }
            }
            Outcome::Works | Outcome::Fails | Outcome::Unclear => {}
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.trial {
            self.breaker.state().trial = false;
        }
    }
}

impl State {
    fn open(&mut self, now: Instant) {
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.open_until = self.open_until.max(now.checked_add(self.pause));
    }
}
