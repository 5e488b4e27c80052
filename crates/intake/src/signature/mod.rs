//! Whether a request is its platform's.

mod body;
mod codes;
mod retell;
mod stamped;
mod standard;
mod synthflow;
mod twilio;
mod ultravox;
mod vapi;

use jiff::Timestamp;

use crate::Incoming;

pub(crate) use body::OfBody;
pub(crate) use retell::Retell;
pub(crate) use stamped::Stamped;
pub(crate) use standard::Standard;
pub(crate) use synthflow::Synthflow;
pub(crate) use twilio::Twilio;
pub(crate) use ultravox::Ultravox;
pub(crate) use vapi::Vapi;

/// A platform's way of signing.
pub trait Signature: Sync {
    /// The header that the signature stands in, in lower case.
    fn header(&self) -> &'static str;

    /// Whether a request has one, right or wrong.
    fn is_in(&self, incoming: &Incoming<'_>) -> bool {
        incoming.headers.get(self.header()).is_some()
    }

    /// Seconds that a signature holds, from when it was made and towards the future; `None` where it says no time, so that a
    /// request can be sent again at any time (which stores nothing twice, as calls keep their ids).
    fn window(&self) -> Option<u32>;

    /// Checks a request against secrets, of which there are several while one is replaced. Compared in constant time.
    ///
    /// # Errors
    /// Why the request is not taken.
    fn verify(
        &self,
        incoming: &Incoming<'_>,
        secrets: &[&str],
        now: Timestamp,
    ) -> Result<(), SignatureProblem>;

    /// What the platform would send along with that body.
    fn sign(&self, url: &str, body: &[u8], secret: &str, now: Timestamp) -> Signed;
}

/// What a signature adds to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The address; Twilio adds to it.
    pub url: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
}

impl Signed {
    fn header(url: &str, name: &str, value: String) -> Self {
        Self {
            url: url.to_owned(),
            headers: vec![(name.to_owned(), value)],
        }
    }
}

/// Why a request is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    /// There is nothing to check.
    #[error("{header}: is required")]
    Missing {
        /// The header, or another place of the request.
        header: &'static str,
    },
    /// It is not written as a signature is.
    #[error("{header}: {rule}")]
    Malformed {
        /// The header, or another place of the request.
        header: &'static str,
        /// How it should be.
        rule: &'static str,
    },
    /// It was made with another secret or for another body.
    #[error("{header}: does not match the body and the secret")]
    Wrong {
        /// The header.
        header: &'static str,
    },
    /// It is of another time.
    #[error("{header}: was made {seconds} seconds {when}, and holds for {window}", seconds = .age.unsigned_abs(), when = if *.age < 0 { "ahead of now" } else { "ago" })]
    Late {
        /// The header.
        header: &'static str,
        /// Seconds since it was made; negative where it is of the future.
        age: i64,
        /// Seconds that it holds.
        window: u32,
    },
    /// No secret is set, so nothing can be checked.
    #[error("no secret is set for this source")]
    NoSecret,
}

impl SignatureProblem {
    /// A word for counters: `missing`, `malformed`, `wrong`, `late` or `no_secret`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Malformed { .. } => "malformed",
            Self::Wrong { .. } => "wrong",
            Self::Late { .. } => "late",
            Self::NoSecret => "no_secret",
        }
    }
}
