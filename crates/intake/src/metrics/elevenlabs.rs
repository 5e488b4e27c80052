//! ElevenLabs: `platform_settings.data_collection` and `platform_settings.evaluation.criteria` of an agent.

use aftercall_core::MetricType;
use serde_json::Value as Json;

use super::list::{List, Question, text};
use super::schema;

pub(super) fn read(settings: &Json, list: &mut List) {
    let (platform, at) = match settings.get("platform_settings") {
        Some(platform) => (platform, "platform_settings."),
        None => (settings, ""),
    };
    let fields = platform.get("data_collection").and_then(Json::as_object);
    for (name, item) in fields.into_iter().flatten() {
        schema::ask(&format!("{at}data_collection.{name}"), name, item, list);
        for fixed in ["dynamic_variable", "constant_value"] {
            if text(item, fixed).is_some() {
                let field = format!("{at}data_collection.{name}.{fixed}");
                list.note(&field, "left out: the value is set and not asked for");
            }
        }
    }
    let criteria = platform
        .get("evaluation")
        .and_then(|evaluation| evaluation.get("criteria"))
        .and_then(Json::as_array);
    for (n, item) in criteria.into_iter().flatten().enumerate() {
        let field = format!("{at}evaluation.criteria[{n}]");
        let name = text(item, "id").or(text(item, "name")).unwrap_or_default();
        let goal = text(item, "conversation_goal_prompt").unwrap_or_default();
        let prompt = if goal.is_empty() {
            String::new()
        } else {
            format!("Was this met? {goal}")
        };
        list.note(
            &field,
            "success and failure become true and false; unknown becomes not_mentioned or false",
        );
        list.ask(Question {
            field,
            name: name.to_owned(),
            prompt,
            kind: MetricType::Boolean,
            choices: Vec::new(),
        });
    }
}
