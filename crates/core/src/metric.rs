//! A metric: the question a team asks of every call (Atoms: disposition metric).

use std::fmt;

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

impl MetricType {
    /// Every type, in the order of the Atoms documentation.
    pub const ALL: [Self; 5] = [
        Self::String,
        Self::Boolean,
        Self::Integer,
        Self::Enum,
        Self::Datetime,
    ];

    /// The name on the wire, in capitals.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::Boolean => "BOOLEAN",
            Self::Integer => "INTEGER",
            Self::Enum => "ENUM",
            Self::Datetime => "DATETIME",
        }
    }

    /// The type of that name on the wire; names are in capitals.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for MetricType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
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
