//! The query of a URL as names and values. A name may stand more than once.

use std::borrow::Cow;

/// Names and values in their order, decoded.
///
/// # Errors
/// Something in it is no text that can be kept or looked for.
pub(crate) fn pairs(query: &str) -> Result<Vec<(String, String)>, Unreadable> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

/// The rule that a query breaks once it is decoded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("must be valid UTF-8")]
    NotUtf8,
    /// One database takes it for the end of the text, and the other refuses it.
    #[error("must be without the character U+0000")]
    Nul,
}

/// One name or value: `+` is a space, `%41` an `A`; a `%` without two digits stands for itself.
fn decoded(text: &str) -> Result<String, Unreadable> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |n: usize| bytes.get(n).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'+', _, _) => out.push(b' '),
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 2;
            }
            (byte, _, _) => out.push(byte),
        }
        at += 1;
    }
    if out.contains(&0) {
        return Err(Unreadable::Nul);
    }
    String::from_utf8(out).map_err(|_| Unreadable::NotUtf8)
}

/// A text for a query, with everything but letters, digits and `-_.~` encoded.
pub(crate) fn encoded(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let read = |query: &str| pairs(query).unwrap();
        let of = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read("a=b+c&a=%C3%A9&&d&e=f=g&h=100%&i=%zz"),
            [
                of("a", "b c"),
                of("a", "é"),
                of("d", ""),
                of("e", "f=g"),
                of("h", "100%"),
                of("i", "%zz")
            ]
        );
        assert_eq!(pairs("a=%ff"), Err(Unreadable::NotUtf8));
        assert_eq!(pairs("a=x%00"), Err(Unreadable::Nul));
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for text in ["plain", "a b&c=d%e+é", ""] {
            assert_eq!(decoded(&encoded(text)).unwrap(), text);
        }
    }
}
