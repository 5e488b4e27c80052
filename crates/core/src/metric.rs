//! A metric: the question a team asks of every call (Atoms: disposition metric).

use serde::{Deserialize, Serialize};

/// The data type of a metric's answer, spelt as on the Atoms wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MetricType {
    /// Free text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// One of the metric's choices.
    Enum,
    /// An instant, RFC 3339 with an offset.
    Datetime,
}

/// A valid metric definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metric {
    /// `^[a-z0-9_]+$`, unique in its list.
    pub identifier: String,
    /// The question, not blank.
    #[serde(rename = "dispositionMetricPrompt")]
    pub prompt: String,
    /// The type of the answer.
    #[serde(rename = "dispositionMetricType")]
    pub kind: MetricType,
    /// The allowed answers of an ENUM; empty for every other type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}
