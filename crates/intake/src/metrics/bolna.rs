//! Bolna: dispositions, as a list, in categories, or in an answer of the API. An objective answer is one of its options (ENUM), a
//! subjective one a text, a number, a truth or a point in time.

use aftercall_core::MetricType;
use serde_json::Value as Json;

use super::list::{List, Question, text};

pub(super) fn read(settings: &Json, list: &mut List) {
    read_all(settings, "", list, 0);
}

fn read_all(settings: &Json, at: &str, list: &mut List, depth: usize) {
    if depth > 4 {
        return;
    }
    if let Some(items) = settings.as_array() {
        for (n, item) in items.iter().enumerate() {
            read_all(item, &format!("{at}[{n}]"), list, depth + 1);
        }
        return;
    }
    let mut inner = false;
    for name in [
        "dispositions",
        "categories",
        "extraction_categories",
        "data",
    ] {
        if let Some(found) = settings.get(name).filter(|found| found.is_array()) {
            inner = true;
            let at = if at.is_empty() {
                name.to_owned()
            } else {
                format!("{at}.{name}")
            };
            read_all(found, &at, list, depth + 1);
        }
    }
    if !inner {
        read_one(settings, at, list);
    }
}

fn read_one(item: &Json, field: &str, list: &mut List) {
    let name = text(item, "name").unwrap_or_default();
    let question = text(item, "question").or(text(item, "system_prompt"));
    if name.is_empty() && question.is_none() {
        return;
    }
    let options = item.get("objective_options").and_then(Json::as_array);
    let (mut choices, mut conditions) = (Vec::new(), Vec::new());
    for (n, option) in options.into_iter().flatten().enumerate() {
        let Some(value) = option.as_str().or(text(option, "value")) else {
            continue;
        };
        choices.push(value.to_owned());
        if let Some(condition) = text(option, "condition") {
            conditions.push(format!("{value}: {condition}"));
        }
        if option
            .get("sub_options")
            .and_then(Json::as_array)
            .is_some_and(|list| !list.is_empty())
        {
            let field = format!("{field}.objective_options[{n}].sub_options");
            list.note(&field, "left out: choices have no choices of their own");
        }
    }
    let is = |name: &str, default: bool| item.get(name).and_then(Json::as_bool).unwrap_or(default);
    let mut prompt = question.unwrap_or_default().to_owned();
    let objective = is("is_objective", !choices.is_empty());
    if objective {
        if !conditions.is_empty() && !prompt.is_empty() {
            prompt.push(' ');
            prompt.push_str(&conditions.join(" "));
        }
        list.ask(Question {
            field: field.to_owned(),
            name: name.to_owned(),
            prompt: prompt.clone(),
            kind: MetricType::Enum,
            choices,
        });
    }
    if is("is_subjective", !objective) {
        let kind = match text(item, "subjective_type").unwrap_or_default() {
            "boolean" => MetricType::Boolean,
            "timestamp" => MetricType::Datetime,
            "numeric" => MetricType::Integer,
            "" | "text" | "string" => MetricType::String,
            other => {
                list.note(
                    field,
                    &format!("answers are not checked to be of type {other}"),
                );
                MetricType::String
            }
        };
        list.ask(Question {
            field: field.to_owned(),
            name: if objective {
                format!("{name}_text")
            } else {
                name.to_owned()
            },
            prompt: question.unwrap_or_default().to_owned(),
            kind,
            choices: Vec::new(),
        });
    }
}
