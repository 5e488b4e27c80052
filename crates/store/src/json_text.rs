//! JSON in a column.

use std::sync::Arc;

use sea_orm::sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{
    ActiveValue, ColIdx, ColumnType, DbErr, IntoActiveValue, QueryResult, TryGetError, TryGetable,
    Value,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_json::error::Category;

/// A value kept as JSON text, on both databases. PostgreSQL's `jsonb` would sort the keys and refuse `\u0000`; what
/// users write into a config has to be read back as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JsonText<T = Json>(pub T);

impl<T: Serialize> From<JsonText<T>> for Value {
    fn from(json: JsonText<T>) -> Self {
        // Only maps with text keys, lists, texts and numbers are kept, which always serialise; an empty text would
        // be told as corrupt when it is read.
        Value::String(Some(serde_json::to_string(&json.0).unwrap_or_default()))
    }
}

impl<T: DeserializeOwned> TryGetable for JsonText<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(row, index)?;
        read(&text).map(Self).map_err(|error| {
            TryGetError::DbErr(DbErr::TryIntoErr {
                from: "text",
                into: "JSON",
                source: Arc::new(error),
            })
        })
    }
}

/// Reads a text of the database.
///
/// # Errors
/// Where it is not the JSON that is looked for, without a word of what stands there.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(Unreadable::from)
}

/// Where a text is not the JSON that is looked for. The library's own error quotes what stands there, which may be what was
/// said in a call, and errors are logged.
#[derive(Debug, thiserror::Error)]
#[error("{kind} at line {line}, column {column}")]
pub(crate) struct Unreadable {
    kind: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let kind = match error.classify() {
            Category::Data => "another type of value",
            Category::Eof => "an early end",
            Category::Io | Category::Syntax => "no JSON",
        };
        Self {
            kind,
            line: error.line(),
            column: error.column(),
        }
    }
}

impl<T: DeserializeOwned> ValueType for JsonText<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::String(Some(text)) => serde_json::from_str(&text)
                .map(Self)
                .map_err(|_| ValueTypeErr),
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        "JsonText".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::Text
    }
}

impl<T> Nullable for JsonText<T> {
    fn null() -> Value {
        Value::String(None)
    }
}

impl<T: Serialize> IntoActiveValue<JsonText<T>> for JsonText<T> {
    fn into_active_value(self) -> ActiveValue<JsonText<T>> {
        ActiveValue::Set(self)
    }
}
