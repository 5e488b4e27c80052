//! Analyses as our own API shows them.

use aftercall_core::{
    Analysis, Answer, ConfidenceSource, Evidence, MetricType, Precision, Provenance, Status, Value,
};
use aftercall_store::analyses::{AnalysisRow, AnalysisStatus};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::text::instant;

/// One run of a version's metrics over a call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Analysis)]
pub(crate) struct AnalysisView {
    /// 24 hexadecimal digits.
    id: String,
    /// Its number among the call's analyses, from 1.
    number: i64,
    /// The version whose metrics were asked.
    version_id: Option<String>,
    /// Whether it is the one that counts.
    is_current: bool,
    /// `completed` or `failed`.
    #[schema(value_type = String, pattern = "^(completed|failed)$")]
    status: &'static str,
    /// Why it failed.
    reason: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// `callId` of the call.
    call_id: String,
    #[serde(flatten)]
    findings: FindingsView,
}

/// What was found out about a call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Findings)]
pub(crate) struct FindingsView {
    /// What happened, in a sentence or three.
    summary: String,
    /// One answer a metric, in the metrics' order.
    disposition_metrics: Vec<AnswerView>,
    /// Always empty: success metrics are deprecated.
    #[schema(value_type = Vec<Object>)]
    success_metrics: Vec<Json>,
    /// Where it came from.
    provenance: ProvenanceView,
}

/// The answer to one metric.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Answer)]
struct AnswerView {
    /// The metric's identifier.
    identifier: String,
    /// The value, of the metric's type; null unless the status is `answered`.
    value: Option<ValueView>,
    /// `answered`; `not_mentioned`: the call does not say; `failed`: `reasoning` says why.
    #[schema(value_type = String, pattern = "^(answered|not_mentioned|failed)$")]
    status: &'static str,
    /// Probability that the answer (for a null: that null) is right; 0 only where no model was asked.
    #[schema(minimum = 0, maximum = 1)]
    confidence: f64,
    /// One short sentence.
    reasoning: String,
    /// Words of the transcript that carry the answer, checked to stand there.
    evidence: Vec<EvidenceView>,
    /// Where a DATETIME came from.
    datetime: Option<DatetimeView>,
    /// The metric's prompt as it was.
    disposition_metric_prompt: String,
    /// The metric's type as it was.
    #[schema(value_type = String, pattern = "^(STRING|BOOLEAN|INTEGER|ENUM|DATETIME)$")]
    disposition_metric_type: MetricType,
    /// The choices of an ENUM as they were; empty for every other type.
    choices: Vec<String>,
}

/// A typed value: true or false, a whole number, or a text (which an ENUM's choice and a DATETIME in RFC 3339 are too).
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Value)]
pub(super) enum ValueView {
    /// A BOOLEAN.
    Boolean(bool),
    /// An INTEGER.
    Integer(i64),
    /// A STRING, ENUM or DATETIME.
    Text(String),
}

/// Words of the transcript.
#[derive(Serialize, ToSchema)]
#[schema(as = Evidence)]
struct EvidenceView {
    /// The turn's number, from 1.
    #[schema(minimum = 1)]
    turn: usize,
    /// Words of that turn.
    quote: String,
}

/// Where a DATETIME came from.
#[derive(Serialize, ToSchema)]
#[schema(as = Datetime)]
struct DatetimeView {
    /// The words that were resolved.
    phrase: String,
    /// `day` (the value is local midnight) or `minute`.
    #[schema(value_type = String, pattern = "^(day|minute)$")]
    precision: &'static str,
    /// The zone that they were resolved in.
    timezone: String,
}

/// Where an analysis came from.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Provenance)]
struct ProvenanceView {
    /// Name of the model; null where none was asked.
    model: Option<String>,
    /// SHA-256 of the model file, hex.
    model_sha256: Option<String>,
    /// Name of the endpoint that answered; null where none was asked.
    endpoint: Option<String>,
    /// What the confidences are made from: `calibrated` probabilities of the allowed answers, `log_probabilities` that a
    /// remote model tells of its words, or `self_reported`, what it says of itself.
    #[schema(value_type = String, pattern = "^(calibrated|log_probabilities|self_reported)$")]
    confidence_source: ConfidenceSource,
    /// Revision of the analyst's prompts.
    prompt_revision: String,
    /// Name of the calibration that was applied.
    calibration: String,
    /// SHA-256 of the transcript as it was read, hex.
    transcript_sha256: String,
    /// Windows that the transcript was read in; 1 unless it is longer than the model's context.
    windows: usize,
    /// Whether an answer or the summary is shorter than the model would have made it. The transcript is never cut.
    truncated: bool,
    /// What was said but kept from the model, because it gives orders to whoever reads the transcript.
    withheld: Vec<EvidenceView>,
    /// Tokens read by the model, cached ones left out.
    tokens_read: u64,
    /// Tokens of the prompt that were cached.
    tokens_cached: u64,
    /// Tokens written by the model.
    tokens_written: u64,
    /// Milliseconds from taking the call to its analysis.
    milliseconds: u64,
    /// Requests to remote endpoints.
    requests: u64,
    /// In the currency of the operator's prices; null where there are none.
    cost: Option<f64>,
    /// Endpoints that answered some of the metrics in place of the one above; what they cost is counted above too.
    others: Vec<OtherEndpointView>,
}

/// An endpoint that answered some of the metrics.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OtherEndpoint)]
struct OtherEndpointView {
    /// Name of the endpoint.
    endpoint: String,
    /// Name of its model.
    model: Option<String>,
    /// What its confidences are made from.
    #[schema(value_type = String, pattern = "^(calibrated|log_probabilities|self_reported)$")]
    confidence_source: ConfidenceSource,
    /// Identifiers of the metrics.
    metrics: Vec<String>,
}

impl AnalysisView {
    /// An analysis of a call whose current analysis has the id `current`.
    pub(crate) fn new(row: AnalysisRow, current: Option<&str>) -> Self {
        Self {
            is_current: current == Some(row.id.as_str()),
            id: row.id,
            number: row.number,
            version_id: row.revision_id,
            status: match row.status {
                AnalysisStatus::Completed => "completed",
                AnalysisStatus::Failed => "failed",
            },
            reason: row.reason,
            created_at: instant(row.created_at),
            call_id: row.analysis.call_id.clone(),
            findings: row.analysis.into(),
        }
    }
}

impl From<Analysis> for FindingsView {
    fn from(analysis: Analysis) -> Self {
        let answers = analysis.disposition_metrics.into_iter();
        Self {
            summary: analysis.summary,
            disposition_metrics: answers.map(AnswerView::from).collect(),
            success_metrics: Vec::new(),
            provenance: analysis.provenance.into(),
        }
    }
}

impl From<Answer> for AnswerView {
    fn from(answer: Answer) -> Self {
        Self {
            identifier: answer.identifier,
            value: answer.value.map(ValueView::from),
            status: match answer.status {
                Status::Answered => "answered",
                Status::NotMentioned => "not_mentioned",
                Status::Failed => "failed",
            },
            confidence: answer.confidence,
            reasoning: answer.reasoning,
            evidence: answer
                .evidence
                .into_iter()
                .map(EvidenceView::from)
                .collect(),
            datetime: answer.datetime.map(|datetime| DatetimeView {
                phrase: datetime.phrase,
                precision: match datetime.precision {
                    Precision::Day => "day",
                    Precision::Minute => "minute",
                },
                timezone: datetime.timezone,
            }),
            disposition_metric_prompt: answer.prompt,
            disposition_metric_type: answer.kind,
            choices: answer.choices,
        }
    }
}

impl From<Evidence> for EvidenceView {
    fn from(evidence: Evidence) -> Self {
        Self {
            turn: evidence.turn,
            quote: evidence.quote,
        }
    }
}

impl From<Value> for ValueView {
    fn from(value: Value) -> Self {
        match value {
            Value::Boolean(value) => Self::Boolean(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Text(value) => Self::Text(value),
        }
    }
}

impl From<Provenance> for ProvenanceView {
    fn from(provenance: Provenance) -> Self {
        let usage = provenance.usage;
        Self {
            model: provenance.model,
            model_sha256: provenance.model_sha256,
            endpoint: provenance.endpoint,
            confidence_source: provenance.confidence_source,
            prompt_revision: provenance.prompt_revision,
            calibration: provenance.calibration,
            transcript_sha256: provenance.transcript_sha256,
            windows: provenance.windows,
            truncated: provenance.truncated,
            withheld: provenance
                .withheld
                .into_iter()
                .map(EvidenceView::from)
                .collect(),
            tokens_read: usage.tokens_read,
            tokens_cached: usage.tokens_cached,
            tokens_written: usage.tokens_written,
            milliseconds: usage.milliseconds,
            requests: usage.requests,
            cost: usage.cost,
            others: provenance
                .others
                .into_iter()
                .map(|other| OtherEndpointView {
                    endpoint: other.endpoint,
                    model: other.model,
                    confidence_source: other.confidence_source,
                    metrics: other.metrics,
                })
                .collect(),
        }
    }
}
