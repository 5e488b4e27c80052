//! What can be set about webhooks.

use std::time::Duration;

use aftercall_delivery::{IpNet, Policy};
use serde::{Deserialize, Serialize};

/// Webhooks: where they may go and how they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliverySettings {
    /// Whether this process sends. One that does not still takes webhooks in and writes what others send.
    pub enabled: bool,
    /// Networks that may be sent to although they are private, such as `10.1.0.0/16`.
    pub allow_networks: Vec<IpNet>,
    /// The only ports that may be sent to; empty for every port.
    pub ports: Vec<u16>,
    /// Whether addresses have to begin with `https:`.
    pub https_only: bool,
    /// Seconds that a receiver has for its answer.
    pub timeout_seconds: u64,
    /// Requests at a time of this process, to all receivers together.
    pub concurrency: usize,
    /// Milliseconds between two looks for what is due.
    pub poll_milliseconds: u64,
    /// Days that deliveries are kept with their attempts; 0 keeps them for good.
    pub keep_days: u32,
    /// Hours that a secret goes on signing after a new one has taken its place.
    pub rotation_hours: u32,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            enabled: true,
            allow_networks: Vec::new(),
            ports: Vec::new(),
            https_only: false,
            timeout_seconds: 30,
            concurrency: 256,
            poll_milliseconds: 500,
            keep_days: 30,
            rotation_hours: 24,
        }
    }
}

impl DeliverySettings {
    /// What addresses may be sent to.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            allow: self.allow_networks.clone(),
            ports: (!self.ports.is_empty()).then(|| self.ports.clone()),
            https_only: self.https_only,
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.clamp(1, 300))
    }

    pub(super) fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_milliseconds.max(10))
    }
}
