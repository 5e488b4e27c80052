//! What an analysis says of a call.

use serde::{Deserialize, Serialize};

use crate::{Metric, MetricType};

/// A typed value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A BOOLEAN.
    Boolean(bool),
    /// An INTEGER.
    Integer(i64),
    /// A STRING, an ENUM's choice, or a DATETIME as RFC 3339 with an offset.
    Text(String),
}

/// What became of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There is a value.
    Answered,
    /// The call does not say; the value is null.
    NotMentioned,
    /// No answer could be had; the value is null and `reasoning` says why.
    Failed,
}

impl Status {
    const ALL: [Self; 3] = [Self::Answered, Self::NotMentioned, Self::Failed];

    /// The name in databases and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NotMentioned => "not_mentioned",
            Self::Failed => "failed",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Words of the transcript that carry an answer, checked to stand in that turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The turn's number, from 1.
    pub turn: usize,
    /// Words of that turn.
    pub quote: String,
}

/// How exact a DATETIME is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// The value is local midnight of the day meant.
    Day,
    /// The time of day was said.
    Minute,
}

/// Where a DATETIME came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatetimeDetail {
    /// The words that were resolved.
    pub phrase: String,
    /// Whether a time of day was said.
    pub precision: Precision,
    /// IANA name of the zone it was resolved in.
    pub timezone: String,
}

/// The answer to one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The metric's identifier.
    pub identifier: String,
    /// The value; `None` unless the status is `answered`.
    pub value: Option<Value>,
    /// What became of the metric.
    pub status: Status,
    /// Probability from 0 to 1 that the answer (for a null: that null) is right; 0 only where no model was asked.
    pub confidence: f64,
    /// One short sentence.
    pub reasoning: String,
    /// Checked quotes.
    pub evidence: Vec<Evidence>,
    /// For DATETIME answers only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datetime: Option<DatetimeDetail>,
    /// What the decision was made from, before calibration, as pairs of a name and a probability: of a closed question every
    /// allowed answer (part of what the model answers for a blank call taken out), of an open one "none" and what else the
    /// model was asked about it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub scores: Vec<(String, f64)>,
    /// The metric's prompt as it was.
    #[serde(rename = "dispositionMetricPrompt")]
    pub prompt: String,
    /// The metric's type as it was.
    #[serde(rename = "dispositionMetricType")]
    pub kind: MetricType,
    /// The choices of an ENUM as they were.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub choices: Vec<String>,
}

/// What an analysis cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Tokens read by the model, cached ones left out.
    pub tokens_read: u64,
    /// Tokens of the prompt found in the cache.
    pub tokens_cached: u64,
    /// Tokens written by the model.
    pub tokens_written: u64,
    /// Milliseconds of them spent in reading.
    #[serde(default)]
    pub read_milliseconds: u64,
    /// Milliseconds spent in writing.
    #[serde(default)]
    pub write_milliseconds: u64,
    /// Milliseconds from taking the call to its analysis.
    pub milliseconds: u64,
    /// Requests to a remote endpoint.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub requests: u64,
    /// By the prices of the endpoint and in their currency; `None` where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

impl Usage {
    /// Adds what another part of the same analysis cost, which ran after or beside this one.
    pub fn add(&mut self, other: &Self) {
        self.tokens_read += other.tokens_read;
        self.tokens_cached += other.tokens_cached;
        self.tokens_written += other.tokens_written;
        self.read_milliseconds += other.read_milliseconds;
        self.write_milliseconds += other.write_milliseconds;
        self.milliseconds += other.milliseconds;
        self.requests += other.requests;
        self.cost = match (self.cost, other.cost) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or_default() + b.unwrap_or_default()),
        };
    }
}

impl Usage {
    fn subtract(&mut self, other: &Self) {
        self.tokens_read = self.tokens_read.saturating_sub(other.tokens_read);
        self.tokens_cached = self.tokens_cached.saturating_sub(other.tokens_cached);
        self.tokens_written = self.tokens_written.saturating_sub(other.tokens_written);
        self.milliseconds = self.milliseconds.saturating_sub(other.milliseconds);
        self.requests = self.requests.saturating_sub(other.requests);
        self.cost = self
            .cost
            .map(|cost| (cost - other.cost.unwrap_or_default()).max(0.0));
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What a confidence is made from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceSource {
    /// The probabilities of the allowed answers, calibrated.
    #[default]
    Calibrated,
    /// The probabilities that a remote model tells of the words it wrote.
    LogProbabilities,
    /// What a remote model says of itself.
    SelfReported,
}

/// Where an analysis came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// Name of the model; `None` where none was asked.
    pub model: Option<String>,
    /// SHA-256 of the model file, hex.
    pub model_sha256: Option<String>,
    /// Name of the endpoint that answered; `None` where none was asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub endpoint: Option<String>,
    /// What the confidences are made from.
    #[serde(default)]
    pub confidence_source: ConfidenceSource,
    /// Revision of the analyst's prompts.
    pub prompt_revision: String,
    /// Name of the calibration that was applied.
    pub calibration: String,
    /// SHA-256 of the transcript as the analyst read it, hex.
    pub transcript_sha256: String,
    /// Number of windows the transcript was read in; 1 unless it is longer than the context.
    pub windows: usize,
    /// Whether an answer or the summary is shorter than the model would have made it. The transcript is never cut.
    pub truncated: bool,
    /// What was said but kept from the model, because it gives orders to whoever reads the transcript.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub withheld: Vec<Evidence>,
    /// What it cost, all together.
    pub usage: Usage,
    /// Metrics that the operator has other endpoints answer than the one above.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub others: Vec<OtherEndpoint>,
}

/// An endpoint that answered some of a call's metrics in place of the one that answered the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherEndpoint {
    /// Name of the endpoint.
    pub endpoint: String,
    /// Name of its model.
    pub model: Option<String>,
    /// What the confidences are made from.
    pub confidence_source: ConfidenceSource,
    /// Identifiers of the metrics that it answered.
    pub metrics: Vec<String>,
    /// What it cost.
    pub usage: Usage,
}

impl Provenance {
    /// What each endpoint cost.
    #[must_use]
    pub fn spent(&self) -> Vec<(String, Usage)> {
        let mut spent: Vec<(String, Usage)> = self
            .others
            .iter()
            .map(|other| (other.endpoint.clone(), other.usage.clone()))
            .collect();
        if let Some(endpoint) = &self.endpoint {
            let mut own = self.usage.clone();
            for (_, other) in &spent {
                own.subtract(other);
            }
            spent.push((endpoint.clone(), own));
        }
        spent
    }
}

/// One run of a list of metrics over a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// The call's id.
    pub call_id: String,
    /// What happened, in a sentence or three.
    pub summary: String,
    /// One answer a metric, in the metrics' order.
    pub disposition_metrics: Vec<Answer>,
    /// Always empty: success metrics are deprecated on the Atoms wire and kept for its shape.
    pub success_metrics: Vec<Answer>,
    /// Where it came from.
    pub provenance: Provenance,
}

impl Answer {
    /// An answer without a value.
    pub fn empty(metric: &Metric, status: Status, reasoning: impl Into<String>) -> Self {
        Self {
            identifier: metric.identifier.clone(),
            value: None,
            status,
            confidence: 0.0,
            reasoning: reasoning.into(),
            evidence: Vec::new(),
            datetime: None,
            scores: Vec::new(),
            prompt: metric.prompt.clone(),
            kind: metric.kind,
            choices: metric.choices.clone(),
        }
    }
}
