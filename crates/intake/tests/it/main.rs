//! Payloads in, calls out.

#![expect(
    clippy::unwrap_used,
    reason = "the readers of files in these tests are functions of their own"
)]

mod fetched;
mod files;
mod golden;
mod hostile;
mod kept;
mod metrics;
mod order;
mod round_trip;
mod signatures;
mod vectors;
