//! Calls that a platform only tells of are fetched: notices that are due are taken, what they name is asked for with the operator's key,
//! and what comes back is stored as a payload is.
//!
//! One loop a process does it ([`Fetcher`]); `platform` asks, `outcome` says what becomes of an attempt.

mod fetcher;
mod outcome;
mod platform;

pub use fetcher::Fetcher;
pub use outcome::ATTEMPTS;
