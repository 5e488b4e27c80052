//! The model store as its users see it: a hub on this machine, the real pip on wheels made here.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod hub;
mod real;
mod store;
mod support;
mod together;
mod wheels;
