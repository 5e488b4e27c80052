//! Ids as the Atoms API shows them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bytes of an id.
const BYTES: usize = 12;

/// An id: 12 bytes, written as 24 lower-case hexadecimal digits.
///
/// The first four bytes are the Unix seconds of its making, so that ids sort roughly by age; the rest is random.
///
/// ```
/// use aftercall_core::Id;
///
/// let id = Id::new(0x6925_0000, 0x0123_4567_89ab_cdef);
/// assert_eq!(id.to_string(), "692500000123456789abcdef");
/// assert_eq!("692500000123456789abcdef".parse(), Ok(id));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; BYTES]);

/// A text that is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 24 hexadecimal digits in lower case")]
pub struct ParseIdError;

impl Id {
    /// An id made at `unix_seconds`, with 64 random bits.
    #[must_use]
    pub fn new(unix_seconds: u32, random: u64) -> Self {
        let mut bytes = [0; BYTES];
        bytes[..4].copy_from_slice(&unix_seconds.to_be_bytes());
        bytes[4..].copy_from_slice(&random.to_be_bytes());
        Self(bytes)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

impl FromStr for Id {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let digits = text.as_bytes();
        if digits.len() != 2 * BYTES {
            return Err(ParseIdError);
        }
        let mut bytes = [0; BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn digit(character: u8) -> Result<u8, ParseIdError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        _ => Err(ParseIdError),
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for (seconds, random) in [(0, 0), (u32::MAX, u64::MAX), (1_763_000_000, 42)] {
            let id = Id::new(seconds, random);
            assert_eq!(id.to_string().len(), 24);
            assert_eq!(id.to_string().parse(), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(json, format!("\"{id}\""));
            assert_eq!(serde_json::from_str::<Id>(&json).unwrap(), id);
        }
    }

    #[test]
    fn later_ids_sort_later() {
        assert!(Id::new(1, u64::MAX) < Id::new(2, 0));
        assert!(Id::new(1, u64::MAX).to_string() < Id::new(2, 0).to_string());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "692500000123456789abcde",
            "692500000123456789abcdef0",
            "692500000123456789ABCDEF",
            "69250000012345678 abcdef",
            "+92500000123456789abcdef",
            "éééééééééééé",
        ] {
            assert_eq!(text.parse::<Id>(), Err(ParseIdError), "{text:?}");
        }
        assert!(serde_json::from_str::<Id>("12").is_err());
    }
}
