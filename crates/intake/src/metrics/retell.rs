//! Retell: an agent's `post_call_analysis_data`, with types `string`, `enum`, `boolean` and `number`.

use aftercall_core::MetricType;
use serde_json::Value as Json;

use super::list::{List, Question, text, texts};

pub(super) fn read(settings: &Json, list: &mut List) {
    let name = "post_call_analysis_data";
    let (found, at) = match settings.get(name) {
        Some(found) => (found, name),
        None => (settings, ""),
    };
    for (n, item) in found.as_array().into_iter().flatten().enumerate() {
        let field = format!("{at}[{n}]");
        let word = text(item, "type").unwrap_or_default();
        let kind = match word {
            "string" => MetricType::String,
            "enum" => MetricType::Enum,
            "boolean" => MetricType::Boolean,
            "number" => {
                list.note(
                    &field,
                    "decimals are not kept: it is asked as a whole number",
                );
                MetricType::Integer
            }
            other => {
                list.note(
                    &field,
                    &format!("left out: there are no metrics of type {other}"),
                );
                continue;
            }
        };
        let mut prompt = text(item, "description").unwrap_or_default().to_owned();
        let examples = texts(item.get("examples"));
        if !examples.is_empty() && kind == MetricType::String && !prompt.is_empty() {
            prompt.push_str(&format!(" For example: {}.", examples.join("; ")));
        }
        if text(item, "conditional_prompt").is_some() {
            list.note(
                &field,
                "its condition is not taken over: every metric is asked of every call",
            );
        }
        list.ask(Question {
            field,
            name: text(item, "name").unwrap_or_default().to_owned(),
            prompt,
            kind,
            choices: texts(item.get("choices")),
        });
    }
    for name in [
        "analysis_summary_prompt",
        "analysis_successful_prompt",
        "analysis_user_sentiment_prompt",
    ] {
        if text(settings, name).is_some() {
            list.note(
                name,
                "left out: a summary is always made, and what it asks can be a metric",
            );
        }
    }
}
