//! Payloads of other voice platforms → calls. One small file a source, no I/O, no clock of its own.
//!
//! A [`Source`] checks whether a payload is its platform's ([`Signature`]), and reads it: the [`Outcome`] is a call, an event that
//! is not the end of one, or a notice of where to fetch the call. It also renders a call as its platform would send it, for
//! set-up tests. What a payload says and a call has no place for is kept in its `variables`, under the source's name.

mod analysis;
mod authenticate;
mod dialogue;
mod draft;
mod hints;
mod incoming;
mod json;
mod merge;
mod metrics;
mod object;
mod outcome;
mod rest;
mod samples;
mod secret;
mod signature;
mod sources;
mod speakers;
mod times;
mod tools;
mod words;

pub use authenticate::{Secrets, Unauthenticated, authenticate};
pub use incoming::{Headers, Incoming};
pub use merge::{Kept, merge};
pub use metrics::{Imported, LeftOver, PLATFORMS, import_metrics};
pub use outcome::{Access, Fetch, Fetched, Notice, Outcome, Taken};
pub use samples::{Sample, signed_request};
pub use secret::same_secret;
pub use signature::{Signature, SignatureProblem, Signed};
pub use sources::{Source, all, by_name};

/// Bytes of one payload.
pub const MAX_PAYLOAD_BYTES: usize = aftercall_core::MAX_CALL_BYTES;
