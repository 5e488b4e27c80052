//! What to load and how.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Tokens of context when nothing else is said, or what the model was trained for if that is less: about half an hour of talk
/// in one piece, small in memory. Longer calls are read in windows.
pub const DEFAULT_CONTEXT_TOKENS: u32 = 8192;

/// How to run a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineConfig {
    /// A GGUF file.
    pub model: PathBuf,
    /// Tokens of context, shared by a call's prompt and its questions; `None` for [`DEFAULT_CONTEXT_TOKENS`].
    pub context_tokens: Option<u32>,
    /// Processor threads.
    pub threads: u32,
    /// Layers put on a GPU, where the binary was built for one; all by default.
    pub gpu_layers: u32,
    /// Silence after which the child counts as hung. A batch of 512 tokens takes a few seconds on a slow machine.
    pub silence: Duration,
    /// How often one request is tried again on a fresh child.
    pub retries: u32,
    /// Whether free memory is compared with the need before loading.
    pub check_memory: bool,
}

impl EngineConfig {
    /// Sane defaults for this machine.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        Self {
            model: model.into(),
            context_tokens: None,
            threads: default_threads(),
            gpu_layers: u32::MAX,
            silence: Duration::from_secs(120),
            retries: 3,
            check_memory: true,
        }
    }
}

/// All processors that this process may use, at most 16: more gain nothing where memory is the limit.
fn default_threads() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores.min(16)).unwrap_or(1)
}
