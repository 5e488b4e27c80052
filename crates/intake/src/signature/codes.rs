//! HMACs, and what is common to checking them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::SignatureProblem;
use crate::Incoming;
use crate::secret::any_is;

/// The hash below an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

/// The code of the parts, one after the other.
pub(crate) fn code(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => of::<Hmac<Sha1>>(key, parts),
        Hash::Sha256 => of::<Hmac<Sha256>>(key, parts),
        Hash::Sha512 => of::<Hmac<Sha512>>(key, parts),
    }
}

fn of<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("a key may have any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// The value of a header.
pub(crate) fn header<'a>(
    incoming: &Incoming<'a>,
    name: &'static str,
) -> Result<&'a str, SignatureProblem> {
    let value = incoming.headers.get(name).filter(|value| !value.is_empty());
    value.ok_or(SignatureProblem::Missing { header: name })
}

/// Secrets that can be compared with.
pub(crate) fn usable<'a>(secrets: &[&'a str]) -> Result<Vec<&'a str>, SignatureProblem> {
    let usable: Vec<&str> = secrets
        .iter()
        .copied()
        .filter(|secret| !secret.is_empty())
        .collect();
    if usable.is_empty() {
        return Err(SignatureProblem::NoSecret);
    }
    Ok(usable)
}

/// Whether one of the signatures is that of the parts under one of the secrets.
pub(crate) fn check(
    name: &'static str,
    hash: Hash,
    secrets: &[&str],
    parts: &[&[u8]],
    sent: &[Vec<u8>],
) -> Result<(), SignatureProblem> {
    let codes: Vec<Vec<u8>> = usable(secrets)?
        .iter()
        .map(|secret| code(hash, secret.as_bytes(), parts))
        .collect();
    let mut fits = false;
    for sent in sent {
        fits |= any_is(codes.iter().cloned(), sent);
    }
    fits.then_some(())
        .ok_or(SignatureProblem::Wrong { header: name })
}

/// Whether a signature of that Unix time still holds.
pub(crate) fn in_window(
    name: &'static str,
    made_s: i64,
    window: u32,
    now: Timestamp,
) -> Result<(), SignatureProblem> {
    let age = now.as_second().saturating_sub(made_s);
    if age.unsigned_abs() <= u64::from(window) {
        return Ok(());
    }
    Err(SignatureProblem::Late {
        header: name,
        age,
        window,
    })
}

/// Unix time in whole seconds or milliseconds, told apart by size, as seconds.
pub(crate) fn unix(text: &str) -> Option<i64> {
    let number: i64 = text.trim().parse().ok()?;
    Some(if number.unsigned_abs() < 100_000_000_000 {
        number
    } else {
        number / 1000
    })
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Hexadecimal digits in either case.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().as_bytes();
    // No hash is longer.
    if digits.is_empty() || !digits.len().is_multiple_of(2) || digits.len() > 128 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok())
        .collect()
}

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.is_empty() || text.len() > 256 {
        return None;
    }
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_back() {
        assert_eq!(from_hex("00fFa1"), Some(vec![0, 255, 161]));
        assert_eq!(to_hex(&[0, 255, 161]), "00ffa1");
        for text in ["", "0", "0g", "é0", "+1"] {
            assert_eq!(from_hex(text), None, "{text}");
        }
    }

    #[test]
    fn unix_times() {
        assert_eq!(unix("1772366400"), Some(1_772_366_400));
        assert_eq!(unix("1772366400123"), Some(1_772_366_400));
        for text in ["", "1.5", "99999999999999999999", "now"] {
            assert_eq!(unix(text), None, "{text}");
        }
    }
}
