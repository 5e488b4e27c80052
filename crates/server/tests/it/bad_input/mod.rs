//! Input that must not be taken: of every family of routes, with the status, the field that is named, and nothing changed.

mod agents;
mod analytics;
mod api;
mod branches;
mod conversations;
mod scene;
mod webhooks;
