//! Tools in a transcript: turns of the roles `tool_call` and `tool_result`.

use aftercall_core::Role;
use serde_json::Value as Json;

/// A tool that the agent calls: `name(arguments)`.
pub(crate) fn call(name: Option<String>, arguments: Option<Json>) -> (Role, String) {
    let name = name.unwrap_or_else(|| "tool".to_owned());
    let arguments = arguments.map_or_else(String::new, text);
    (role("tool_call"), format!("{name}({arguments})"))
}

/// What a tool gives back: `name: result`.
pub(crate) fn result(name: Option<String>, result: Option<Json>) -> (Role, String) {
    let result = result.map_or_else(String::new, text);
    let content = match name {
        Some(name) => format!("{name}: {result}"),
        None => result,
    };
    (role("tool_result"), content)
}

/// A role of that name.
pub(crate) fn role(name: &str) -> Role {
    Role::Other(name.to_owned())
}

/// A text as it is, anything else as compact JSON.
fn text(value: Json) -> String {
    match value {
        Json::String(text) => text,
        other => other.to_string(),
    }
}
