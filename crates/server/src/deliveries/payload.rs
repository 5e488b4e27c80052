//! What is sent of an event: the envelope of the compatible API, made from the call and the analysis as they are stored.

use aftercall_core::{Analysis, Answer, Event, MetricType, Status, Value, time_zone};
use aftercall_store::analyses::AnalysisRow;
use aftercall_store::calls::{CallDetail, CallRow};
use aftercall_store::deliveries::Delivery;
use aftercall_store::webhooks::Webhook;
use aftercall_store::{Store, StoreError};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::atoms::call_detail::said;
use crate::text::instant;

/// What every event has around it.
#[derive(Serialize)]
struct Envelope<'a> {
    url: &'a str,
    description: &'a str,
    event: String,
    metadata: Map<String, Json>,
    id: &'a str,
}

/// A metric with its typed value.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    identifier: &'a str,
    value: Option<&'a Value>,
    confidence: f64,
    reasoning: &'a str,
    disposition_metric_prompt: &'a str,
    disposition_metric_type: MetricType,
    /// Not in the original: why a value is null.
    status: Status,
}

/// The JSON that is sent, and signed as it is.
///
/// # Errors
/// [`StoreError::Missing`] where the call was deleted; those of the database.
pub(crate) async fn body(
    store: &Store,
    webhook: &Webhook,
    delivery: &Delivery,
) -> Result<Vec<u8>, StoreError> {
    let mut metadata = Map::new();
    if let Some(agent_id) = &delivery.agent_id {
        metadata.insert("agentId".to_owned(), agent_id.as_str().into());
    }
    metadata.insert("eventType".to_owned(), delivery.event.name().into());
    if let Some(Json::Object(payload)) = &delivery.payload {
        metadata.extend(payload.clone());
    }
    if let Some(id) = &delivery.call_row_id {
        let call = store.call_by_row_id(id).await?;
        metadata.extend(of_call(&call.row));
        match delivery.event {
            Event::AnalyticsCompleted | Event::AnalysisFailed => {
                let id = delivery.analysis_id.as_deref().unwrap_or_default();
                let analysis = store.analysis(id).await?;
                metadata.extend(of_analysis(delivery.event, &analysis));
            }
            _ => metadata.extend(of_conversation(call)),
        }
    }
    let event = match &delivery.agent_id {
        Some(agent_id) => format!("{agent_id}.{}", delivery.event.name()),
        None => delivery.event.name().to_owned(),
    };
    let envelope = Envelope {
        url: &webhook.url,
        description: &webhook.description,
        event,
        metadata,
        id: &delivery.id,
    };
    serde_json::to_vec(&envelope).map_err(|error| {
        StoreError::Refused(aftercall_core::Problem::told(
            "payload",
            delivery.id.clone(),
            error.to_string(),
        ))
    })
}

/// What every event of a call tells.
fn of_call(row: &CallRow) -> Map<String, Json> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let ended = row.ended_at.or_else(|| {
        let duration = row.duration?;
        row.started_at?.checked_add(duration).ok()
    });
    let mut data = json!({
        "fromNumber": text(&row.from),
        "toNumber": text(&row.to),
        "callDuration": row.duration.map_or(0.0, |duration| duration.as_secs_f64()),
        "callStatus": text(&row.status),
        "answerTime": row.started_at.map(instant),
        "endTime": ended.map(instant),
    });
    if let Some(kind) = row
        .kind
        .as_deref()
        .filter(|kind| kind.starts_with("telephony"))
    {
        data["callDirection"] = kind.into();
    }
    object([
        ("callId", row.call_id.as_str().into()),
        ("conversationType", conversation_type(row).into()),
        ("callData", data),
    ])
}

/// `telephonyInbound` and the like: the names of events have no underscores.
fn conversation_type(row: &CallRow) -> &str {
    match row.kind.as_deref() {
        Some("telephony_inbound") => "telephonyInbound",
        Some("telephony_outbound") => "telephonyOutbound",
        Some(other) => other,
        None => "unknown",
    }
}

/// What was said.
fn of_conversation(call: CallDetail) -> Map<String, Json> {
    let start = call.row.started_at;
    let transcript: Vec<_> = call
        .transcript
        .iter()
        .map(|turn| said(turn, start))
        .collect();
    let mut out = object([
        ("transcript", json!(transcript)),
        ("variables", variables(&call.row, call.variables)),
    ]);
    if let Some(url) = call.row.recording_url {
        out.insert("recordingUrl".to_owned(), url.into());
    }
    out
}

/// The standard variables as far as the call tells them; the sender's own win.
fn variables(row: &CallRow, own: Map<String, Json>) -> Json {
    let (user, agent) = match row.kind.as_deref() {
        Some("telephony_outbound") => (&row.to, &row.from),
        _ => (&row.from, &row.to),
    };
    let standard = [
        ("call_id", Some(row.call_id.as_str())),
        ("user_number", user.as_deref()),
        ("agent_number", agent.as_deref()),
        ("conversation_type", Some(conversation_type(row))),
        ("default_language", row.language.as_deref()),
        ("timezone", row.timezone.as_deref()),
    ];
    let mut all: Map<String, Json> = standard
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect();
    if let Some(start) = row.started_at {
        // "Current" is what it was in the call, at the place of the call.
        let zone = row.timezone.as_deref().and_then(time_zone);
        let local = start.to_zoned(zone.unwrap_or(TimeZone::UTC));
        for (name, format) in [
            ("current_date", "%Y-%m-%d"),
            ("current_time", "%H:%M:%S"),
            ("current_day", "%A"),
        ] {
            all.insert(name.to_owned(), local.strftime(format).to_string().into());
        }
    }
    all.extend(own);
    Json::Object(all)
}

/// What was found out.
fn of_analysis(event: Event, row: &AnalysisRow) -> Map<String, Json> {
    let mut out = object([
        ("analytics", analytics(&row.analysis)),
        ("analysisId", row.id.as_str().into()),
        ("versionId", row.revision_id.clone().into()),
    ]);
    if event == Event::AnalysisFailed {
        out.insert("reason".to_owned(), row.reason.clone().into());
    }
    out
}

fn analytics(analysis: &Analysis) -> Json {
    let metric = |answer: &'_ Answer| {
        json!(Metric {
            identifier: &answer.identifier,
            value: answer.value.as_ref(),
            confidence: answer.confidence,
            reasoning: &answer.reasoning,
            disposition_metric_prompt: &answer.prompt,
            disposition_metric_type: answer.kind,
            status: answer.status,
        })
    };
    let metrics: Vec<Json> = analysis.disposition_metrics.iter().map(metric).collect();
    json!({
        "summary": analysis.summary,
        "dispositionMetrics": metrics,
        "successMetrics": [],
    })
}

fn object<const N: usize>(fields: [(&str, Json); N]) -> Map<String, Json> {
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
