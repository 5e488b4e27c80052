//! Webhooks: where results go, what of them, and the secrets that sign them.

mod body;
mod routes;
mod secrets;
mod view;

pub(crate) use body::{shown, told};
pub(crate) use routes::*;
pub(crate) use secrets::*;
