//! What can go wrong in sending.

use std::error::Error;
use std::io;

use crate::refused::Refused;
use crate::resolver::LeadsNowhere;

/// The client could not be set up, as the machine's certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("no way out could be set up: {0}")]
pub struct NoClient(pub(crate) String);

/// Why there is no answer. The text may be shown: it holds nothing of the request but its host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The address may not be sent to; nothing was.
    #[error("the address {0}")]
    Refused(#[from] Refused),
    /// The host's name has no address.
    #[error("the receiver's name leads to no address")]
    Resolve,
    /// No connection came about.
    #[error("no connection to the receiver: {0}")]
    Connect(String),
    /// The connection could not be secured.
    #[error("no secure connection to the receiver: {0}")]
    Tls(String),
    /// There was no answer in time; the receiver may have taken the request all the same.
    #[error("the receiver did not answer in time")]
    TimedOut,
    /// The connection ended before there was an answer, or what came is not HTTP. The receiver may have taken the request all
    /// the same.
    #[error("the connection ended without an answer that can be read")]
    Broken,
}

impl SendError {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        for cause in causes(error) {
            if let Some(refused) = cause.downcast_ref::<Refused>() {
                return Self::Refused(refused.clone());
            }
            if cause.is::<LeadsNowhere>() {
                return Self::Resolve;
            }
            if let Some(error) = cause.downcast_ref::<rustls::Error>() {
                return Self::Tls(error.to_string());
            }
        }
        if !error.is_connect() {
            return if error.is_timeout() {
                Self::TimedOut
            } else {
                Self::Broken
            };
        }
        if error.is_timeout() {
            return Self::Connect("it took too long".into());
        }
        let kind = causes(error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .last()
            .map(io::Error::kind);
        Self::Connect(kind.map_or_else(|| "it failed".into(), |kind| kind.to_string()))
    }
}

/// An error and what lies below it. I/O errors carry their cause where `source` does not show it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error = *error;
        let carried = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match carried {
            Some(carried) => Some(carried),
            None => error.source(),
        }
    })
}
