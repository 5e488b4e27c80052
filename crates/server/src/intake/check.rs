//! Whether a payload comes from whom it says.

use aftercall_intake::{Incoming, SignatureProblem, Source, same_secret};
use jiff::Timestamp;

/// Why a payload is not taken. The sender is told no more than that; the counters and the log know which.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The agent takes no calls from the source.
    #[error("the source is not set up for the agent")]
    NotSetUp,
    /// The address has no secret, or a wrong one.
    #[error("the secret in the address is missing or wrong")]
    Path,
    /// The signature does not hold.
    #[error(transparent)]
    Signature(#[from] SignatureProblem),
}

impl Refused {
    /// A word for counters.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::NotSetUp => "not_set_up",
            Self::Path => "wrong_secret",
            Self::Signature(problem) => match problem.name() {
                "missing" => "no_signature",
                "late" => "late_signature",
                _ => "wrong_signature",
            },
        }
    }
}

/// Secrets that count now.
pub(super) struct Secrets {
    /// What the platform signs with.
    pub(super) signing: Vec<String>,
    /// What stands in the address.
    pub(super) path: Vec<String>,
}

/// Checks a payload that came by an address with that secret. Where a signing secret is set every payload has to be signed, and
/// an address with a secret has to have the right one; else the address has to have it, or a bearer token that is the same.
///
/// # Errors
/// Why it is not taken.
pub(super) fn check(
    source: &dyn Source,
    incoming: &Incoming<'_>,
    by_path: Option<&str>,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<(), Refused> {
    let path: Vec<&str> = secrets.path.iter().map(String::as_str).collect();
    let path_fits = by_path.is_some_and(|sent| same_secret(sent, &path));
    if secrets.signing.is_empty() {
        let by_header = bearer(incoming).is_some_and(|sent| same_secret(sent, &path));
        let fits = path_fits || (by_path.is_none() && by_header);
        return if fits { Ok(()) } else { Err(Refused::Path) };
    }
    if by_path.is_some() && !path_fits {
        return Err(Refused::Path);
    }
    let signing: Vec<&str> = secrets.signing.iter().map(String::as_str).collect();
    source.signature().verify(incoming, &signing, now)?;
    Ok(())
}

/// The token of `Authorization: Bearer TOKEN`.
fn bearer<'a>(incoming: &Incoming<'a>) -> Option<&'a str> {
    let (scheme, token) = incoming.headers.get("authorization")?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use aftercall_intake::{Headers, by_name};

    use super::*;

    #[test]
    fn a_signature_or_a_secret_is_needed() {
        let source = by_name("vapi").unwrap();
        let now: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
        let url = "https://calls.example.com/v1/intake/vapi/a";
        let body = b"{}";
        let signed = source.signature().sign(url, body, "signing", now);
        let signed: Headers = signed.headers.into_iter().collect();
        let none = Headers::default();
        let secrets = |signing: &[&str], path: &[&str]| Secrets {
            signing: signing.iter().map(|one| (*one).to_owned()).collect(),
            path: path.iter().map(|one| (*one).to_owned()).collect(),
        };
        let ask = |headers, by_path, secrets| {
            let incoming = Incoming { url, headers, body };
            check(source, &incoming, by_path, &secrets, now)
        };
        assert_eq!(
            ask(&none, Some("path"), secrets(&[], &["old", "path"])),
            Ok(())
        );
        assert_eq!(ask(&signed, None, secrets(&["signing"], &["path"])), Ok(()));
        assert_eq!(
            ask(&signed, Some("path"), secrets(&["signing"], &["path"])),
            Ok(())
        );
        let token = Headers::from_iter([("authorization", "Bearer path")]);
        assert_eq!(ask(&token, None, secrets(&[], &["path"])), Ok(()));
        for (headers, by_path, given) in [
            (&token, Some("wrong"), secrets(&[], &["path"])),
            (&token, None, secrets(&["signing"], &["path"])),
            (&token, None, secrets(&[], &["other"])),
            (&signed, Some("wrong"), secrets(&["signing"], &["path"])),
            (&none, None, secrets(&[], &["path"])),
            (&none, Some(""), secrets(&[], &[""])),
            (&none, None, secrets(&[], &[])),
            // That of the address does not stand for a signature.
            (&none, Some("path"), secrets(&["signing"], &["path"])),
            (&signed, None, secrets(&["other"], &["path"])),
        ] {
            assert!(ask(headers, by_path, given).is_err());
        }
    }
}
