//! The real binary, as a person or a program starts it. Tests on a model are marked `ignored`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod analyze;
mod manual;
mod metrics;
mod model;
mod real;
mod samples;
mod server;
mod support;
