//! What a model endpoint can do, and why it may not.

use std::time::Duration;

use aftercall_analyst::{Analyst, RemoteAnalyst, RemoteError};
use aftercall_core::{Analysis, Call, Metric, Slot};
use aftercall_models::chat::ChatError;

/// Tokens that a free text may be long.
const GENERATED_TOKENS: u32 = 512;
/// How long an endpoint is left alone that does not say when it answers again, and at most.
const AWAY: Duration = Duration::from_secs(10);
const LONGEST_AWAY: Duration = Duration::from_secs(300);

/// Why there is no answer, in a sentence that holds nothing of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// This call could not be analysed; another may.
    Call(String),
    /// The endpoint does not answer: any other call would fare the same for that long.
    Endpoint {
        /// Why, in words that say what to do.
        reason: String,
        /// When to try again.
        wait: Duration,
    },
}

/// Turns a call into an analysis. One at a time; it lives in a thread of its own and may block.
pub trait Analyse: Send {
    /// Name of the model.
    fn model(&self) -> String;

    /// How often the model's process was replaced.
    fn restarts(&self) -> u64;

    /// Answers every metric from the call; with `think` the model thinks first, if it can.
    ///
    /// # Errors
    /// [`Trouble`].
    fn analyze(
        &mut self,
        call: &Call,
        metrics: &[Metric],
        think: bool,
    ) -> Result<Analysis, Trouble>;

    /// What the model says to a message.
    ///
    /// # Errors
    /// [`Trouble`].
    fn generate(&mut self, message: &str) -> Result<String, Trouble>;
}

impl Analyse for Analyst {
    fn model(&self) -> String {
        self.identity().name.clone()
    }

    fn restarts(&self) -> u64 {
        self.engine().restarts()
    }

    fn analyze(
        &mut self,
        call: &Call,
        metrics: &[Metric],
        think: bool,
    ) -> Result<Analysis, Trouble> {
        self.think(think);
        Self::analyze(self, call, metrics).map_err(|error| Trouble::Call(told(&error)))
    }

    fn generate(&mut self, message: &str) -> Result<String, Trouble> {
        Self::generate(self, message, GENERATED_TOKENS).map_err(|error| Trouble::Call(told(&error)))
    }
}

impl Analyse for RemoteAnalyst {
    fn model(&self) -> String {
        self.chat().model().to_owned()
    }

    fn restarts(&self) -> u64 {
        0
    }

    fn analyze(&mut self, call: &Call, metrics: &[Metric], _: bool) -> Result<Analysis, Trouble> {
        Self::analyze(self, call, metrics).map_err(|error| trouble(self, &error))
    }

    fn generate(&mut self, message: &str) -> Result<String, Trouble> {
        Self::generate(self, message, GENERATED_TOKENS).map_err(|error| trouble(self, &error))
    }
}

/// Whose trouble an error is. What looks like the endpoint's may be this call's: a filter before the server that forbids it,
/// or a server that ends over it. So the endpoint is asked something else; if it answers, the call has lost an attempt.
fn trouble(analyst: &RemoteAnalyst, error: &RemoteError) -> Trouble {
    let RemoteError::Chat(chat) = error else {
        return Trouble::Call(told(error));
    };
    let of_endpoint = match chat {
        ChatError::Settings(_) | ChatError::RateLimited { .. } | ChatError::Paused { .. } => true,
        ChatError::Unreachable(_)
        | ChatError::Tls(_)
        | ChatError::Key
        | ChatError::UnknownModel
        | ChatError::Rejected { status: 402, .. }
        | ChatError::Server { status: 502..=504 } => !analyst.is_alive(),
        _ => false,
    };
    if of_endpoint {
        return Trouble::Endpoint {
            reason: told(error),
            wait: chat.wait().unwrap_or(AWAY).min(LONGEST_AWAY),
        };
    }
    match chat {
        // What the server says of a request may quote it.
        ChatError::Rejected { status, .. } => Trouble::Call(format!(
            "the endpoint refused the request with status {status}; `aftercall model test` shows its words"
        )),
        _ => Trouble::Call(told(error)),
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
    /// No endpoint is set up for the slot of this name.
    #[error("{}", not_configured(.0))]
    NotConfigured(String),
    /// A slot or a metric names an endpoint that is not set up in this process.
    #[error("the endpoint `{0}` is not set up on this server")]
    NoEndpoint(String),
    /// The endpoint has no model, or does not answer.
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

/// What an operator has to set for a slot.
fn not_configured(slot: &str) -> String {
    match Slot::from_name(slot) {
        Some(Slot::Agent(model)) => format!(
            "no endpoint is configured for the agent's own model, slmModel `{model}`: set slots.agent.\"{model}\" or slots.agent_default"
        ),
        _ => format!("the model slot `{slot}` is not configured on this server: set slots.{slot}"),
    }
}
