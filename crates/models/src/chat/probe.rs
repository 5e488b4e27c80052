//! Finds out what a server can do.

use std::sync::PoisonError;
use std::time::Instant;

use serde_json::{Value as Json, json};

use super::abilities::{Abilities, Sent};
use super::client::Chat;
use super::error::ChatError;
use super::reply::{ChatReply, Finish};
use super::request::{ChatMessage, ChatRequest, ChatRole};

/// An answer that nobody would give to the question without being held to the schema.
const MEMBER: &str = "verdict_code";
const VALUE: &str = "mosaic-41";
/// Room for a model that thinks first.
const MAX_TOKENS: u32 = 4096;

impl Chat {
    /// Tries one mode after the other, best first. One thread does it, the others wait for what it finds.
    pub(super) fn find_out(&self, end: Instant) -> Result<Abilities, ChatError> {
        let probing = self.0.probing.lock();
        let _probing = probing.unwrap_or_else(PoisonError::into_inner);
        if let Some(abilities) = self.abilities() {
            return Ok(abilities);
        }
        let request = request();
        self.known().sent = Sent::all();
        let mut least = false;
        loop {
            let outcome = self.exchange(&request, end);
            let mut known = self.known();
            let next = known.sent.mode.next();
            let error = match (outcome, next) {
                (Ok(reply), Some(next)) if disobeys(&reply) => {
                    known.sent.mode = next;
                    continue;
                }
                (Ok(reply), _) => {
                    known.sent.log_probs &= reply.log_probs.is_some();
                    known.probed = true;
                    return Ok(known.abilities());
                }
                (Err(error), _) => error,
            };
            match next {
                _ if !refuses(&error) => return Err(error),
                Some(next) => known.sent.mode = next,
                // Refused in every mode and for no reason given: the fault may be what every one of them had.
                None if !least => {
                    least = true;
                    known.sent = known.sent.least();
                }
                None => return Err(error),
            }
        }
    }
}

fn request() -> ChatRequest {
    let message = |role, content: &str| ChatMessage {
        role,
        content: content.into(),
    };
    ChatRequest {
        messages: vec![
            message(ChatRole::System, "You answer questions."),
            message(ChatRole::User, "Is the sky blue on a clear day? Yes or no?"),
        ],
        schema: json!({
            "type": "object",
            "properties": {MEMBER: {"type": "string", "enum": [VALUE]}},
            "required": [MEMBER],
            "additionalProperties": false,
        }),
        schema_name: "answer".into(),
        max_tokens: MAX_TOKENS,
    }
}

/// Whether an answer shows that the server does not hold the model to a schema. One that was cut off, in the middle of a
/// thought perhaps, shows nothing.
fn disobeys(reply: &ChatReply) -> bool {
    let obeyed = json!({MEMBER: VALUE});
    reply.finish != Finish::Length
        && serde_json::from_str::<Json>(&reply.text).map_or(true, |json| json != obeyed)
}

/// Whether a server says that it does not do what was asked.
fn refuses(error: &ChatError) -> bool {
    matches!(
        error,
        ChatError::Rejected {
            status: 400 | 422,
            ..
        } | ChatError::Server { status: 501 }
    )
}
