//! The JSON object that a request brings, and its fields read one by one, so that every problem is told at once.

use std::fmt::Display;
use std::ops::RangeInclusive;

use aftercall_core::Id;
use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value as Json};

use super::error::AtomsError;
use crate::App;
use crate::body;
use crate::refusal::Refusal;
use crate::text::type_of;

/// A request's JSON object. No body at all is the same as `{}`, and the content type is not looked at.
#[derive(Debug)]
pub(crate) struct Body(pub(crate) Fields);

impl FromRequest<App> for Body {
    type Rejection = AtomsError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AtomsError> {
        let limit = app.settings.limits.max_body_bytes;
        let pause = app.settings.http.pause();
        let bytes = body::whole(request.into_body(), limit, pause).await?;
        Ok(Self(Fields::read_from(&bytes)?))
    }
}

/// The fields of an object; those that were `null` are left out, as if they had not been sent.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Fields(Map<String, Json>);

impl Fields {
    fn read_from(bytes: &[u8]) -> Result<Self, Refusal> {
        let blank = bytes.iter().all(u8::is_ascii_whitespace);
        if blank {
            return Ok(Self::default());
        }
        match serde_json::from_slice(bytes) {
            Ok(Json::Object(mut fields)) => {
                fields.retain(|_, value| !value.is_null());
                Ok(Self(fields))
            }
            Ok(Json::Null) => Ok(Self::default()),
            Ok(other) => Err(Refusal::malformed(
                "body",
                format!("Expected object, received {}", type_of(&other)),
            )),
            // The message of the parser has a line and a column, and nothing of the text.
            Err(error) => Err(Refusal::malformed(
                "body",
                format!("must be valid JSON: {error}"),
            )),
        }
    }

    /// The whole object.
    pub(crate) fn map(&self) -> &Map<String, Json> {
        &self.0
    }

    /// Reads field by field.
    pub(crate) fn read(&self) -> Reader<'_> {
        Reader {
            fields: &self.0,
            problems: Vec::new(),
        }
    }
}

/// Reads fields and collects what is wrong with them.
pub(crate) struct Reader<'a> {
    fields: &'a Map<String, Json>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A text of at most `max_chars` characters.
    pub(crate) fn text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let value = self.fields.get(name)?;
        let Json::String(text) = value else {
            self.wrong_type(name, "string", value);
            return None;
        };
        if text.chars().count() > max_chars {
            self.problem(
                name,
                format_args!("String must contain at most {max_chars} character(s)"),
            );
            return None;
        }
        Some(text.clone())
    }

    /// A text that must be there and must not be blank.
    pub(crate) fn required_text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        self.required(name)?;
        let text = self.text(name, max_chars)?;
        if text.trim().is_empty() {
            self.problem(name, "String must contain at least 1 character(s)");
            return None;
        }
        Some(text)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.fields.get(name)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong_type(name, "boolean", value);
        }
        flag
    }

    /// A whole number within a range. A number such as `2.0` is whole.
    pub(crate) fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.fields.get(name)?;
        let Json::Number(number) = value else {
            self.wrong_type(name, "number", value);
            return None;
        };
        // Doubles below 2^53 are exact; those above are no number that a field here may have.
        let whole = number.as_i64().or_else(|| {
            let double = number.as_f64()?;
            (double.fract() == 0.0 && double.abs() < 9e15).then_some(double as i64)
        });
        match whole {
            None => self.problem(name, "Expected integer, received float"),
            Some(whole) if !range.contains(&whole) => {
                self.problem(
                    name,
                    format_args!("Number must be from {} to {}", range.start(), range.end()),
                );
            }
            Some(whole) => return Some(whole),
        }
        None
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, name: &str, max_items: usize) -> Option<Vec<String>> {
        let list = self.list(name)?;
        if list.len() > max_items {
            self.problem(
                name,
                format_args!("Array must contain at most {max_items} element(s)"),
            );
            return None;
        }
        let mut texts = Vec::with_capacity(list.len());
        for (n, item) in list.iter().enumerate() {
            match item {
                Json::String(text) => texts.push(text.clone()),
                other => self.wrong_type(&format!("{name}[{n}]"), "string", other),
            }
        }
        (texts.len() == list.len()).then_some(texts)
    }

    /// An id: 24 hexadecimal digits.
    pub(crate) fn id(&mut self, name: &str) -> Option<Id> {
        let text = self.text(name, usize::MAX)?;
        let id = text.parse().ok();
        if id.is_none() {
            self.problem(name, "Invalid id, must be 24 hexadecimal digits");
        }
        id
    }

    /// A list of anything.
    pub(crate) fn list(&mut self, name: &str) -> Option<&'a [Json]> {
        let value = self.fields.get(name)?;
        let list = value.as_array();
        if list.is_none() {
            self.wrong_type(name, "array", value);
        }
        list.map(Vec::as_slice)
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str) -> Option<&'a Map<String, Json>> {
        let value = self.fields.get(name)?;
        let object = value.as_object();
        if object.is_none() {
            self.wrong_type(name, "object", value);
        }
        object
    }

    /// Whether a field is there; a problem if it is not.
    pub(crate) fn required(&mut self, name: &str) -> Option<()> {
        if self.fields.contains_key(name) {
            return Some(());
        }
        self.problem(name, "Required");
        None
    }

    /// Adds a problem that the caller found.
    pub(crate) fn problem(&mut self, name: &str, rule: impl Display) {
        self.problems.push(format!("{name}: {rule}"));
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with every problem.
    pub(crate) fn finish(self) -> Result<(), AtomsError> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(AtomsError::bad_requests(self.problems))
        }
    }

    fn wrong_type(&mut self, name: &str, expected: &str, value: &Json) {
        self.problem(
            name,
            format_args!("Expected {expected}, received {}", type_of(value)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Fields {
        Fields::read_from(text.as_bytes()).unwrap()
    }

    #[test]
    fn nothing_an_empty_object_and_nulls_are_the_same() {
        for text in ["", " \n", "{}", "null", r#"{"a":null}"#] {
            assert_eq!(fields(text), Fields::default(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for (text, part) in [
            ("[]", "Expected object, received array"),
            ("{", "must be valid JSON"),
            ("{\"a\":\"\u{0}", "must be valid JSON"),
        ] {
            let refusal = Fields::read_from(text.as_bytes()).unwrap_err();
            assert!(refusal.text().contains(part), "{text}: {}", refusal.text());
        }
        assert!(Fields::read_from(b"{\"a\":\"\xff\"}").is_err());
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(Fields::read_from(deep.as_bytes()).is_err());
    }

    #[test]
    fn every_problem_is_told() {
        let fields = fields(r#"{"a":1,"b":"long","c":"x","d":1.5,"e":["x",2],"f":11}"#);
        let mut read = fields.read();
        assert_eq!(read.text("a", 9), None);
        assert_eq!(read.text("b", 3), None);
        assert_eq!(read.flag("c"), None);
        assert_eq!(read.integer("d", 0..=9), None);
        assert_eq!(read.texts("e", 9), None);
        assert_eq!(read.integer("f", 0..=9), None);
        assert_eq!(read.required_text("g", 9), None);
        assert_eq!(
            read.problems,
            [
                "a: Expected string, received number",
                "b: String must contain at most 3 character(s)",
                "c: Expected boolean, received string",
                "d: Expected integer, received float",
                "e[1]: Expected string, received number",
                "f: Number must be from 0 to 9",
                "g: Required",
            ]
        );
        assert!(read.finish().is_err());
    }
}
