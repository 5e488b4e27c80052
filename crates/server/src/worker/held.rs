//! Leases that a loop holds: that of the job in hand and those that were claimed with it.

use std::collections::VecDeque;
use std::time::Duration;

use aftercall_store::Store;
use aftercall_store::jobs::Lease;
use jiff::SignedDuration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// Leases, and the rhythm in which they are renewed.
pub(super) struct Held<'a> {
    store: &'a Store,
    length: SignedDuration,
    beat: Interval,
    /// Jobs that have not begun.
    waiting: VecDeque<Lease>,
}

impl<'a> Held<'a> {
    /// Renews at a third of the lease, so that two attempts may fail before it is lost.
    pub(super) fn new(store: &'a Store, length: Duration, leases: Vec<Lease>) -> Self {
        let third = length / 3;
        let mut beat = interval_at(Instant::now() + third, third);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            store,
            length: signed(length),
            beat,
            waiting: leases.into(),
        }
    }

    /// The next job.
    pub(super) fn next(&mut self) -> Option<Lease> {
        self.waiting.pop_front()
    }

    /// Waits for the next beat, and renews the lease in hand and those that wait. Ends when the one in hand is lost.
    pub(super) async fn keep(&mut self, in_hand: &Lease) {
        loop {
            self.beat.tick().await;
            // Each stays in line while it is renewed: this may be dropped at any time.
            for _ in 0..self.waiting.len() {
                let Some(lease) = self.waiting.front().cloned() else {
                    break;
                };
                if self.renew(&lease).await {
                    self.waiting.rotate_left(1);
                } else {
                    self.waiting.pop_front();
                }
            }
            if !self.renew(in_hand).await {
                return;
            }
        }
    }

    /// Gives back the jobs that have not begun.
    pub(super) async fn release(&mut self) {
        while let Some(lease) = self.next() {
            release(self.store, &lease).await;
        }
    }

    /// False when the lease is another's now. A database that cannot be reached leaves it as it is: it may last until
    /// the next beat, and what comes out of a lost one is refused in any case.
    async fn renew(&self, lease: &Lease) -> bool {
        match self.store.renew(lease, self.length).await {
            Ok(Some(_)) => true,
            Ok(None) => {
                tracing::warn!(
                    job = lease.job.id,
                    "the lease is lost: the job is another worker's"
                );
                metrics::counter!("aftercall_leases_lost_total").increment(1);
                false
            }
            Err(error) => {
                tracing::warn!(
                    job = lease.job.id,
                    error = &error as &dyn std::error::Error,
                    "a lease could not be renewed"
                );
                true
            }
        }
    }
}

/// Puts a job back as if it had not been taken.
pub(super) async fn release(store: &Store, lease: &Lease) {
    if let Err(error) = store.release(lease).await {
        // Its lease runs out, and then it is put back too.
        tracing::warn!(
            job = lease.job.id,
            error = &error as &dyn std::error::Error,
            "a job could not be put back"
        );
    }
}

pub(super) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
