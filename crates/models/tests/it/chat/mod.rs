//! The chat client against a server that follows a script, on a clock that only moves when told.

mod abilities;
mod answers;
mod breaker;
mod failures;
mod fake;
mod secrets;
mod settings;
