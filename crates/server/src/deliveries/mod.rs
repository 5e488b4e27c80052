//! Results leave by webhook: deliveries that are due are taken, made, signed and sent, and what came of it is stored.
//!
//! One loop a process does it ([`Courier`]). Deliveries are written by the store, in the commit of what they report; `payload`
//! makes what is sent of them, `sealed` opens the receiver's secrets, `outcome` says what becomes of an attempt.

mod courier;
mod outcome;
mod payload;
mod sealed;
mod settings;

pub use courier::Courier;
pub use sealed::{Sealed, SealedError};
pub use settings::DeliverySettings;

pub(crate) use payload::body;
