//! Fish Audio: `analysis.data_fields` (`boolean`, `text`, `number`, `enum`) and `analysis.criteria` of an agent.

use aftercall_core::MetricType;
use serde_json::Value as Json;

use super::list::{List, Question, text, texts};

pub(super) fn read(settings: &Json, list: &mut List) {
    let config = settings.get("config").unwrap_or(settings);
    let (analysis, at) = match config.get("analysis") {
        Some(analysis) => (analysis, "analysis."),
        None => (config, ""),
    };
    let fields = analysis.get("data_fields").and_then(Json::as_array);
    for (n, item) in fields.into_iter().flatten().enumerate() {
        let field = format!("{at}data_fields[{n}]");
        let kind = match text(item, "type").unwrap_or_default() {
            "boolean" => MetricType::Boolean,
            "enum" => MetricType::Enum,
            "number" => {
                list.note(
                    &field,
                    "decimals are not kept: it is asked as a whole number",
                );
                MetricType::Integer
            }
            _ => MetricType::String,
        };
        list.ask(question(field, item, kind, texts(item.get("enum_options"))));
    }
    let criteria = analysis.get("criteria").and_then(Json::as_array);
    for (n, item) in criteria.into_iter().flatten().enumerate() {
        let field = format!("{at}criteria[{n}]");
        list.note(
            &field,
            "success and failure become true and false; unknown becomes not_mentioned or false",
        );
        let mut question = question(field, item, MetricType::Boolean, Vec::new());
        if !question.prompt.is_empty() {
            question.prompt = format!("Is this so? {}", question.prompt);
        }
        list.ask(question);
    }
    let prompt = analysis
        .get("summary")
        .and_then(|summary| text(summary, "prompt"));
    if prompt.is_some() {
        let field = format!("{at}summary.prompt");
        list.note(
            &field,
            "a summary is always made; its prompt is a setting of the agent",
        );
    }
}

fn question(field: String, item: &Json, kind: MetricType, choices: Vec<String>) -> Question {
    Question {
        field,
        name: text(item, "name").unwrap_or_default().to_owned(),
        prompt: text(item, "description").unwrap_or_default().to_owned(),
        kind,
        choices,
    }
}
