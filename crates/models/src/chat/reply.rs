//! What comes back.

use std::time::Duration;

use serde_json::Value as Json;

use super::abilities::OutputMode;
use super::error::{ChatError, shortened};
use super::usage::ChatUsage;
use super::{extract, log_probs};

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatReply {
    /// The JSON text of the answer. It may be cut where `finish` is not [`Finish::Stop`], and is what the model wrote
    /// where that held no JSON object.
    pub text: String,
    /// Why the model stopped.
    pub finish: Finish,
    /// Why the model would not answer.
    pub refusal: Option<String>,
    /// What the model thought first, where the server shows it.
    pub reasoning: Option<String>,
    /// Tokens that give `text` exactly, one after the other.
    pub log_probs: Option<Vec<TokenLogProb>>,
    /// What the answer cost.
    pub usage: ChatUsage,
    /// The model as the server names it.
    pub model: Option<String>,
    /// Requests that were sent for it, those of a probe left out.
    pub requests: u32,
    /// From the question to the answer, with all waits.
    pub elapsed: Duration,
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// It was done.
    Stop,
    /// It had no tokens left.
    Length,
    /// The server's filter cut in.
    ContentFilter,
    /// Another word of the server's; empty where it says nothing.
    Other(String),
}

/// A token of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenLogProb {
    /// Its text.
    pub text: String,
    /// The natural logarithm of its probability.
    pub log_prob: f64,
    /// The likeliest tokens at its place. Empty where several tokens make up one character.
    pub top: Vec<(String, f64)>,
}

/// Reads an answer that was asked for in this mode, and whether it tells of cached tokens.
pub(super) fn read(
    json: &Json,
    mode: OutputMode,
    tool: &str,
) -> Result<(ChatReply, bool), ChatError> {
    let choice = json
        .pointer("/choices/0")
        .ok_or_else(|| ChatError::Reply("it has no choices".into()))?;
    let message = choice
        .get("message")
        .filter(|message| message.is_object())
        .ok_or_else(|| ChatError::Reply("its choice has no message".into()))?;
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
    let member = |name: &str| message.get(name).and_then(Json::as_str).and_then(some);
    let content = content(message);
    let (thought, answer) = extract::part_thought(&content);
    let text = match mode {
        OutputMode::Schema => answer.to_owned(),
        OutputMode::Tool => {
            arguments(message, tool).unwrap_or_else(|| extract::object(answer).to_owned())
        }
        OutputMode::Object | OutputMode::Text => extract::object(answer).to_owned(),
    };
    let (usage, tells_cached) = ChatUsage::read(json.get("usage").unwrap_or(&Json::Null));
    let reply = ChatReply {
        finish: finish(choice),
        refusal: member("refusal"),
        reasoning: member("reasoning_content")
            .or_else(|| member("reasoning"))
            .or_else(|| thought.map(str::to_owned)),
        log_probs: log_probs::read(choice, &text),
        usage,
        model: json.get("model").and_then(Json::as_str).and_then(some),
        requests: 0,
        elapsed: Duration::ZERO,
        text,
    };
    Ok((reply, tells_cached))
}

/// A message's text; some servers send it in parts.
fn content(message: &Json) -> String {
    match message.get("content") {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(parts)) => parts
            .iter()
            .filter_map(|part| part.get("text")?.as_str())
            .collect(),
        _ => String::new(),
    }
}

/// What the tool was called with; some servers send it as JSON and not as its text.
fn arguments(message: &Json, tool: &str) -> Option<String> {
    let calls = message.get("tool_calls")?.as_array()?;
    let named = |call: &&Json| call.pointer("/function/name").and_then(Json::as_str) == Some(tool);
    let call = calls.iter().find(named).or(calls.first())?;
    match call.pointer("/function/arguments")? {
        Json::String(text) => Some(text.trim().to_owned()),
        json @ Json::Object(_) => Some(json.to_string()),
        _ => None,
    }
}

fn finish(choice: &Json) -> Finish {
    match choice.get("finish_reason").and_then(Json::as_str) {
        Some("stop" | "tool_calls" | "function_call") => Finish::Stop,
        Some("length" | "max_tokens") => Finish::Length,
        Some("content_filter") => Finish::ContentFilter,
        other => Finish::Other(shortened(other.unwrap_or_default())),
    }
}
