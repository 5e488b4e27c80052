//! What can be set about webhooks.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use aftercall_delivery::{IpNet, Policy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Webhooks: where they may go and how they are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliverySettings {
    /// Whether this process sends, and fetches calls. One that does not still takes webhooks and notices in and writes what others
    /// send.
    pub enabled: bool,
    /// Networks that may be sent to although they are private, such as `10.1.0.0/16`: a list, or a text with commas.
    #[serde(deserialize_with = "list")]
    pub allow_networks: Vec<IpNet>,
    /// The only ports that may be sent to; empty for every port. A list, or a text with commas.
    #[serde(deserialize_with = "list")]
    pub ports: Vec<u16>,
    /// Whether addresses have to begin with `https:`.
    pub https_only: bool,
    /// Seconds that a receiver, or a platform that a call is fetched from, has for its answer.
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

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.clamp(1, 300))
    }

    pub(crate) fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_milliseconds.max(10))
    }
}

/// A list, or a text with commas as a variable of the environment has it.
fn list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de> + FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written<T> {
        List(Vec<T>),
        One(T),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::List(list) => Ok(list),
        Written::One(one) => Ok(vec![one]),
        Written::Text(text) => text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse()
                    .map_err(|error| D::Error::custom(format!("{part:?}: {error}")))
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_may_be_texts() {
        for (networks, ports) in [
            (json!("10.0.0.0/8, ::1/128"), json!("443,8443")),
            (json!(["10.0.0.0/8", "::1/128"]), json!([443, 8443])),
        ] {
            let json = json!({"allow_networks": networks, "ports": ports});
            let settings: DeliverySettings = serde_json::from_value(json).unwrap();
            assert_eq!(settings.allow_networks.len(), 2);
            assert_eq!(settings.ports, [443, 8443]);
            assert_eq!(settings.policy().ports, Some(vec![443, 8443]));
        }
        assert_eq!(DeliverySettings::default().policy().ports, None);
        for wrong in [json!("10.0.0.0/40"), json!("home"), json!(7)] {
            let json = json!({"allow_networks": wrong});
            assert!(serde_json::from_value::<DeliverySettings>(json).is_err());
        }
    }
}
