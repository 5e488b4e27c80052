//! Texts for people and programs: instants, and JSON types by name.

use jiff::Timestamp;
use serde_json::Value as Json;

/// ISO 8601 in UTC with milliseconds and `Z`, as both APIs write instants.
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The type of a JSON value, as the compatible API names it in its errors.
pub(crate) fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_three_digits_after_the_second() {
        let at: Timestamp = "2026-03-01T09:00:00.0126+01:00".parse().unwrap();
        assert_eq!(instant(at), "2026-03-01T08:00:00.012Z");
    }
}
