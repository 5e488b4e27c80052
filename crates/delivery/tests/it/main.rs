//! The way out: what is refused, and receivers that misbehave.

#![expect(
    clippy::unwrap_used,
    reason = "the receivers of these tests are functions of their own"
)]

mod addresses;
mod answers;
mod fetched;
mod found;
mod key_file;
mod receiver;
mod signatures;
