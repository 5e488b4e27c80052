//! Whether a request may bring calls.

use jiff::Timestamp;

use crate::secret::same_secret;
use crate::{Incoming, SignatureProblem, Source};

/// What is named where the secret of an address, or of a header, is missing or wrong.
const SECRET: &str = "secret";

/// Checks a request by everything that it brings: the signature, the secret in its address, or a bearer token that is the secret. What is
/// there has to be right, and something has to be there; a signature where `must_be_signed`.
///
/// The secrets are those of the agent's source, several while one is replaced.
///
/// # Errors
/// Why the request is not taken.
pub fn authenticate(
    source: &dyn Source,
    incoming: &Incoming<'_>,
    secret_in_address: Option<&str>,
    secrets: &[&str],
    must_be_signed: bool,
    now: Timestamp,
) -> Result<(), SignatureProblem> {
    if let Some(sent) = secret_in_address {
        check_plain(sent, secrets)?;
    }
    if must_be_signed || source.signature().is_in(incoming) {
        return source.signature().verify(incoming, secrets, now);
    }
    if let Some(sent) = bearer(incoming) {
        return check_plain(sent, secrets);
    }
    if secret_in_address.is_some() {
        return Ok(());
    }
    Err(SignatureProblem::Missing {
        header: source.signature().header(),
    })
}

fn check_plain(sent: &str, secrets: &[&str]) -> Result<(), SignatureProblem> {
    if secrets.iter().all(|secret| secret.is_empty()) {
        return Err(SignatureProblem::NoSecret);
    }
    same_secret(sent, secrets)
        .then_some(())
        .ok_or(SignatureProblem::Wrong { header: SECRET })
}

/// The token of `Authorization: Bearer TOKEN`.
pub(crate) fn bearer<'a>(incoming: &Incoming<'a>) -> Option<&'a str> {
    let (scheme, token) = incoming.headers.get("authorization")?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
