//! Results as rows for spreadsheets.

use std::borrow::Cow;
use std::io;

use aftercall_core::{Analysis, Metric, Value};

/// The columns: `callId`, `summary`, and two for each metric. The last one holds numbers only, so that a row that was
/// torn by a crash shows.
pub(crate) fn header(metrics: &[Metric]) -> Vec<String> {
    let mut columns = vec!["callId".to_owned(), "summary".to_owned()];
    for metric in metrics {
        columns.push(format!("metric.{}", metric.identifier));
        columns.push(format!("metric.{}.confidence", metric.identifier));
    }
    columns
}

/// The row of one call. A null is an empty cell.
pub(crate) fn row(analysis: &Analysis) -> Vec<String> {
    let mut row = vec![
        cell(&analysis.call_id).into_owned(),
        cell(&analysis.summary).into_owned(),
    ];
    for answer in &analysis.disposition_metrics {
        row.push(match &answer.value {
            None => String::new(),
            Some(Value::Boolean(value)) => value.to_string(),
            Some(Value::Integer(value)) => value.to_string(),
            Some(Value::Text(text)) => cell(text).into_owned(),
        });
        row.push(format!("{:.4}", answer.confidence));
    }
    row
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes before one that begins like one.
pub(crate) fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A record with its quotes and its end of line.
///
/// # Errors
/// None in practice: the record goes to memory.
pub(crate) fn record(cells: &[String]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells)?;
    writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn cells_hold_values_and_nulls_are_empty() {
        let (metrics, analysis) = sample::analysis("call,1");
        let text = String::from_utf8(record(&header(&metrics)).unwrap()).unwrap();
        assert_eq!(
            text,
            "callId,summary,metric.outcome,metric.outcome.confidence,metric.mood,metric.mood.confidence,\
             metric.visit,metric.visit.confidence,metric.solved,metric.solved.confidence,\
             metric.request,metric.request.confidence\n"
        );
        let text = String::from_utf8(record(&row(&analysis)).unwrap()).unwrap();
        assert_eq!(
            text,
            "\"call,1\",\"A \"\"test\"\" call.\",booked,0.9312,-2,0.5000,\
             2026-03-13T15:00:00-04:00,0.7500,true,0.8000,,0.6000\n"
        );
    }

    #[test]
    fn formulas_are_made_texts() {
        for text in ["=1+1", "+49", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["", "a=1", " =1", "'x", "7"] {
            assert_eq!(cell(text), text);
        }
        let (_, mut analysis) = sample::analysis("a");
        analysis.disposition_metrics[4].value = Some(Value::Text("=HYPERLINK(1)".into()));
        let row = row(&analysis);
        assert_eq!(row[10], "'=HYPERLINK(1)");
        assert_eq!(row[4], "-2", "a number is no formula");
    }
}
