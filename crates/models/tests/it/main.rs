//! The model store and the chat client as their users see them: a hub and a scripted model server on this machine, the
//! real pip on wheels made here.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod chat;
mod hub;
mod real;
mod store;
mod support;
mod together;
mod wheels;
