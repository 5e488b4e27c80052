//! What a payload has left when a call was read from it: kept in the call's `variables`, under the source's name.
//!
//! Nothing goes without being named. What is only detail of the transcript, and what is too large, is left out and stands in
//! `leftOut`: how much of it there was, by its path.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// Bytes of what is kept, as compact JSON: half of what variables may have.
pub(crate) const MAX_REST_BYTES: usize = aftercall_core::MAX_VARIABLES_BYTES / 2;
/// Objects in one another that are thinned out; below that they are one thing.
const MAX_THINNED: usize = 6;
/// Paths that `leftOut` names; the others are counted.
const MAX_NAMED: usize = 50;

/// Whether a value says nothing.
pub(crate) fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(list) => list.is_empty(),
        Json::Object(fields) => fields.values().all(is_nothing),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// What is kept of the fields that are left.
pub(crate) fn kept(
    mut fields: Map<String, Json>,
    mut left_out: BTreeMap<String, usize>,
) -> Map<String, Json> {
    prune(&mut fields);
    shrink(&mut fields, "", MAX_REST_BYTES, &mut left_out);
    if !left_out.is_empty() {
        let more = left_out.len().saturating_sub(MAX_NAMED);
        let mut named: Map<String, Json> = left_out
            .into_iter()
            .take(MAX_NAMED)
            .map(|(path, count)| (path, count.into()))
            .collect();
        if more > 0 {
            named.insert("more paths".to_owned(), more.into());
        }
        fields.insert("leftOut".to_owned(), Json::Object(named));
    }
    fields
}

/// Takes out what says nothing.
fn prune(fields: &mut Map<String, Json>) {
    fields.retain(|_, value| {
        if let Json::Object(inner) = value {
            prune(inner);
        }
        !is_nothing(value)
    });
}

/// Takes out the largest fields until the others have that many bytes at most. Gives how many bytes they have then.
pub(crate) fn shrink(
    fields: &mut Map<String, Json>,
    at: &str,
    most: usize,
    left_out: &mut BTreeMap<String, usize>,
) -> usize {
    let mut sizes: Vec<(usize, String)> = fields
        .iter()
        .map(|(key, value)| (key.len() + 4 + bytes(value), key.clone()))
        .collect();
    let mut total: usize = sizes.iter().map(|(size, _)| size).sum();
    if total <= most {
        return total;
    }
    sizes.sort_by(|a, b| b.cmp(a));
    for (size, key) in sizes {
        if total <= most {
            break;
        }
        let path = format!("{at}{key}");
        let room = most.saturating_sub(total - size);
        let inner = match fields.get_mut(&key) {
            // An object is thinned out; what fills a list is one thing.
            Some(Json::Object(inner))
                if room > most / 2 && at.matches('.').count() < MAX_THINNED =>
            {
                inner
            }
            _ => {
                fields.shift_remove(&key);
                left_out.insert(format!("{path} (bytes)"), size);
                total -= size;
                continue;
            }
        };
        let room = room.saturating_sub(key.len() + 4);
        let left = shrink(inner, &format!("{path}."), room, left_out);
        total = total - size + left + key.len() + 4;
    }
    total
}

/// Bytes of a value as compact JSON.
pub(crate) fn bytes(value: &Json) -> usize {
    let mut counter = Counter(0);
    // Counting does not fail.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: Json) -> Map<String, Json> {
        kept(value.as_object().unwrap().clone(), BTreeMap::new())
    }

    #[test]
    fn what_says_something_is_kept() {
        let rest = of(
            json!({"a": 0, "b": false, "c": "", "d": null, "e": {}, "f": {"g": [], "h": " "}, "i": [null]}),
        );
        assert_eq!(
            Json::Object(rest),
            json!({"a": 0, "b": false, "f": {"h": " "}, "i": [null]})
        );
    }

    #[test]
    fn what_is_too_large_is_named() {
        let large = "x".repeat(MAX_REST_BYTES);
        let rest = of(json!({"small": 1, "inner": {"large": large, "kept": 2}}));
        assert_eq!(rest["inner"], json!({"kept": 2}));
        assert_eq!(rest["small"], 1);
        assert_eq!(rest["leftOut"]["inner.large (bytes)"], MAX_REST_BYTES + 11);
        let many: Map<String, Json> = (0..100)
            .map(|n| (n.to_string(), "y".repeat(20_000).into()))
            .collect();
        let rest = of(Json::Object(many));
        assert!(bytes(&Json::Object(rest.clone())) < MAX_REST_BYTES + 10_000);
        assert_eq!(rest["leftOut"]["more paths"], 24);
    }
}
