//! The body of a request.

use serde_json::{Map, Value as Json, json};

use super::abilities::{OutputMode, Sent, TokenLimit};
use super::request::{ChatMessage, ChatRequest, ChatRole};
use super::settings::ChatSettings;

const TOP_LOG_PROBS: u32 = 5;

/// The body of a request with what of the optional the server takes.
pub(super) fn body(settings: &ChatSettings, sent: Sent, request: &ChatRequest) -> Json {
    let mut body = Map::new();
    let mut set = |name: &str, value: Json| {
        body.insert(name.into(), value);
    };
    set("model", json!(settings.model));
    set("messages", messages(sent.mode, request));
    let limit = match sent.token_limit {
        TokenLimit::MaxTokens => "max_tokens",
        TokenLimit::MaxCompletionTokens => "max_completion_tokens",
    };
    set(limit, json!(request.max_tokens));
    if sent.temperature {
        set("temperature", json!(0));
    }
    if let Some(effort) = &settings.reasoning_effort {
        set("reasoning_effort", json!(effort));
    }
    if sent.log_probs {
        set("logprobs", json!(true));
        set("top_logprobs", json!(TOP_LOG_PROBS));
    }
    let (name, schema) = (&request.schema_name, &request.schema);
    match sent.mode {
        OutputMode::Schema => set(
            "response_format",
            json!({
                "type": "json_schema",
                "json_schema": {"name": name, "strict": true, "schema": schema},
            }),
        ),
        OutputMode::Tool => {
            set(
                "tools",
                json!([{"type": "function", "function": {"name": name, "parameters": schema}}]),
            );
            set(
                "tool_choice",
                json!({"type": "function", "function": {"name": name}}),
            );
        }
        OutputMode::Object => set("response_format", json!({"type": "json_object"})),
        OutputMode::Text => {}
    }
    for (name, value) in &settings.extra {
        if value.is_null() {
            body.remove(name);
        } else {
            body.insert(name.clone(), value.clone());
        }
    }
    Json::Object(body)
}

/// The messages. Where nothing else tells the schema it ends the last system message: what comes before the question
/// stays the same from question to question, and servers find it in their caches.
fn messages(mode: OutputMode, request: &ChatRequest) -> Json {
    let message = |role: ChatRole, content: &str| json!({"role": role.name(), "content": content});
    let as_is = |m: &ChatMessage| message(m.role, &m.content);
    let mut list: Vec<Json> = request.messages.iter().map(as_is).collect();
    if matches!(mode, OutputMode::Object | OutputMode::Text) {
        let told = format!(
            "Answer with one JSON object and nothing else. It must follow this JSON Schema:\n{}",
            request.schema
        );
        let is_system = |m: &ChatMessage| m.role == ChatRole::System;
        match request.messages.iter().rposition(is_system) {
            Some(last) => {
                let content = format!("{}\n\n{told}", request.messages[last].content);
                list[last] = message(ChatRole::System, &content);
            }
            None => list.insert(0, message(ChatRole::System, &told)),
        }
    }
    Json::Array(list)
}
