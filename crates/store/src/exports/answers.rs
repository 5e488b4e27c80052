//! The answers of many analyses as one text.

use aftercall_core::{AnswerRecord, Status, Value};
use sea_orm::DbBackend;
use serde::Deserialize;

use super::row::metric_type;
use crate::StoreError;
use crate::json_text;
use crate::times::from_us_opt;

/// One answer, its columns in the order of [`packed`]. The confidence is a text with as many digits as it needs: as a number
/// SQLite would write fifteen.
#[derive(Deserialize)]
struct Packed(
    String,
    String,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<i8>,
    Option<i64>,
    String,
);

/// The expression that makes a JSON list of rows of answers.
pub(super) fn packed(backend: DbBackend) -> String {
    let (list, row, confidence) = match backend {
        DbBackend::Postgres => ("json_agg", "json_build_array", "CAST(confidence AS TEXT)"),
        _ => (
            "json_group_array",
            "json_array",
            "printf('%!.17g', confidence)",
        ),
    };
    let boolean = "CASE WHEN boolean THEN 1 WHEN NOT boolean THEN 0 END";
    let columns = "analysis_id, identifier, metric_type, status, text, number";
    format!("CAST({list}({row}({columns}, {boolean}, time_us, {confidence})) AS TEXT)")
}

/// Reads the text of [`packed`]: each answer with the id of its analysis.
pub(super) fn unpacked(text: &str) -> Result<Vec<(String, AnswerRecord)>, StoreError> {
    let rows: Vec<Packed> =
        json_text::read(text).map_err(|error| StoreError::corrupt("answers", error))?;
    rows.into_iter().map(answer).collect()
}

fn answer(row: Packed) -> Result<(String, AnswerRecord), StoreError> {
    let Packed(analysis_id, identifier, kind, status, text, number, boolean, time_us, confidence) =
        row;
    let value = text
        .map(Value::Text)
        .or(number.map(Value::Integer))
        .or(boolean.map(|boolean| Value::Boolean(boolean != 0)));
    let answer = AnswerRecord {
        identifier,
        kind: metric_type(&kind)?,
        status: Status::from_name(&status)
            .ok_or_else(|| StoreError::corrupt("an answer's status", &status))?,
        value,
        time: from_us_opt(time_us)?,
        confidence: confidence
            .parse()
            .map_err(|_| StoreError::corrupt("a confidence", &confidence))?,
    };
    Ok((analysis_id, answer))
}
