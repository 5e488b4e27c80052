//! The server: the Atoms API, our own API, and the workers that analyse what comes in.

mod api;
mod app;
mod atoms;
mod auth;
mod body;
mod dashboard;
pub mod deliveries;
pub mod exports;
mod health;
pub mod intake;
mod key_cache;
mod observe;
mod query;
mod rate;
mod refusal;
mod request_id;
mod router;
mod serve;
mod session;
pub mod settings;
pub mod telemetry;
mod text;
mod waves;
pub mod worker;

pub use api::openapi;
pub use app::App;
pub use router::router;
pub use serve::{serve, serve_health};
pub use settings::Settings;
