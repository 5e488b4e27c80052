//! What a model slot can do, and why it may not.

use aftercall_analyst::Analyst;
use aftercall_core::{Analysis, Call, Metric};

/// Tokens that a free text may be long.
const GENERATED_TOKENS: u32 = 512;

/// Turns a call into an analysis. One at a time; it lives in a thread of its own and may block.
pub trait Analyse: Send {
    /// Name of the model.
    fn model(&self) -> String;

    /// How often the model's process was replaced.
    fn restarts(&self) -> u64;

    /// Answers every metric from the call.
    ///
    /// # Errors
    /// Why there is no analysis, in a sentence that holds nothing of the call.
    fn analyze(&mut self, call: &Call, metrics: &[Metric]) -> Result<Analysis, String>;

    /// What the model says to a message.
    ///
    /// # Errors
    /// Why it says nothing, in a sentence that holds nothing of the message.
    fn generate(&mut self, message: &str) -> Result<String, String>;
}

impl Analyse for Analyst {
    fn model(&self) -> String {
        self.identity().name.clone()
    }

    fn restarts(&self) -> u64 {
        self.engine().restarts()
    }

    fn analyze(&mut self, call: &Call, metrics: &[Metric]) -> Result<Analysis, String> {
        Self::analyze(self, call, metrics).map_err(|error| told(&error))
    }

    fn generate(&mut self, message: &str) -> Result<String, String> {
        Self::generate(self, message, GENERATED_TOKENS).map_err(|error| told(&error))
    }
}

/// An error and its causes in one line.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Why a slot has no model yet, in words that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotReady(pub String);

/// Makes the analyst of a slot. It is called in the slot's own thread, and again from time to time while it fails, so
/// that a model which is fetched later is found without a restart.
pub type Maker = Box<dyn Fn() -> Result<Box<dyn Analyse>, NotReady> + Send>;

/// Why there is no analysis.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnalyseError {
    /// The slot is set up nowhere in this process.
    #[error("the model slot `{0}` is not configured on this server")]
    NotConfigured(String),
    /// The slot has no model.
    #[error("the model is not ready: {0}")]
    NotReady(String),
    /// Too many requests wait already.
    #[error("{0} requests wait for the model already")]
    Busy(usize),
    /// It was not there in so many seconds, the wait in line included.
    #[error("there was no answer within {0} s")]
    Late(u64),
    /// The model could not do it.
    #[error("{0}")]
    Failed(String),
    /// The program ends.
    #[error("the server is stopping")]
    Stopped,
}
