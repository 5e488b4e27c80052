//! What can be set about the server. Every field has a default; names are those of the config file.

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use crate::deliveries::DeliverySettings;
pub use crate::worker::{Budget, WorkerSettings};

/// All settings of the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// IANA name of the zone of calls whose own zone and whose agent's zone are not known.
    pub timezone: String,
    /// How much one request may bring.
    pub limits: Limits,
    /// How often one key may ask.
    pub rate: RateSettings,
    /// Connections and their times.
    pub http: HttpSettings,
    /// The log and the traces.
    pub log: LogSettings,
    /// What the compatible API does where the original has changed.
    pub atoms: AtomsSettings,
    /// The workers of this process.
    pub worker: WorkerSettings,
    /// What agents' analyses may cost.
    pub budget: Budget,
    /// Webhooks.
    pub delivery: DeliverySettings,
    /// Calls from other platforms.
    pub intake: IntakeSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timezone: "UTC".to_owned(),
            limits: Limits::default(),
            rate: RateSettings::default(),
            http: HttpSettings::default(),
            log: LogSettings::default(),
            atoms: AtomsSettings::default(),
            worker: WorkerSettings::default(),
            budget: Budget::default(),
            delivery: DeliverySettings::default(),
            intake: IntakeSettings::default(),
        }
    }
}

/// Calls from other platforms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeSettings {
    /// Days that payloads are kept as they came; 0 keeps none.
    pub keep_payloads_days: u32,
}

/// How much one request may bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request body that is not a call.
    pub max_body_bytes: usize,
    /// Bytes of one call, sent alone or as one line of a stream.
    pub max_call_bytes: usize,
    /// Turns of one call.
    pub max_turns: usize,
    /// Metrics of one agent, and of one stateless analysis.
    pub max_metrics: usize,
    /// Lines of one stream of calls.
    pub max_stream_lines: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: 4 * 1024 * 1024,
            max_call_bytes: 8 * 1024 * 1024,
            max_turns: aftercall_core::MAX_TURNS,
            max_metrics: 100,
            max_stream_lines: 100_000,
        }
    }
}

/// How often one key may ask. A key that has waited may ask `burst` times at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateSettings {
    /// Requests a second and key in the long run; 0 sets no limit.
    pub requests_per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

impl Default for RateSettings {
    fn default() -> Self {
        Self {
            requests_per_second: 200,
            burst: 400,
        }
    }
}

/// Connections and their times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Connections at once; more wait until one is closed.
    pub max_connections: usize,
    /// Seconds for the head of a request, and for which an idle connection is kept: longer than the minute for which
    /// most proxies keep theirs, as otherwise they send requests into connections that are just being closed.
    pub header_seconds: u64,
    /// Seconds that a sender may pause within a body; a body that is no stream has four times as long in all.
    pub body_seconds: u64,
    /// Seconds that requests under way have to finish once the server is told to stop.
    pub drain_seconds: u64,
    /// Whether `/metrics` asks for a key.
    pub metrics_need_key: bool,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            max_connections: 1024,
            header_seconds: 75,
            body_seconds: 30,
            drain_seconds: 20,
            metrics_need_key: false,
        }
    }
}

impl HttpSettings {
    /// For how long a sender may pause within a body.
    pub(crate) fn pause(&self) -> Duration {
        Duration::from_secs(self.body_seconds.max(1))
    }
}

/// The log and the traces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// What is logged: a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), or levels by target as
    /// `info,aftercall_store=debug`.
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
    /// Address of an OpenTelemetry collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`;
    /// none sends no traces.
    pub otlp_endpoint: Option<String>,
    /// Name of the service in the traces.
    pub service_name: String,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: LogFormat::Text,
            otlp_endpoint: None,
            service_name: "aftercall".to_owned(),
        }
    }
}

/// What the compatible API does where the original has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AtomsSettings {
    /// Whether drafts and versions of the first kind answer 409 `versioning_v2_migration_required`, as the original
    /// does now, so that only branches and revisions are left.
    pub branches_only: bool,
}
