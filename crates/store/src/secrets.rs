//! Secrets that callers show.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::Random;

/// Characters of a secret that are kept to tell keys apart by.
const PREFIX_CHARS: usize = 11;

/// A new secret: `sk_` and 64 hex digits, 256 random bits.
pub(crate) fn new_secret(random: &dyn Random) -> String {
    format!("sk_{}", new_token(random))
}

/// A token of a session: 64 hex digits, 256 random bits.
pub(crate) fn new_token(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.bytes(&mut bytes);
    hex(&bytes)
}

/// What of a secret may be shown.
pub(crate) fn prefix(secret: &str) -> String {
    secret.chars().take(PREFIX_CHARS).collect()
}

/// What is kept of a secret: its SHA-256, hex. A secret is 256 random bits, so no salt and no slow hash is needed.
pub(crate) fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
