//! Whether a request may bring calls.

use jiff::Timestamp;

use crate::secret::same_secret;
use crate::{Incoming, SignatureProblem, Source};

/// The secrets of a source that count now, several of a kind while one is replaced.
#[derive(Clone, Default)]
pub struct Secrets {
    /// What the platform signs with. Where there is one, every request has to be signed.
    pub signing: Vec<String>,
    /// What stands in the address, or comes as a bearer token.
    pub address: Vec<String>,
}

/// Why nothing shows who sent a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// The secret in the address, or the bearer token in its place, is missing or wrong.
    #[error("the secret in the address is missing or wrong")]
    Secret,
    /// The signature does not hold.
    #[error(transparent)]
    Signature(#[from] SignatureProblem),
}

/// Checks a request that came by an address with that secret. Where a signing secret is set, the signature has to be right, and so
/// has the secret in the address, if there is one; that alone, or a bearer token, does not stand for a signature. Where none is
/// set, the address has to have the right secret, or, having none, the request a bearer token that is the secret.
///
/// # Errors
/// Why the request is not taken.
pub fn authenticate(
    source: &dyn Source,
    incoming: &Incoming<'_>,
    secret_in_address: Option<&str>,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<(), Unauthenticated> {
    let address: Vec<&str> = secrets.address.iter().map(String::as_str).collect();
    if secrets.signing.is_empty() {
        let sent = secret_in_address.or_else(|| bearer(incoming));
        let fits = sent.is_some_and(|sent| same_secret(sent, &address));
        return if fits {
            Ok(())
        } else {
            Err(Unauthenticated::Secret)
        };
    }
    if secret_in_address.is_some_and(|sent| !same_secret(sent, &address)) {
        return Err(Unauthenticated::Secret);
    }
    let signing: Vec<&str> = secrets.signing.iter().map(String::as_str).collect();
    source.signature().verify(incoming, &signing, now)?;
    Ok(())
}

/// The token of `Authorization: Bearer TOKEN`.
pub(crate) fn bearer<'a>(incoming: &Incoming<'a>) -> Option<&'a str> {
    let (scheme, token) = incoming.headers.get("authorization")?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
