//! OpenAI-compatible chat completions: a question and a JSON Schema in, the JSON text of an answer out.
//!
//! A [`Chat`] stands for one endpoint and one model, and is shared by the threads that ask it. It finds out once what
//! the server can do ([`Chat::probe`]), repeats what may be repeated, and leaves a server that fails alone for a while.
//! It knows nothing of calls and metrics. Everything blocks, so it must not be used on a thread of an async runtime.
//!
//! Sources: OpenAI's reference of `POST /v1/chat/completions`, and the servers' own documentation where they differ
//! (vLLM, SGLang, llama-server, Ollama, DeepSeek, Azure).

mod abilities;
mod body;
mod breaker;
mod client;
mod environment;
mod error;
mod extract;
mod log_probs;
mod probe;
mod reply;
mod request;
mod retry;
mod settings;
mod usage;
mod wire;

pub use crate::secret::Secret;
pub use abilities::{Abilities, OutputMode, TokenLimit};
pub use client::Chat;
pub use environment::{Environment, System};
pub use error::ChatError;
pub use reply::{ChatReply, Finish, TokenLogProb};
pub use request::{ChatMessage, ChatRequest, ChatRole};
pub use settings::ChatSettings;
pub use usage::ChatUsage;
