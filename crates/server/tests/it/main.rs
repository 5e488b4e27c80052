//! The server from outside: each test starts one on a free port and speaks HTTP to it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod agents;
mod analyses;
mod analytics;
mod bad_input;
mod branches;
mod calls;
mod connections;
mod conversations;
mod deliveries;
mod editor;
mod endpoints;
mod exports;
mod fetched;
mod intake;
mod keys;
mod openapi;
mod pages;
mod platform;
mod receiver;
mod scheduled_exports;
mod scripted;
mod service;
mod sessions;
mod statistics;
mod stream;
mod support;
mod telemetry;
mod versions;
mod waves;
mod workers;
