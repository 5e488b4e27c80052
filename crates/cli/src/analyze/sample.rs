//! An analysis for the tests of what is written.

use aftercall_core::{
    Analysis, Answer, DatetimeDetail, Evidence, Metric, MetricType, Precision, Provenance, Status,
    Usage, Value,
};

pub(crate) fn metrics() -> Vec<Metric> {
    [
        ("outcome", MetricType::Enum),
        ("mood", MetricType::Integer),
        ("visit", MetricType::Datetime),
        ("solved", MetricType::Boolean),
        ("request", MetricType::String),
    ]
    .into_iter()
    .map(|(identifier, kind)| Metric {
        identifier: identifier.into(),
        prompt: format!("What is the {identifier} of it?"),
        kind,
        choices: match kind {
            MetricType::Enum => vec!["booked".into(), "lost".into()],
            _ => Vec::new(),
        },
    })
    .collect()
}

pub(crate) fn analysis(call_id: &str) -> (Vec<Metric>, Analysis) {
    let metrics = metrics();
    let values = [
        Some(Value::Text("booked".into())),
        Some(Value::Integer(-2)),
        Some(Value::Text("2026-03-13T15:00:00-04:00".into())),
        Some(Value::Boolean(true)),
        None,
    ];
    let confidences = [0.93124, 0.5, 0.75, 0.8, 0.6];
    let answer = |((metric, value), confidence): ((&Metric, Option<Value>), f64)| {
        let status = match value {
            Some(_) => Status::Answered,
            None => Status::NotMentioned,
        };
        let mut answer = Answer::empty(
            metric,
            status,
            format!("The caller says so of the {}.", metric.identifier),
        );
        if value.is_some() {
            answer.evidence.push(Evidence {
                turn: 2,
                quote: "next Friday at 3".into(),
            });
        }
        if metric.kind == MetricType::Datetime {
            answer.datetime = Some(DatetimeDetail {
                phrase: "next Friday at 3".into(),
                precision: Precision::Minute,
                timezone: "America/New_York".into(),
            });
        }
        answer.value = value;
        answer.confidence = confidence;
        answer
    };
    let disposition_metrics = metrics
        .iter()
        .zip(values)
        .zip(confidences)
        .map(answer)
        .collect();
    let analysis = Analysis {
        call_id: call_id.into(),
        summary: "A \"test\" call.".into(),
        disposition_metrics,
        success_metrics: Vec::new(),
        provenance: Provenance {
            model: Some("tiny".into()),
            model_sha256: Some("00ff".into()),
            endpoint: None,
            confidence_source: aftercall_core::ConfidenceSource::Calibrated,
            prompt_revision: "1".into(),
            calibration: "none".into(),
            transcript_sha256: "abcd".into(),
            windows: 1,
            truncated: false,
            withheld: Vec::new(),
            others: Vec::new(),
            usage: Usage::default(),
        },
    };
    (metrics, analysis)
}
