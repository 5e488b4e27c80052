//! Calls as other platforms send them: who sends is checked, what is sent is read, and what is read is joined with what is
//! known of the call. What is only a notice is kept, and the call fetched.

mod fetch;
mod purge;
mod receive;
mod refused;
mod secrets;

pub use fetch::{ATTEMPTS, Fetcher};
pub(crate) use purge::purge;
pub use receive::joined;
pub(crate) use receive::{NotTaken, Received, Sent, outcome_name, receive};
pub(crate) use refused::Refused;

pub use crate::api::read_call;
