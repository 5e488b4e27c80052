//! What can keep a call from being analysed at all.

use aftercall_engine::EngineError;

/// Why there is no analysis. A single metric that fails is no error: its answer says so.
#[derive(Debug, thiserror::Error)]
pub enum AnalystError {
    /// The engine gave up.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The context cannot hold the instructions and one window.
    #[error(
        "the context of {available} tokens is too small: the instructions take {instructions}; use at least {least}"
    )]
    ContextTooSmall {
        /// Tokens of the context.
        available: u32,
        /// Tokens of instructions and examples.
        instructions: u32,
        /// What would do.
        least: u32,
    },
}
