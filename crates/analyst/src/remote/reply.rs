//! A model's reply, taken apart as far as it is whole: an answer that was cut off takes no other with it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::schema::{ANSWERS, SUMMARY};

/// What stands in a reply.
#[derive(Debug, Default)]
pub(super) struct Reply<'a> {
    /// The answers by identifier, each as it was written. Of two with one identifier the later one counts.
    pub(super) answers: Vec<(String, &'a RawValue)>,
    pub(super) summary: Option<String>,
    /// Whether the reply is one whole JSON object.
    pub(super) whole: bool,
}

impl<'a> Reply<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let mut reply = Self::default();
        let mut json = serde_json::Deserializer::from_str(text);
        // What was read before an error stays.
        let read = Root(&mut reply).deserialize(&mut json);
        reply.whole = read.is_ok() && json.end().is_ok();
        reply
    }

    pub(super) fn answer(&self, identifier: &str) -> Option<&'a RawValue> {
        let mut found = self.answers.iter().rev();
        found
            .find(|(name, _)| name == identifier)
            .map(|(_, raw)| *raw)
    }
}

/// The whole reply.
struct Root<'r, 'a>(&'r mut Reply<'a>);

impl<'a> DeserializeSeed<'a> for Root<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Root<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            match key.as_str() {
                ANSWERS => entries.next_value_seed(Answers(self.0))?,
                SUMMARY => self.0.summary = entries.next_value::<Option<String>>()?,
                _ => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The object of all answers.
struct Answers<'r, 'a>(&'r mut Reply<'a>);

impl<'a> DeserializeSeed<'a> for Answers<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Answers<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with the answers")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(name) = entries.next_key::<String>()? {
            self.0.answers.push((name, entries.next_value()?));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, bool) {
        let reply = Reply::read(text);
        let names = reply.answers.iter().map(|(name, _)| name.clone()).collect();
        (names, reply.whole)
    }

    #[test]
    fn what_was_whole_before_the_cut_is_kept() {
        let text = r#"{"answers": {"a": {"value": true}, "b": {"value": "x"}}, "summary": "s", "more": 1}"#;
        assert_eq!(names(text), (vec!["a".into(), "b".into()], true));
        assert_eq!(Reply::read(text).summary.as_deref(), Some("s"));
        assert_eq!(names(&text[..52]), (vec!["a".into()], false));
        assert_eq!(names(&text[..60]), (vec!["a".into(), "b".into()], false));
        for text in [
            "",
            "null",
            "[]",
            "\"x\"",
            "{\"answers\": 3}",
            "{\"answers\": {\"a\"",
        ] {
            assert_eq!(names(text), (vec![], false), "{text}");
        }
    }

    #[test]
    fn every_cut_is_survived() {
        let text = r#"{"answers": {"ä": {"value": "né\u00e9\"}"}, "b": {"value": [1, {"c": null}]}}, "summary": "s"}"#;
        for (end, _) in text.char_indices() {
            let (found, whole) = names(&text[..end]);
            assert!(found.len() <= 2 && !whole, "{end}");
        }
        assert!(names(text).1);
    }
}
