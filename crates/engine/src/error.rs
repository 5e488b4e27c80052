//! What can go wrong, in words that say what to do.

use std::path::PathBuf;

/// Why the engine could not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The path names no file.
    #[error("model file `{0}` does not exist; `aftercall model list` shows what can be fetched")]
    NoSuchFile(PathBuf),
    /// The file is something else.
    #[error("`{0}` is not a GGUF file (it does not begin with the bytes GGUF)")]
    NotGguf(PathBuf),
    /// The file cannot be read.
    #[error("cannot read model file `{path}`")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// llama.cpp does not load it.
    #[error("the model's architecture `{architecture}` could not be loaded: {detail}")]
    Unsupported {
        /// `general.architecture` of the file.
        architecture: String,
        /// llama.cpp's last words on it.
        detail: String,
    },
    /// The processor cannot run this binary's kernels.
    #[error(
        "this binary was built for processors with {missing}, which this one lacks; build it on this machine with `make build`"
    )]
    Processor {
        /// Names of the missing instruction sets.
        missing: String,
    },
    /// Loading would not fit.
    #[error(
        "the model needs about {needed_mib} MiB of memory and {available_mib} MiB are free; use a smaller model or fewer context tokens"
    )]
    Memory {
        /// Weights, cache and work space.
        needed_mib: u64,
        /// Free memory.
        available_mib: u64,
    },
    /// The prompt is longer than the context.
    #[error(
        "the prompt takes {needed} tokens and the context holds {available}; raise the context tokens"
    )]
    ContextTooSmall {
        /// Tokens of the prompt and its answer.
        needed: u32,
        /// Tokens of the context.
        available: u32,
    },
    /// More context than the model was trained for.
    #[error("{asked} context tokens were asked for and the model was trained for {trained}")]
    ContextTooLarge {
        /// Configured.
        asked: u32,
        /// Of the model.
        trained: u32,
    },
    /// A grammar that llguidance refuses.
    #[error("the answer's grammar was refused: {0}")]
    Grammar(String),
    /// llama.cpp reported an error and lives.
    #[error("llama.cpp failed: {0}")]
    Native(String),
    /// The child ended or fell silent more often than allowed.
    #[error("the engine process ended {attempts} times in a row; its last words: {detail}")]
    Crashed {
        /// Children started for this request.
        attempts: u32,
        /// The last line of its log.
        detail: String,
    },
    /// The child could not be started at all.
    #[error("cannot start the engine process `{program}`")]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
