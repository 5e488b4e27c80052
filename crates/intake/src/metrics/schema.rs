//! Questions that are written as a JSON schema.

use aftercall_core::MetricType;
use serde_json::Value as Json;

use super::list::{List, Question, text, texts};

/// Objects in one another that are opened; below that they are asked as a text.
const MAX_DEPTH: usize = 4;

/// Asks for every property of an object, those within it under both names.
pub(super) fn ask(field: &str, name: &str, schema: &Json, list: &mut List) {
    ask_within(field, name, schema, list, 0);
}

fn ask_within(field: &str, name: &str, schema: &Json, list: &mut List, depth: usize) {
    let kind = kind_word(schema);
    let properties = schema.get("properties").and_then(Json::as_object);
    if let Some(properties) = properties
        && depth < MAX_DEPTH
    {
        for (inner, schema) in properties {
            let name = if name.is_empty() {
                inner.clone()
            } else {
                format!("{name}_{inner}")
            };
            let field = format!("{field}.properties.{inner}");
            ask_within(&field, &name, schema, list, depth + 1);
        }
        return;
    }
    let choices = texts(schema.get("enum"));
    let date = matches!(text(schema, "format"), Some("date-time" | "date"));
    let kind = match kind {
        _ if !choices.is_empty() => MetricType::Enum,
        "boolean" => MetricType::Boolean,
        "integer" => MetricType::Integer,
        "number" => {
            list.note(
                field,
                "decimals are not kept: it is asked as a whole number",
            );
            MetricType::Integer
        }
        "string" if date => MetricType::Datetime,
        "string" | "" => MetricType::String,
        other => {
            let why = format!("it is asked as a text, as there are no metrics of type {other}");
            list.note(field, &why);
            MetricType::String
        }
    };
    list.ask(Question {
        field: field.to_owned(),
        name: if name.is_empty() { "answer" } else { name }.to_owned(),
        prompt: prompt(schema),
        kind,
        choices,
    });
}

/// The type; of several the first that is not `null`.
fn kind_word(schema: &Json) -> &str {
    match schema.get("type") {
        Some(Json::String(kind)) => kind,
        Some(Json::Array(kinds)) => kinds
            .iter()
            .filter_map(Json::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or_default(),
        _ => "",
    }
}

/// The description, with the bounds of a number.
fn prompt(schema: &Json) -> String {
    let mut prompt = ["description", "title"]
        .iter()
        .find_map(|name| text(schema, name))
        .unwrap_or_default()
        .to_owned();
    let bound = |name: &str| schema.get(name).and_then(Json::as_i64);
    if let (Some(low), Some(high)) = (bound("minimum"), bound("maximum"))
        && !prompt.is_empty()
    {
        prompt.push_str(&format!(" A number from {low} to {high}."));
    }
    prompt
}
