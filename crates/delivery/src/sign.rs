//! Signatures, by which a receiver knows that a delivery comes from here and is whole.
//!
//! A secret is a text (64 hex digits where this server makes it), and both signatures take the bytes of that text for their key.
//! Libraries for Standard Webhooks want the key in Base64: [`standard_form`] is what to give them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The Atoms API's `X-Signature`: HMAC-SHA256 of the body in lower-case hex digits.
#[must_use]
pub fn x_signature(secret: &str, body: &[u8]) -> String {
    use std::fmt::Write as _;
    hmac(secret, &[body])
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a text does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The `webhook-signature` of Standard Webhooks: for each secret `v1,` and the HMAC-SHA256 of `id`, `timestamp_s` (Unix time in
/// seconds) and body in Base64. While a secret is replaced there are two, and a receiver needs to know one of them.
#[must_use]
pub fn standard(secrets: &[&str], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let head = format!("{id}.{timestamp_s}.");
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let code = hmac(secret, &[head.as_bytes(), body]);
            format!("v1,{}", STANDARD.encode(code))
        })
        .collect();
    signatures.join(" ")
}

/// A secret as libraries for Standard Webhooks take it: `whsec_` and the Base64 of the text's bytes.
#[must_use]
pub fn standard_form(secret: &str) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

fn hmac(secret: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key may have any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
