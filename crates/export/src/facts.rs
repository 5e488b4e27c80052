//! The columns that every export has, whatever was asked of its calls.

use aftercall_core::{AnalysisRecord, AnswerRecord, CallRecord, MetricType, Value};

use crate::cell::{Cell, Kind};

/// A column of a call. Names are those of `GET /v1/calls`; what `analysis` has there begins with `analysis` here.
pub(crate) struct CallFact {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) of: for<'a> fn(&'a CallRecord) -> Cell<'a>,
}

/// A column of an answer.
pub(crate) struct AnswerFact {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) of: for<'a> fn(&'a AnswerRecord) -> Cell<'a>,
}

/// The name of the column with what was said.
pub(crate) const TRANSCRIPT: &str = "transcript";

/// What was said, which only stands in exports that ask for it.
pub(crate) fn transcript(call: &CallRecord) -> Cell<'_> {
    call.transcript.as_deref().map_or(Cell::Null, Cell::Json)
}

/// Every column of a call, in the order of the wide form.
pub(crate) const OF_CALL: &[CallFact] = &[
    call("callId", Kind::Text, |c| Cell::Text(&c.call_id)),
    call("id", Kind::Text, |c| Cell::Text(&c.id)),
    call("agentId", Kind::Words, |c| Cell::Text(&c.agent_id)),
    call("versionId", Kind::Words, |c| {
        Cell::text(c.version_id.as_deref())
    }),
    call("versionNumber", Kind::Integer, |c| {
        Cell::integer(c.version_number)
    }),
    call("type", Kind::Words, |c| Cell::text(c.kind.as_deref())),
    call("status", Kind::Words, |c| Cell::text(c.status.as_deref())),
    call("finished", Kind::Boolean, |c| Cell::Boolean(c.finished)),
    call("startedAt", Kind::Instant, |c| Cell::instant(c.started_at)),
    call("endedAt", Kind::Instant, |c| Cell::instant(c.ended_at)),
    call("timezone", Kind::Words, |c| {
        Cell::text(c.timezone.as_deref())
    }),
    call("from", Kind::Words, |c| Cell::text(c.from.as_deref())),
    call("to", Kind::Words, |c| Cell::text(c.to.as_deref())),
    call("language", Kind::Words, |c| {
        Cell::text(c.language.as_deref())
    }),
    call("recordingUrl", Kind::Text, |c| {
        Cell::text(c.recording_url.as_deref())
    }),
    call("durationSeconds", Kind::Number, |c| {
        Cell::number(c.duration_seconds)
    }),
    call("latencySeconds", Kind::Number, |c| {
        Cell::number(c.latency_seconds)
    }),
    call("disconnectionReason", Kind::Words, |c| {
        Cell::text(c.disconnection_reason.as_deref())
    }),
    call("campaignId", Kind::Words, |c| {
        Cell::text(c.campaign_id.as_deref())
    }),
    call("retryOf", Kind::Text, |c| Cell::text(c.retry_of.as_deref())),
    call("isTest", Kind::Boolean, |c| Cell::Boolean(c.is_test)),
    call("createdAt", Kind::Instant, |c| Cell::Instant(c.created_at)),
    call("updatedAt", Kind::Instant, |c| Cell::Instant(c.updated_at)),
    call("analysisId", Kind::Text, |c| {
        analysis(c, |a| Cell::Text(&a.id))
    }),
    call("analysisNumber", Kind::Integer, |c| {
        analysis(c, |a| Cell::Integer(a.number))
    }),
    call("analysisStatus", Kind::Words, |c| {
        analysis(c, |a| Cell::Text(&a.status))
    }),
    call("analysisReason", Kind::Words, |c| {
        analysis(c, |a| Cell::text(a.reason.as_deref()))
    }),
    call("analysedAt", Kind::Instant, |c| {
        analysis(c, |a| Cell::Instant(a.created_at))
    }),
    call("model", Kind::Words, |c| {
        analysis(c, |a| Cell::text(a.model.as_deref()))
    }),
    call("summary", Kind::Text, |c| {
        analysis(c, |a| Cell::Text(&a.summary))
    }),
];

/// Those of a call that the long form has where nothing else is asked: enough to tell rows apart, to sum them by time and
/// version, and to join the rest. They are the same for all answers of a call, which is a word once in Parquet.
pub(crate) const OF_CALL_IN_LONG: [&str; 8] = [
    "callId",
    "agentId",
    "versionId",
    "versionNumber",
    "startedAt",
    "createdAt",
    "analysisId",
    "analysedAt",
];

/// Every column of an answer, in the order of the long form.
pub(crate) const OF_ANSWER: &[AnswerFact] = &[
    answer("metric", Kind::Words, |a| Cell::Text(&a.identifier)),
    answer("metricType", Kind::Words, |a| Cell::Text(a.kind.name())),
    answer("metricStatus", Kind::Words, |a| Cell::Text(a.status.name())),
    answer("textValue", Kind::Words, |a| match &a.value {
        Some(Value::Text(text)) if a.kind != MetricType::Datetime => Cell::Text(text),
        _ => Cell::Null,
    }),
    answer("booleanValue", Kind::Boolean, |a| match &a.value {
        Some(Value::Boolean(value)) => Cell::Boolean(*value),
        _ => Cell::Null,
    }),
    answer("integerValue", Kind::Integer, |a| match &a.value {
        Some(Value::Integer(value)) => Cell::Integer(*value),
        _ => Cell::Null,
    }),
    answer("datetimeValue", Kind::Instant, |a| match &a.value {
        Some(Value::Text(text)) if a.kind == MetricType::Datetime => {
            Cell::Said { at: a.time, text }
        }
        _ => Cell::Null,
    }),
    answer("confidence", Kind::Number, |a| Cell::Number(a.confidence)),
];

/// The value of an answer in a column of its own.
pub(crate) fn value(answer: &AnswerRecord) -> Cell<'_> {
    match &answer.value {
        None => Cell::Null,
        Some(Value::Boolean(value)) => Cell::Boolean(*value),
        Some(Value::Integer(value)) => Cell::Integer(*value),
        Some(Value::Text(text)) if answer.kind == MetricType::Datetime => Cell::Said {
            at: answer.time,
            text,
        },
        Some(Value::Text(text)) => Cell::Text(text),
    }
}

/// What the values of a metric are.
pub(crate) fn kind_of(metric: MetricType) -> Kind {
    match metric {
        MetricType::Boolean => Kind::Boolean,
        MetricType::Integer => Kind::Integer,
        MetricType::Datetime => Kind::Instant,
        MetricType::Enum | MetricType::String => Kind::Words,
    }
}

const fn call(
    name: &'static str,
    kind: Kind,
    of: for<'a> fn(&'a CallRecord) -> Cell<'a>,
) -> CallFact {
    CallFact { name, kind, of }
}

const fn answer(
    name: &'static str,
    kind: Kind,
    of: for<'a> fn(&'a AnswerRecord) -> Cell<'a>,
) -> AnswerFact {
    AnswerFact { name, kind, of }
}

fn analysis<'a>(call: &'a CallRecord, of: fn(&'a AnalysisRecord) -> Cell<'a>) -> Cell<'a> {
    call.analysis.as_ref().map_or(Cell::Null, of)
}
