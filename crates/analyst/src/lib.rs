//! A call and its metrics to answers: questions, constraints, dates, evidence, confidence.
//!
//! The transcript is read once; every metric branches off it. Closed answers are weighed and not written, so they are always
//! one of the allowed ones, and what the model leans to is taken out by [`Calibration`]. What the model writes is checked:
//! numbers and quotes against the transcript, dates by the calendar.

mod analyst;
mod blank;
mod calibration;
mod constants;
mod decide;
mod error;
pub mod evidence;
mod fit;
mod generate;
mod guard;
mod heard;
mod merge;
mod moment;
mod numbers;
mod orders;
mod prompt;
mod question;
mod remote;
mod transcript;
mod window;

pub use analyst::{
    Analyst, ModelIdentity, Reasons, Settings, THINKING_TOKENS, unasked, without_transcript,
};
pub use calibration::{
    Calibration, CalibrationError, Constants, Lean, Line, SaysLean, Weights, fingerprint,
};
pub use error::AnalystError;
pub use fit::{FitReport, LEAST_CALLS, LEAST_CORRECTIONS, fit_leans};
pub use prompt::REVISION as PROMPT_REVISION;
pub use remote::{
    Prices, REVISION as REMOTE_PROMPT_REVISION, RemoteAnalyst, RemoteError, RemoteSettings,
};
