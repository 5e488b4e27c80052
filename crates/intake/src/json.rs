//! A body to a JSON value of bounded size.
//!
//! A short text can hold many values: `[0,0,0…` takes forty times its length in memory. So values are counted as they are read.

use std::cell::Cell;
use std::fmt;

use aftercall_core::Problem;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use crate::MAX_PAYLOAD_BYTES;

/// Values of one payload, those within lists and objects included.
pub(crate) const MAX_VALUES: usize = 1_000_000;

/// Lists and objects in one another. What is left of a payload is kept as JSON some levels further down, and has to be read again by
/// serde_json, whose limit is 128.
const MAX_DEPTH: usize = 96;

/// Reads a body as JSON.
pub(crate) fn parse(body: &[u8]) -> Result<Json, Vec<Problem>> {
    parse_up_to(body, MAX_VALUES)
}

fn parse_up_to(body: &[u8], max_values: usize) -> Result<Json, Vec<Problem>> {
    check_size(body)?;
    let left = Cell::new(max_values);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let seed = Counted {
        left: &left,
        depth: 0,
    };
    seed.deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| refused(body, &format!("must be valid JSON: {error}")))
}

/// Refuses a body that is too long.
pub(crate) fn check_size(body: &[u8]) -> Result<(), Vec<Problem>> {
    if body.len() <= MAX_PAYLOAD_BYTES {
        return Ok(());
    }
    let rule = format!("must be at most {MAX_PAYLOAD_BYTES} bytes long");
    Err(vec![Problem::told(
        "body",
        format!("{} bytes", body.len()),
        rule,
    )])
}

/// A body as text.
pub(crate) fn text(body: &[u8]) -> Result<&str, Vec<Problem>> {
    check_size(body)?;
    std::str::from_utf8(body)
        .map(|text| text.trim_start_matches('\u{feff}'))
        .map_err(|error| refused(body, &format!("must be valid UTF-8: {error}")))
}

fn refused(body: &[u8], rule: &str) -> Vec<Problem> {
    let found = format!("{} bytes", body.len());
    vec![Problem::told("body", found, rule)]
}

/// Reads one value, and takes it from what is left.
struct Counted<'a> {
    left: &'a Cell<usize>,
    depth: usize,
}

impl Counted<'_> {
    /// For a value within this one.
    fn within<E: serde::de::Error>(&self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom("lists and objects stand too deep in one another"));
        }
        Ok(Counted {
            left: self.left,
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.left.get().checked_sub(1);
        let left = left.ok_or_else(|| D::Error::custom("it holds too many values"))?;
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.within()?)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self.within()?)?;
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!(
                    "the key {key:?} stands twice in an object"
                )));
            }
            object.insert(key, value);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_json_is_read_as_it_is() {
        let value = json!({"a": [1, -2, 3.5, "x", true, null, {"b": {}}], "c": u64::MAX});
        assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value);
    }

    #[test]
    fn what_is_too_much_is_refused() {
        assert!(parse_up_to(b"[1,2,3]", 4).is_ok());
        assert!(parse_up_to(b"[1,2,3]", 3).is_err());
        assert!(parse(&b"[".repeat(100_000)).is_err());
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(deep(MAX_DEPTH + 2).as_bytes()).is_err());
        assert!(parse(b"{\"a\":1,\"a\":2}").is_err());
        assert!(parse(b"{} {}").is_err());
        assert!(parse(b"").is_err());
        assert!(parse(b"\xff").is_err());
        assert_eq!(
            check_size(&vec![b' '; MAX_PAYLOAD_BYTES + 1]).unwrap_err()[0].field,
            "body"
        );
    }
}
