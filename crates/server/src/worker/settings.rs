//! What an operator may choose about the workers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The section `worker` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerSettings {
    /// Whether `aftercall serve` analyses calls itself; without, `aftercall worker` on this or another machine does.
    pub enabled: bool,
    /// Seconds after which a job whose worker is gone is given to another one. It is renewed while the job runs.
    pub lease_seconds: u32,
    /// Milliseconds between two looks for jobs while there are none.
    pub poll_milliseconds: u32,
    /// Seconds between two looks for leases that ended.
    pub sweep_seconds: u32,
    /// Seconds that a stop waits for the analyses in hand; what is not done by then goes back into the queue.
    pub drain_seconds: u32,
    /// Requests for a stateless analysis that may wait in line; one more is answered with 503.
    pub waiting_requests: usize,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            lease_seconds: 60,
            poll_milliseconds: 1000,
            sweep_seconds: 10,
            drain_seconds: 20,
            waiting_requests: 16,
        }
    }
}

impl WorkerSettings {
    /// How long a lease is.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.max(1).into())
    }

    pub(super) fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_milliseconds.max(10).into())
    }

    pub(super) fn sweep(&self) -> Duration {
        Duration::from_secs(self.sweep_seconds.max(1).into())
    }

    pub(super) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.into())
    }
}
