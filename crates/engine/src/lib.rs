//! llama.cpp in a child process of the same program.
//!
//! A crash in native code costs one request's time and nothing else: the parent starts another child, has it read the prompt
//! again and repeats the request. The child keeps the prompt in its cache; questions branch off it as parallel sequences.
//! Closed questions are scored and not written; open ones are written together, each under its own grammar.

mod child;
mod child_process;
mod config;
mod engine;
mod error;
mod machine;
mod protocol;
mod template;

pub use child::run_child;
pub use config::{DEFAULT_CONTEXT_TOKENS, EngineConfig};
pub use engine::Engine;
pub use error::EngineError;
pub use machine::check_processor;
pub use protocol::{Closed, Cost, Grammar, ModelInfo, Open, Scores, Segment, Written};
pub use template::{ChatTemplate, Speaker};
