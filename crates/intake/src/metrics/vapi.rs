//! Vapi: an assistant's `analysisPlan`, and structured outputs.

use aftercall_core::MetricType;
use serde_json::Value as Json;

use super::list::{List, Question, text};
use super::schema;

pub(super) fn read(settings: &Json, list: &mut List) {
    let (plan, at) = match settings.get("analysisPlan") {
        Some(plan) => (plan, "analysisPlan."),
        None => (settings, ""),
    };
    for (name, field) in [
        (
            "structuredDataPlan.schema",
            plan.get("structuredDataPlan").and_then(|p| p.get("schema")),
        ),
        ("structuredDataSchema", plan.get("structuredDataSchema")),
    ] {
        if let Some(found) = field {
            schema::ask(&format!("{at}{name}"), "", found, list);
        }
    }
    if let Some(many) = plan.get("structuredDataMultiPlan").and_then(Json::as_array) {
        for (n, item) in many.iter().enumerate() {
            let Some(found) = item.get("plan").and_then(|plan| plan.get("schema")) else {
                continue;
            };
            let name = text(item, "key").unwrap_or_default();
            let field = format!("{at}structuredDataMultiPlan[{n}].plan.schema");
            schema::ask(&field, name, found, list);
        }
    }
    read_success(plan, at, list);
    for name in ["summaryPlan", "summaryPrompt"] {
        if plan.get(name).is_some_and(|value| !value.is_null()) {
            list.note(
                &format!("{at}{name}"),
                "a summary is always made; its prompt is a setting of the agent",
            );
        }
    }
    read_outputs(settings, list);
}

/// What counts as a success, by its rubric.
fn read_success(plan: &Json, at: &str, list: &mut List) {
    let success = plan.get("successEvaluationPlan");
    let rubric = success
        .and_then(|plan| text(plan, "rubric"))
        .or_else(|| text(plan, "successEvaluationRubric"));
    let Some(rubric) = rubric else {
        return;
    };
    let field = format!("{at}successEvaluationPlan");
    let (kind, ask, choices): (_, _, &[&str]) = match rubric {
        "NumericScale" => (
            MetricType::Integer,
            "How well did the call reach its aim, from 1 to 10?",
            &[],
        ),
        "PercentageScale" => (
            MetricType::Integer,
            "How well did the call reach its aim, in percent, from 0 to 100?",
            &[],
        ),
        "DescriptiveScale" => (
            MetricType::Enum,
            "How well did the call reach its aim?",
            &["Excellent", "Good", "Fair", "Poor"],
        ),
        "LikertScale" => (
            MetricType::Enum,
            "Did the call reach its aim?",
            &[
                "Strongly Agree",
                "Agree",
                "Neutral",
                "Disagree",
                "Strongly Disagree",
            ],
        ),
        "PassFail" | "AutomaticRubric" => (MetricType::Boolean, "Did the call reach its aim?", &[]),
        other => {
            list.note(
                &field,
                &format!("left out: the rubric {other} has no counterpart"),
            );
            return;
        }
    };
    let own = ["successEvaluationPrompt"]
        .iter()
        .find_map(|name| text(plan, name));
    if own.is_some() || success.is_some_and(|plan| plan.get("messages").is_some()) {
        list.note(
            &field,
            "its own words for a success are not taken over: put them into the prompt",
        );
    }
    list.ask(Question {
        field,
        name: "call_success".to_owned(),
        prompt: ask.to_owned(),
        kind,
        choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
    });
}

/// Structured outputs: one, a list, or an answer of the API with `results`.
fn read_outputs(settings: &Json, list: &mut List) {
    let many = settings
        .as_array()
        .or_else(|| settings.get("results").and_then(Json::as_array))
        .or_else(|| settings.get("structuredOutputs").and_then(Json::as_array));
    let one = std::slice::from_ref(settings);
    let outputs = many.map_or(one, Vec::as_slice);
    for (n, output) in outputs.iter().enumerate() {
        let Some(found) = output.get("schema") else {
            continue;
        };
        let field = if many.is_some() {
            format!("[{n}].schema")
        } else {
            "schema".to_owned()
        };
        let mut found = found.clone();
        // A single value is described where it is named.
        if found.get("description").is_none()
            && let (Some(words), Json::Object(fields)) = (text(output, "description"), &mut found)
        {
            fields.insert("description".to_owned(), words.into());
        }
        schema::ask(
            &field,
            text(output, "name").unwrap_or_default(),
            &found,
            list,
        );
    }
}
