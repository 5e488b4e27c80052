//! What a server can do, and what is therefore sent to it.

/// How an answer is held to its schema, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutputMode {
    /// `response_format` with a strict `json_schema`.
    Schema,
    /// One tool that has to be called; its parameters are the schema.
    Tool,
    /// `response_format` `json_object`; the schema is told in words.
    Object,
    /// Plain text out of which the JSON is taken; the schema is told in words.
    Text,
}

impl OutputMode {
    /// The next worse one.
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::Schema => Some(Self::Tool),
            Self::Tool => Some(Self::Object),
            Self::Object => Some(Self::Text),
            Self::Text => None,
        }
    }
}

/// The name of the member that limits the tokens to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenLimit {
    /// `max_tokens`, which nearly every server knows.
    MaxTokens,
    /// `max_completion_tokens`, which OpenAI's reasoning models want in its place.
    MaxCompletionTokens,
}

/// What was found out about a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// How an answer is held to its schema.
    pub mode: OutputMode,
    /// Whether log-probabilities of the answer's tokens come back.
    pub log_probs: bool,
    /// Whether the server tells how many prompt tokens came out of its cache.
    pub cached_tokens: bool,
    /// Whether the model's reasoning comes back.
    pub reasoning: bool,
    /// How the tokens to be written are limited.
    pub token_limit: TokenLimit,
}

/// What of the optional is put into a request. It only ever gets less, so that stepping down comes to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) mode: OutputMode,
    pub(super) log_probs: bool,
    pub(super) temperature: bool,
    pub(super) token_limit: TokenLimit,
}

/// What a server will not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objection {
    Temperature,
    LogProbs,
    TokenLimit,
    Mode,
}

/// Words that tell "I do not know this member" from "its value is too large".
const UNKNOWN: [&str; 9] = [
    "unsupported",
    "not support",
    "unrecognized",
    "unknown",
    "unexpected",
    "not permitted",
    "not allowed",
    "forbidden",
    "extra",
];

/// Words that tell that a request does not fit.
const TOO_LONG: [&str; 4] = [
    "context length",
    "context_length",
    "context window",
    "context size",
];

impl Sent {
    /// Everything, in the best mode.
    pub(super) fn all() -> Self {
        Self {
            mode: OutputMode::Schema,
            log_probs: true,
            temperature: true,
            // Servers that do not know `max_completion_tokens` pass over it in silence and write without end, while
            // those that do not know `max_tokens` say so.
            token_limit: TokenLimit::MaxTokens,
        }
    }

    /// No more than every server takes, but for the mode.
    pub(super) fn least(self) -> Self {
        Self {
            mode: OutputMode::Schema,
            log_probs: false,
            temperature: false,
            ..self
        }
    }

    /// What of this the words of a refused request speak against. The member that the server names comes before what
    /// its message mentions.
    pub(super) fn objection(self, member: Option<&str>, message: &str) -> Option<Objection> {
        let message = message.to_lowercase();
        // A request that is too long speaks of schemas and functions too, as parts of what is counted.
        if TOO_LONG.iter().any(|words| message.contains(words)) {
            return None;
        }
        let unknown = UNKNOWN.iter().any(|word| message.contains(word));
        let named = member.and_then(|member| self.named_in(&member.to_lowercase(), unknown));
        named.or_else(|| self.named_in(&message, unknown))
    }

    fn named_in(self, text: &str, unknown: bool) -> Option<Objection> {
        let mode_words: &[&str] = match self.mode {
            OutputMode::Schema => &[
                "response_format",
                "schema",
                "structured",
                "guided",
                "grammar",
            ],
            OutputMode::Tool => &["tool", "function"],
            OutputMode::Object => &["response_format", "json_object"],
            OutputMode::Text => &[],
        };
        let limit = self.token_limit == TokenLimit::MaxTokens && unknown;
        if self.temperature && text.contains("temperature") {
            Some(Objection::Temperature)
        } else if self.log_probs && text.contains("logprob") {
            Some(Objection::LogProbs)
        } else if limit && text.contains("max_tokens") {
            Some(Objection::TokenLimit)
        } else if mode_words.iter().any(|word| text.contains(word)) {
            Some(Objection::Mode)
        } else {
            None
        }
    }

    /// Gives up what a request was refused for, unless another thread did so since it was sent.
    pub(super) fn give_up(&mut self, sent: Self, objection: Objection) {
        match objection {
            Objection::Temperature => self.temperature = false,
            Objection::LogProbs => self.log_probs = false,
            Objection::TokenLimit => self.token_limit = TokenLimit::MaxCompletionTokens,
            Objection::Mode => {
                self.mode = self.mode.max(sent.mode.next().unwrap_or(sent.mode));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objections_are_read_out_of_what_servers_say() {
        let all = Sent::all();
        let tool = Sent {
            mode: OutputMode::Tool,
            ..all
        };
        for (sent, member, message, expected) in [
            (
                all,
                Some("temperature"),
                "Unsupported value: 'temperature' does not support 0 with this model.",
                Some(Objection::Temperature),
            ),
            (
                all,
                Some("max_tokens"),
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                Some(Objection::TokenLimit),
            ),
            (
                all,
                Some("max_tokens"),
                "max_tokens is too large: 50000. This model takes at most 16384 completion tokens.",
                None,
            ),
            (
                all,
                None,
                "logprobs is not available for this model",
                Some(Objection::LogProbs),
            ),
            (
                all,
                Some("response_format"),
                "Invalid schema for response_format 'answer': In context=('properties', 'temperature')",
                Some(Objection::Mode),
            ),
            (
                tool,
                None,
                "\"auto\" tool choice requires --enable-auto-tool-choice",
                Some(Objection::Mode),
            ),
            (
                all,
                None,
                "This model's maximum context length is 4096 tokens.",
                None,
            ),
            (
                Sent {
                    temperature: false,
                    ..all
                },
                Some("temperature"),
                "temperature",
                None,
            ),
        ] {
            assert_eq!(sent.objection(member, message), expected, "{message}");
        }
    }

    #[test]
    fn an_old_objection_takes_nothing_more() {
        let sent = Sent::all();
        let mut known = sent;
        known.give_up(sent, Objection::Mode);
        known.give_up(sent, Objection::Mode);
        assert_eq!(known.mode, OutputMode::Tool);
    }
}
