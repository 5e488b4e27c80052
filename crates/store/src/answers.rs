//! Answers as rows of their own: for exports, for the words of texts, and for the lines that calls are found and counted by
//! (`answer_line.rs`). What is shown comes from the analysis itself.

use aftercall_core::{Answer, Value};
use jiff::Timestamp;

use crate::entity::answers::Model;
use crate::times::to_us;

/// The row of an answer; the value stands in the column of its type, that of a DATETIME as text and as an instant.
pub(crate) fn row(analysis_id: &str, call_id: &str, answer: &Answer) -> Model {
    let mut row = Model {
        analysis_id: analysis_id.to_owned(),
        identifier: answer.identifier.clone(),
        call_id: call_id.to_owned(),
        metric_type: answer.kind.name().to_owned(),
        status: answer.status.name().to_owned(),
        text: None,
        number: None,
        boolean: None,
        time_us: None,
        confidence: answer.confidence,
    };
    match &answer.value {
        None => {}
        Some(Value::Boolean(value)) => row.boolean = Some(*value),
        Some(Value::Integer(value)) => row.number = Some(*value),
        Some(Value::Text(value)) => {
            if answer.kind == aftercall_core::MetricType::Datetime {
                row.time_us = value.parse::<Timestamp>().ok().map(to_us);
            }
            row.text = Some(storable(value));
        }
    }
    row
}

/// The text without U+0000, which PostgreSQL does not keep in a text column.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aftercall_core::{Metric, MetricType, Status};

    #[test]
    fn a_value_stands_in_its_column() {
        let answer = |kind, value| {
            let metric = Metric {
                identifier: "x".to_owned(),
                prompt: "?".to_owned(),
                kind,
                choices: Vec::new(),
            };
            Answer {
                value: Some(value),
                ..Answer::empty(&metric, Status::Answered, "")
            }
        };
        let row = |kind, value| row("a", "c", &answer(kind, value));
        assert_eq!(
            row(MetricType::Boolean, Value::Boolean(false)).boolean,
            Some(false)
        );
        assert_eq!(
            row(MetricType::Integer, Value::Integer(-4)).number,
            Some(-4)
        );
        let text = row(MetricType::String, Value::Text("a\0b".to_owned())).text;
        assert_eq!(text.as_deref(), Some("a\u{fffd}b"));
        let at = "2026-03-01T10:00:00+01:00";
        let time = row(MetricType::Datetime, Value::Text(at.to_owned()));
        assert_eq!(time.time_us, Some(1_772_355_600_000_000));
        assert_eq!(time.text.as_deref(), Some(at));
        let enumerated = row(MetricType::Enum, Value::Text(at.to_owned()));
        assert_eq!(enumerated.time_us, None);
    }
}
