//! The only way out to addresses that users gave.
//!
//! [`Policy`] says where may be sent to, and is asked when an address is saved; [`Client`] asks it again for every address that
//! a name leads to, and connects to no other. Beside them lies what a delivery needs: signatures ([`sign`]), the times of
//! further attempts ([`schedule`]), a user's own headers ([`headers`]), and secrets at rest ([`seal`]).

mod base;
mod client;
mod error;
pub mod headers;
mod networks;
mod policy;
mod refused;
mod resolver;
pub mod schedule;
pub mod seal;
pub mod sign;

pub use base::Base;
pub use client::{Client, Incoming, MAX_BODY, Outgoing, Wanted};
pub use error::{NoClient, SendError};
pub use ipnet::IpNet;
pub use policy::Policy;
pub use refused::Refused;

pub use resolver::{Resolver, Resolving, SystemResolver};
pub use url::Url;
