//! One broken rule of an input.

use serde::Serialize;

/// One broken rule: the field, the value found there and the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {rule} (got {value})")]
pub struct Problem {
    /// Path of the field, such as `dispositionMetrics[2].choices` or `transcript[4].start`.
    pub field: String,
    /// What was found, shortened to be printable.
    pub value: String,
    /// The rule, as a sentence without a full stop.
    pub rule: String,
}
