//! What is asked.

use serde_json::Value as Json;

/// One question.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    /// The messages, oldest first.
    pub messages: Vec<ChatMessage>,
    /// JSON Schema of the answer, an object. OpenAI's strict mode wants every property required and
    /// `additionalProperties: false`.
    pub schema: Json,
    /// Name of the schema: letters, digits, `_` and `-`, at most 64.
    pub schema_name: String,
    /// Tokens to be written at most, those of reasoning included.
    pub max_tokens: u32,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: ChatRole,
    /// What is said.
    pub content: String,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatRole {
    /// The instructions.
    System,
    /// Who asks.
    User,
    /// The model.
    Assistant,
}

impl ChatRole {
    /// The role's name on the wire.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}
