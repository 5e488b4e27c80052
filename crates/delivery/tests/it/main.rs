//! The way out: what is refused, and receivers that misbehave.

mod addresses;
mod answers;
mod found;
mod key_file;
mod receiver;
mod signatures;
