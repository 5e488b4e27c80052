//! Calls with what their current analysis answered, flat: what exports are made of.

use jiff::Timestamp;

use crate::{Metric, MetricType, Status, Value};

/// A call with its current analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    /// The server's id, 24 hexadecimal digits.
    pub id: String,
    /// The sender's id.
    pub call_id: String,
    /// The agent whose call it was.
    pub agent_id: String,
    /// The version whose metrics are asked of it.
    pub version_id: Option<String>,
    /// Its number among the agent's versions, from 1.
    pub version_number: Option<i64>,
    /// `telephony_inbound`, `webcall` …, as sent.
    pub kind: Option<String>,
    /// `completed`, `no_answer` …, as sent.
    pub status: Option<String>,
    /// Whether the call is over.
    pub finished: bool,
    /// When the call began.
    pub started_at: Option<Timestamp>,
    /// When the call ended.
    pub ended_at: Option<Timestamp>,
    /// The caller's time zone.
    pub timezone: Option<String>,
    /// The calling number.
    pub from: Option<String>,
    /// The called number.
    pub to: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Where the recording lies.
    pub recording_url: Option<String>,
    /// How long the call was.
    pub duration_seconds: Option<f64>,
    /// How long the agent took to answer, on average.
    pub latency_seconds: Option<f64>,
    /// Who or what ended the call, as sent.
    pub disconnection_reason: Option<String>,
    /// The campaign that it was made for, as sent.
    pub campaign_id: Option<String>,
    /// The sender's id of the first attempt, where the call is a retry.
    pub retry_of: Option<String>,
    /// Whether the call is a test.
    pub is_test: bool,
    /// When the call arrived.
    pub created_at: Timestamp,
    /// When anything of it changed, its analyses included.
    pub updated_at: Timestamp,
    /// The analysis that counts.
    pub analysis: Option<AnalysisRecord>,
    /// What was said, a JSON list of turns; only where it was asked for.
    pub transcript: Option<String>,
}

/// The analysis that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisRecord {
    /// Its id, 24 hexadecimal digits.
    pub id: String,
    /// Its number among the call's, from 1.
    pub number: i64,
    /// `completed` or `failed`.
    pub status: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// What happened in the call.
    pub summary: String,
    /// Name of the model; `None` where none was asked.
    pub model: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// One answer a metric, in the order of the identifiers.
    pub answers: Vec<AnswerRecord>,
}

/// The answer to one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRecord {
    /// The metric's identifier.
    pub identifier: String,
    /// The metric's type.
    pub kind: MetricType,
    /// What became of the metric.
    pub status: Status,
    /// The value; `None` unless the status is `answered`.
    pub value: Option<Value>,
    /// The instant that the value of a DATETIME names.
    pub time: Option<Timestamp>,
    /// Probability from 0 to 1 that the answer is right.
    pub confidence: f64,
}

/// A metric with one type, as it stands in the answers of an export.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricColumn {
    /// The metric's identifier.
    pub identifier: String,
    /// The type of its answers.
    pub kind: MetricType,
    /// Its newest definition with that type; `None` where the analysis does not hold it.
    pub definition: Option<Metric>,
}
