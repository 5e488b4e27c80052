//! Calls as other platforms send them: who sends is checked, what is sent is read, and what is read is joined with what is
//! known of the call.

mod check;
mod purge;
mod receive;
mod secrets;

pub(crate) use check::Refused;
pub(crate) use purge::purge;
pub use receive::joined;
pub(crate) use receive::{NotTaken, Received, Sent, receive};

pub use crate::api::read_call;
