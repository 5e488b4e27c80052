//! The query of a request, read name by name, so that every problem is told at once. Names that are not read are
//! ignored; an empty value is the same as none; of a name that stands twice the last value holds.

use std::fmt::Display;
use std::ops::RangeInclusive;

use aftercall_core::Id;
use axum::extract::FromRequestParts;
use http::request::Parts;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::error::AtomsError;
use crate::query;
use crate::refusal::Refusal;

/// Values of one list, at most.
const MAX_VALUES: usize = 500;
/// Characters of a search, at most.
const MAX_SEARCH_CHARS: usize = 256;

/// A request's query.
#[derive(Debug)]
pub(crate) struct Query(pub(crate) Params);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = AtomsError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AtomsError> {
        match query::pairs(parts.uri.query().unwrap_or_default()) {
            Ok(pairs) => Ok(Self(Params(pairs))),
            Err(unreadable) => {
                let refusal = Refusal::malformed("query", unreadable.to_string());
                Err(AtomsError::from(refusal))
            }
        }
    }
}

/// Names and values.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads name by name.
    pub(crate) fn read(&self) -> Reader<'_> {
        Reader {
            params: self,
            problems: Vec::new(),
        }
    }
}

/// Reads values and collects what is wrong with them.
pub(crate) struct Reader<'a> {
    params: &'a Params,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A value as it came.
    pub(crate) fn text(&mut self, name: &str) -> Option<&'a str> {
        let values = self.params.0.iter().rev();
        let value = values
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.trim())
            .next()?;
        (!value.is_empty()).then_some(value)
    }

    /// `true` or `false`, also as `1` and `0`.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.text(name)?;
        if value.eq_ignore_ascii_case("true") || value == "1" {
            Some(true)
        } else if value.eq_ignore_ascii_case("false") || value == "0" {
            Some(false)
        } else {
            self.problem(name, "Expected boolean, received string");
            None
        }
    }

    /// A whole number; one outside the range becomes the nearest in it, and none at all the default.
    pub(crate) fn whole(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(value) = self.text(name) else {
            return default;
        };
        let digits = value.strip_prefix('-').unwrap_or(value);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            self.problem(name, "Expected number, received string");
            return default;
        }
        if digits.len() < value.len() {
            return *range.start();
        }
        // Only a number too large for the type fails here.
        let number = value.parse().unwrap_or(u64::MAX);
        number.clamp(*range.start(), *range.end())
    }

    /// Values with commas between them, blank ones left out.
    pub(crate) fn csv(&mut self, name: &str) -> Vec<String> {
        let values = self.text(name).unwrap_or_default().split(',');
        let values: Vec<String> = values
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect();
        if values.len() > MAX_VALUES {
            let rule = format_args!("Array must contain at most {MAX_VALUES} element(s)");
            self.problem(name, rule);
            return Vec::new();
        }
        values
    }

    /// A text to search for.
    pub(crate) fn search(&mut self, name: &str) -> Option<&'a str> {
        let text = self.text(name)?;
        if text.chars().count() > MAX_SEARCH_CHARS {
            let rule = format_args!("String must contain at most {MAX_SEARCH_CHARS} character(s)");
            self.problem(name, rule);
            return None;
        }
        Some(text)
    }

    /// One of a few words.
    pub(crate) fn one_of<'w>(&mut self, name: &str, words: &[&'w str]) -> Option<&'w str> {
        let value = self.text(name)?;
        let word = words.iter().copied().find(|word| *word == value);
        if word.is_none() {
            self.problem(
                name,
                format_args!("Invalid value, must be one of {}", words.join(", ")),
            );
        }
        word
    }

    /// An instant in ISO 8601 with an offset; a day alone is its midnight in UTC.
    pub(crate) fn instant(&mut self, name: &str) -> Option<Timestamp> {
        let value = self.text(name)?;
        let instant = value.parse().ok().or_else(|| midnight(value)).or_else(|| {
            // A `+` that was not encoded came as a space.
            value.replace(' ', "+").parse().ok()
        });
        if instant.is_none() {
            self.problem(
                name,
                "Invalid date, must be ISO 8601 such as 2026-03-01T09:00:00Z",
            );
        }
        instant
    }

    /// The first instant after a period: that after the one given, which is part of the period, or the end of a day alone.
    pub(crate) fn end(&mut self, name: &str) -> Option<Timestamp> {
        let value = self.text(name)?;
        let tomorrow = day(value).and_then(|day| day.tomorrow().ok());
        if let Some(end) = tomorrow.and_then(start_of) {
            return Some(end);
        }
        let last = self.instant(name)?;
        last.checked_add(SignedDuration::from_micros(1)).ok()
    }

    /// A day that has to be there, such as `2026-03-01`.
    pub(crate) fn required_day(&mut self, name: &str) -> Date {
        let value = self.text(name);
        let day = value.and_then(day);
        if day.is_none() {
            let rule = match value {
                Some(_) => "Invalid date, must be a day such as 2026-03-01",
                None => "Required",
            };
            self.problem(name, rule);
        }
        day.unwrap_or_default()
    }

    /// An id: 24 hexadecimal digits.
    pub(crate) fn id(&mut self, name: &str) -> Option<Id> {
        let id = self.text(name)?.parse().ok();
        if id.is_none() {
            self.problem(name, "Invalid id, must be 24 hexadecimal digits");
        }
        id
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
}

fn midnight(day: &str) -> Option<Timestamp> {
    start_of(day.parse().ok()?)
}

fn start_of(day: Date) -> Option<Timestamp> {
    let zoned = day.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

/// A day without a time.
fn day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    // A time behind it would be read over.
    (day.to_string() == text).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params(query::pairs(query).unwrap())
    }

    #[test]
    fn values_are_read() {
        let params = params(
            "a=x&b=&c=true&d=7&e=a,,b%20&f=2026-01-01T00:00:00Z&g=2026-01-01&d2=99999999999999999999&n=-3",
        );
        let mut read = params.read();
        assert_eq!(read.text("a"), Some("x"));
        assert_eq!(read.text("b"), None);
        assert_eq!(read.text("z"), None);
        assert_eq!(read.flag("c"), Some(true));
        assert_eq!(read.whole("d", 1, 1..=5), 5);
        assert_eq!(read.whole("d2", 1, 1..=5), 5);
        assert_eq!(read.whole("n", 4, 1..=5), 1);
        assert_eq!(read.whole("z", 4, 1..=5), 4);
        assert_eq!(read.csv("e"), ["a", "b"]);
        assert_eq!(read.instant("f"), read.instant("g"));
        assert!(read.finish().is_ok());
    }

    #[test]
    fn a_day_alone_ends_with_its_last_instant() {
        let params = params("a=2026-01-31&b=2026-01-31T00:00:00Z&c=x&d=2026-01-31T10:00");
        let mut read = params.read();
        let end: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
        assert_eq!(read.end("a"), Some(end));
        let end: Timestamp = "2026-01-31T00:00:00.000001Z".parse().unwrap();
        assert_eq!(read.end("b"), Some(end));
        assert_eq!((read.end("c"), read.end("z")), (None, None));
        assert_eq!(read.required_day("a"), jiff::civil::date(2026, 1, 31));
        read.required_day("d");
        read.required_day("z");
        assert_eq!(read.problems.len(), 3, "{:?}", read.problems);
    }

    #[test]
    fn every_problem_is_told() {
        let params = params("a=x&b=x&c=x&d=x&e=x");
        let mut read = params.read();
        assert_eq!(read.flag("a"), None);
        assert_eq!(read.whole("b", 2, 1..=5), 2);
        assert_eq!(read.instant("c"), None);
        assert_eq!(read.id("d"), None);
        assert_eq!(read.one_of("e", &["y", "z"]), None);
        assert_eq!(
            read.problems,
            [
                "a: Expected boolean, received string",
                "b: Expected number, received string",
                "c: Invalid date, must be ISO 8601 such as 2026-03-01T09:00:00Z",
                "d: Invalid id, must be 24 hexadecimal digits",
                "e: Invalid value, must be one of y, z",
            ]
        );
        assert!(read.finish().is_err());
    }
}
