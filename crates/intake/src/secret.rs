//! Secrets are compared in a time that does not depend on what is sent.

use subtle::{Choice, ConstantTimeEq as _};

/// Whether what was sent is one of the secrets (there are several while one is replaced). Every one is compared, whichever fits; an
/// empty secret fits nothing.
#[must_use]
pub fn same_secret(sent: &str, secrets: &[&str]) -> bool {
    let mut fits = Choice::from(0);
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        fits |= sent.as_bytes().ct_eq(secret.as_bytes());
    }
    fits.into()
}

/// Whether one of the codes is the one that was sent.
pub(crate) fn any_is(codes: impl IntoIterator<Item = Vec<u8>>, sent: &[u8]) -> bool {
    let mut fits = Choice::from(0);
    for code in codes {
        fits |= code.as_slice().ct_eq(sent);
    }
    fits.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_secrets_is_enough() {
        assert!(same_secret("b", &["a", "b"]));
        assert!(!same_secret("c", &["a", "b"]));
        assert!(!same_secret("", &["", "a"]));
        assert!(!same_secret("a", &[]));
    }
}
