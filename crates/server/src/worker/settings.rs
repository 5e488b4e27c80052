//! What an operator may choose about the workers.

use std::time::Duration;

use jiff::SignedDuration;
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
    /// Seconds that a request for a stateless analysis may take, its wait in line included; then it is answered with 504.
    pub request_seconds: u32,
    /// Days for which jobs that are done or cancelled are kept; 0 keeps them for ever.
    pub keep_jobs_days: u32,
    /// Address and port at which `aftercall worker` answers `/healthz`, `/readyz` and `/metrics`; none without.
    pub listen: Option<String>,
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
            request_seconds: 300,
            keep_jobs_days: 30,
            listen: None,
        }
    }
}

impl WorkerSettings {
    /// How long a lease is.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.max(1).into())
    }

    /// How long a request for a stateless analysis may take.
    pub(super) fn request_time(&self) -> Duration {
        Duration::from_secs(self.request_seconds.max(1).into())
    }

    /// For how long jobs that ended are kept; `None` for ever.
    pub(super) fn keep_jobs(&self) -> Option<SignedDuration> {
        let days = self.keep_jobs_days;
        (days > 0).then(|| SignedDuration::from_hours(24 * i64::from(days)))
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
