//! The JSON object of a small body, its fields read one by one.

use std::ops::RangeInclusive;

use aftercall_core::Problem as Broken;
use axum::extract::{FromRequest, Request};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::problem::Problem;
use crate::App;
use crate::body;
use crate::refusal::Refusal;

/// Stands in problems for a value that is shown nowhere.
pub(crate) const HIDDEN: &str = "a value that is not shown";

/// A request's JSON object. No body at all, `null` and `{}` are the same.
#[derive(Debug)]
pub(crate) struct Body(Map<String, Json>);

impl FromRequest<App> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let limits = &app.settings.limits;
        let pause = app.settings.http.pause();
        let bytes = body::whole(request.into_body(), limits.max_body_bytes, pause).await?;
        Self::read_from(&bytes)
    }
}

impl Body {
    fn read_from(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(bytes) {
            Ok(Json::Object(fields)) => Ok(Self(fields)),
            Ok(Json::Null) => Ok(Self(Map::new())),
            Ok(other) => Err(Problem::field(Broken::new(
                "body",
                Some(&other),
                "must be an object",
            ))),
            Err(error) => {
                Err(Refusal::malformed("body", format!("must be valid JSON: {error}")).into())
            }
        }
    }

    /// Reads field by field.
    pub(crate) fn read(&self) -> Reader<'_> {
        Reader {
            fields: &self.0,
            known: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// Reads fields and collects what is wrong with them.
pub(crate) struct Reader<'a> {
    fields: &'a Map<String, Json>,
    known: Vec<&'static str>,
    problems: Vec<Broken>,
}

impl<'a> Reader<'a> {
    /// A text of at most `max_chars` characters that is not blank; `null` is the same as none.
    pub(crate) fn text(&mut self, name: &'static str, max_chars: usize) -> Option<String> {
        let value = self.value(name)?;
        let rule = match value.as_str() {
            None => "must be a text".to_owned(),
            Some(text) if text.trim().is_empty() => "must not be blank".to_owned(),
            Some(text) if text.chars().any(char::is_control) => {
                "must not have control characters".to_owned()
            }
            Some(text) if text.chars().count() > max_chars => {
                format!("must be at most {max_chars} characters long")
            }
            Some(text) => return Some(text.to_owned()),
        };
        self.problems.push(Broken::new(name, Some(value), rule));
        None
    }

    /// As [`Reader::text`], for what is shown nowhere, not even where it breaks a rule; the inner `None` is `null`.
    pub(crate) fn hidden(
        &mut self,
        name: &'static str,
        max_chars: usize,
    ) -> Option<Option<String>> {
        let before = self.problems.len();
        let text = self.text(name, max_chars);
        for problem in self.problems.iter_mut().skip(before) {
            HIDDEN.clone_into(&mut problem.value);
        }
        self.has(name).then_some(text)
    }

    /// `true` or `false`; `null` is the same as none.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.problem(name, "must be true or false");
        }
        flag
    }

    /// A whole number within a range; `null` is the same as none.
    pub(crate) fn whole(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.value(name)?;
        let number = value.as_u64().filter(|number| range.contains(number));
        if number.is_none() {
            let rule = format!(
                "must be a whole number from {} to {}",
                range.start(),
                range.end()
            );
            self.problem(name, &rule);
        }
        number
    }

    /// An instant in RFC 3339; `null` is the same as none.
    pub(crate) fn instant(&mut self, name: &'static str) -> Option<Timestamp> {
        let value = self.value(name)?;
        let instant = value.as_str().and_then(|text| text.parse().ok());
        if instant.is_none() {
            self.problem(
                name,
                "must be an RFC 3339 date and time with an offset, such as 2026-03-01T09:00:00Z",
            );
        }
        instant
    }

    /// A list of texts, of at most so many; `null` is the same as none.
    pub(crate) fn texts(&mut self, name: &'static str, most: usize) -> Option<Vec<String>> {
        let value = self.value(name)?;
        let texts = value.as_array().filter(|list| list.len() <= most);
        let texts: Option<Vec<String>> = texts.and_then(|list| {
            let texts = list.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect()
        });
        if texts.is_none() {
            self.problem(name, &format!("must be a list of at most {most} texts"));
        }
        texts
    }

    /// An object whose values are texts, numbers or flags, as pairs of texts; `null` is the same as none.
    pub(crate) fn pairs(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Option<Vec<(String, String)>> {
        let value = self.value(name)?;
        let pair = |(name, value): (&String, &Json)| {
            let text = match value {
                Json::String(text) => text.clone(),
                Json::Bool(_) | Json::Number(_) => value.to_string(),
                Json::Null | Json::Array(_) | Json::Object(_) => return None,
            };
            Some((name.clone(), text))
        };
        let pairs = value.as_object().filter(|map| map.len() <= most);
        let pairs: Option<Vec<_>> = pairs.and_then(|map| map.iter().map(pair).collect());
        if pairs.is_none() {
            let rule = format!("must be an object of at most {most} names with texts");
            self.problem(name, &rule);
        }
        pairs
    }

    /// Whatever stands there, to be read elsewhere; `null` is the same as none.
    pub(crate) fn json(&mut self, name: &'static str) -> Option<&'a Json> {
        self.value(name)
    }

    /// Whether a field stands in the body, `null` included.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    fn value(&mut self, name: &'static str) -> Option<&'a Json> {
        self.known.push(name);
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Adds problems that were found elsewhere.
    pub(crate) fn add(&mut self, problems: impl IntoIterator<Item = Broken>) {
        self.problems.extend(problems);
    }

    /// Says that a field must be there.
    pub(crate) fn require(&mut self, name: &'static str) {
        if self.fields.get(name).is_none_or(Json::is_null) {
            self.problems.push(Broken::new(name, None, "is required"));
        }
    }

    /// Adds a problem that was found elsewhere.
    pub(crate) fn problem(&mut self, name: &str, rule: &str) {
        self.problems
            .push(Broken::new(name, self.fields.get(name), rule));
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 422 with every problem and every field that was not read.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        for (name, value) in self.fields {
            if !self.known.contains(&name.as_str()) {
                let shown: String = name.chars().take(60).collect();
                self.problems
                    .push(Broken::new(shown, Some(value), "is not known here"));
            }
        }
        if self.problems.is_empty() {
            Ok(())
        } else {
            self.problems.truncate(aftercall_core::MAX_PROBLEMS);
            Err(self.problems.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_others_refused() {
        let body = Body::read_from(br#"{"name":"a","role":7,"more":1}"#).unwrap();
        let mut read = body.read();
        assert_eq!(read.text("name", 5).as_deref(), Some("a"));
        assert_eq!(read.text("role", 5), None);
        read.require("role");
        read.require("version");
        assert_eq!(read.problems.len(), 2);
        assert_eq!(read.finish().unwrap_err().status(), 422);
    }

    #[test]
    fn what_is_no_json_is_400_and_what_is_no_object_422() {
        for (text, status) in [("{", 400), ("[]", 422), ("7", 422)] {
            assert_eq!(
                Body::read_from(text.as_bytes()).unwrap_err().status(),
                status,
                "{text}"
            );
        }
        assert!(Body::read_from(b" ").is_ok());
    }
}
