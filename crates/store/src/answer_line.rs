//! The answers of a call's current analysis as one text in the call's row.
//!
//! Its first letter says whether the analysis was completed (`c`) or failed (`f`). Each answer is a line behind that: identifier,
//! letters of type and status, value and confidence, with tabs between them. A DATETIME is in microseconds, a BOOLEAN 0 or 1, and a
//! text stands there by its [`mark`], so that lines stay short and hold nothing that was said. An identifier has no tab, and no number
//! an exponent. Filters read this form in SQL (`calls/metric_filter.rs`).

use aftercall_core::{MetricType, Status};
use sha2::{Digest, Sha256};

use crate::entity::answers;

/// An answer as it stands in a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AnswerLine<'a> {
    pub(crate) identifier: &'a str,
    pub(crate) kind: MetricType,
    pub(crate) status: Status,
    pub(crate) value: Option<i64>,
    pub(crate) confidence: f64,
}

/// The lines of an analysis.
pub(crate) fn lines(completed: bool, answers: &[answers::Model]) -> String {
    let mut lines = if completed { "c" } else { "f" }.to_owned();
    // In one order, so that the same answers are the same text.
    let mut answers: Vec<&answers::Model> = answers.iter().collect();
    answers.sort_by(|a, b| a.identifier.cmp(&b.identifier));
    for answer in answers {
        let (Some(kind), Some(status)) = (
            MetricType::from_name(&answer.metric_type),
            Status::from_name(&answer.status),
        ) else {
            continue;
        };
        lines.push_str(&start(&answer.identifier, kind, status));
        if let Some(value) = value(kind, answer) {
            lines.push_str(&value.to_string());
        }
        // As many digits as it takes to be the same number again.
        lines.push_str(&format!("\t{}", answer.confidence));
    }
    lines
}

/// How a line begins, up to its value.
pub(crate) fn start(identifier: &str, kind: MetricType, status: Status) -> String {
    let (kind, status) = (letter_of_type(kind), letter_of_status(status));
    format!("\n{identifier}\t{kind}{status}\t")
}

/// Whether they are those of a completed analysis.
pub(crate) fn is_completed(lines: Option<&str>) -> bool {
    lines.is_some_and(|lines| lines.starts_with('c'))
}

/// The answers in a text. A line that is none is left out.
pub(crate) fn answers(lines: &str) -> impl Iterator<Item = AnswerLine<'_>> {
    lines.split('\n').skip(1).filter_map(read)
}

fn read(line: &str) -> Option<AnswerLine<'_>> {
    let (identifier, rest) = line.split_once('\t')?;
    let (letters, rest) = rest.split_once('\t')?;
    let (value, confidence) = rest.split_once('\t')?;
    let [kind, status] = letters.as_bytes() else {
        return None;
    };
    let kind = match kind {
        b'B' => MetricType::Boolean,
        b'I' => MetricType::Integer,
        b'E' => MetricType::Enum,
        b'D' => MetricType::Datetime,
        b'S' => MetricType::String,
        _ => return None,
    };
    let status = match status {
        b'a' => Status::Answered,
        b'n' => Status::NotMentioned,
        b'f' => Status::Failed,
        _ => return None,
    };
    Some(AnswerLine {
        identifier,
        kind,
        status,
        value: value.parse().ok(),
        confidence: confidence.parse().ok()?,
    })
}

fn letter_of_type(kind: MetricType) -> char {
    match kind {
        MetricType::Boolean => 'B',
        MetricType::Integer => 'I',
        MetricType::Enum => 'E',
        MetricType::Datetime => 'D',
        MetricType::String => 'S',
    }
}

fn letter_of_status(status: Status) -> char {
    match status {
        Status::Answered => 'a',
        Status::NotMentioned => 'n',
        Status::Failed => 'f',
    }
}

fn value(kind: MetricType, answer: &answers::Model) -> Option<i64> {
    match kind {
        MetricType::Boolean => answer.boolean.map(i64::from),
        MetricType::Integer => answer.number,
        MetricType::Datetime => answer.time_us,
        MetricType::Enum | MetricType::String => answer.text.as_deref().map(mark),
    }
}

/// 64 bits that another text hardly ever has.
pub(crate) fn mark(text: &str) -> i64 {
    let hash = Sha256::digest(text.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(identifier: &str, kind: &str, status: &str) -> answers::Model {
        answers::Model {
            analysis_id: String::new(),
            identifier: identifier.to_owned(),
            call_id: String::new(),
            metric_type: kind.to_owned(),
            status: status.to_owned(),
            text: None,
            number: None,
            boolean: None,
            time_us: None,
            confidence: 0.1 + 0.2,
        }
    }

    #[test]
    fn lines_are_read_as_they_were_written() {
        let stored = [
            answers::Model {
                number: Some(-7),
                ..answer("csat", "INTEGER", "answered")
            },
            answers::Model {
                text: Some("tab\tand\nline".to_owned()),
                ..answer("why", "STRING", "answered")
            },
            answer("due", "DATETIME", "not_mentioned"),
        ];
        let text = lines(true, &stored);
        assert!(is_completed(Some(&text)));
        assert!(!is_completed(Some(&lines(false, &[]))) && !is_completed(None));
        assert!(text.contains(&format!(
            "{}-7\t",
            start("csat", MetricType::Integer, Status::Answered)
        )));
        let read: Vec<AnswerLine> = answers(&text).collect();
        let line = |identifier, kind, status, value| AnswerLine {
            identifier,
            kind,
            status,
            value,
            confidence: 0.1 + 0.2,
        };
        assert_eq!(
            read,
            [
                line("csat", MetricType::Integer, Status::Answered, Some(-7)),
                line("due", MetricType::Datetime, Status::NotMentioned, None),
                line(
                    "why",
                    MetricType::String,
                    Status::Answered,
                    Some(mark("tab\tand\nline"))
                ),
            ]
        );
    }
}
