//! The query of a request, read name by name. Unlike the compatible API this one refuses a name that it does not know:
//! a filter that is spelt wrong would otherwise give the wrong calls without a word.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use aftercall_core::Problem as Broken;
use axum::extract::FromRequestParts;
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::Date;

use super::problem::Problem;
use crate::query;
use crate::refusal::Refusal;

/// Values of one list, at most.
const MAX_VALUES: usize = 100;

/// A request's query.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match query::pairs(parts.uri.query().unwrap_or_default()) {
            Ok(pairs) => Ok(Self(pairs)),
            Err(unreadable) => Err(Refusal::malformed("query", unreadable.to_string()).into()),
        }
    }
}

impl Query {
    /// A query that came in another way than by a URL.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// Reads name by name.
    pub(crate) fn read(&self) -> Reader<'_> {
        Reader {
            pairs: &self.0,
            known: HashSet::new(),
            problems: Vec::new(),
        }
    }
}

/// Reads values and collects what is wrong with them.
pub(crate) struct Reader<'a> {
    pairs: &'a [(String, String)],
    known: HashSet<&'a str>,
    problems: Vec<Broken>,
}

impl<'a> Reader<'a> {
    /// A text; one that is empty is the same as none.
    pub(crate) fn text(&mut self, name: &'a str) -> Option<&'a str> {
        self.value(name).filter(|value| !value.is_empty())
    }

    /// A value as it came, which has to stand once. Where an empty one has no meaning it is wrong: without the filter
    /// there would be other calls.
    fn value(&mut self, name: &'a str) -> Option<&'a str> {
        self.known.insert(name);
        let mut values = self.pairs.iter().filter(|(n, _)| n == name);
        let value = values.next()?.1.as_str();
        if values.next().is_some() {
            self.problem(name, value, "must stand only once");
            return None;
        }
        Some(value)
    }

    /// Values with commas between them; the name may stand more than once.
    pub(crate) fn list(&mut self, name: &'a str) -> Vec<String> {
        self.known.insert(name);
        let values = self.pairs.iter().filter(|(n, _)| n == name);
        let values: Vec<String> = values
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect();
        if values.len() > MAX_VALUES {
            let found = format!("{} values", values.len());
            self.problem(
                name,
                &found,
                format!("must have at most {MAX_VALUES} values"),
            );
            return Vec::new();
        }
        values
    }

    /// As [`Reader::list`]; `None` where the name does not stand in the query at all.
    pub(crate) fn given_list(&mut self, name: &'a str) -> Option<Vec<String>> {
        let list = self.list(name);
        self.pairs.iter().any(|(n, _)| n == name).then_some(list)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &'a str) -> Option<bool> {
        let value = self.value(name)?;
        let flag = value.parse().ok();
        if flag.is_none() {
            self.problem(name, value, "must be true or false");
        }
        flag
    }

    /// A whole number within a range.
    pub(crate) fn whole(&mut self, name: &'a str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.value(name)?;
        let number = value.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let rule = format!(
                "must be a whole number from {} to {}",
                range.start(),
                range.end()
            );
            self.problem(name, value, rule);
        }
        number
    }

    /// An instant in RFC 3339.
    pub(crate) fn instant(&mut self, name: &'a str) -> Option<Timestamp> {
        let value = self.value(name)?;
        // A `+` that was not encoded came as a space.
        let instant = value.replace(' ', "+").parse().ok();
        if instant.is_none() {
            let rule =
                "must be an RFC 3339 date and time with an offset, such as 2026-03-01T09:00:00Z";
            self.problem(name, value, rule);
        }
        instant
    }

    /// A day such as 2026-03-01.
    pub(crate) fn date(&mut self, name: &'a str) -> Option<Date> {
        let value = self.value(name)?;
        let date = value.parse().ok();
        if date.is_none() {
            self.problem(name, value, "must be a day such as 2026-03-01");
        }
        date
    }

    /// Each of these words, if it is one of those that are known.
    pub(crate) fn words<T>(
        &mut self,
        name: &'a str,
        of: impl Fn(&str) -> Option<T>,
        all: &str,
    ) -> Vec<T> {
        let mut words = Vec::new();
        let list = self.list(name);
        // Without the filter there would be others than those that were meant.
        if list.is_empty() && self.pairs.iter().any(|(n, _)| n == name) {
            self.problem(name, "", format!("must be of {all}"));
        }
        for text in list {
            match of(&text) {
                Some(word) => words.push(word),
                None => self.problem(name, &text, format!("must be of {all}")),
            }
        }
        words
    }

    /// One word of those that are known.
    pub(crate) fn word<T>(
        &mut self,
        name: &'a str,
        of: impl Fn(&str) -> Option<T>,
        all: &str,
    ) -> Option<T> {
        let value = self.value(name)?;
        let word = of(value);
        if word.is_none() {
            self.problem(name, value, format!("must be one of {all}"));
        }
        word
    }

    /// Everything behind a prefix: what stands behind it in the name, and the value.
    pub(crate) fn behind(&mut self, prefix: &str) -> Vec<(&'a str, &'a str)> {
        let mut found = Vec::new();
        for (name, value) in self.pairs {
            if let Some(rest) = name.strip_prefix(prefix) {
                self.known.insert(name);
                found.push((rest, value.as_str()));
            }
        }
        found
    }

    /// Adds a problem.
    pub(crate) fn problem(&mut self, name: &str, value: &str, rule: impl Into<String>) {
        let value = serde_json::Value::from(value);
        self.problems.push(Broken::new(name, Some(&value), rule));
    }

    /// Adds a problem that was found elsewhere.
    pub(crate) fn add(&mut self, problem: Broken) {
        self.problems.push(problem);
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with every problem and every name that was not read.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        self.problems().map_err(Problem::malformed)
    }

    /// The same without the status.
    ///
    /// # Errors
    /// Every problem and every name that was not read.
    pub(crate) fn problems(mut self) -> Result<(), Vec<Broken>> {
        for (name, value) in self.pairs {
            if !self.known.contains(name.as_str()) {
                let shown: String = name.chars().take(60).collect();
                self.problem(&shown, value, "is not known here");
            }
        }
        if self.problems.is_empty() {
            Ok(())
        } else {
            self.problems.truncate(aftercall_core::MAX_PROBLEMS);
            Err(self.problems)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Query {
        Query(query::pairs(text).unwrap())
    }

    #[test]
    fn what_is_known_is_read() {
        let query = of("limit=7&agentId=a,b&agentId=c&finished=true&metric.csat.lt=3&cursor=");
        let mut read = query.read();
        assert_eq!(read.whole("limit", 1..=10), Some(7));
        assert_eq!(read.list("agentId"), ["a", "b", "c"]);
        assert_eq!(read.flag("finished"), Some(true));
        assert_eq!(read.behind("metric."), [("csat.lt", "3")]);
        assert_eq!(read.text("cursor"), None);
        assert!(read.finish().is_ok());
    }

    #[test]
    fn what_is_unknown_or_wrong_is_told() {
        let query = of("state=,");
        let mut read = query.read();
        assert!(read.words("state", |_| Some(()), "a, b").is_empty());
        assert_eq!(read.problems[0].rule, "must be of a, b");
        let query = of("limit=11&finished=yes&since=x&limit2=1&a=1&a=2");
        let mut read = query.read();
        assert_eq!(read.whole("limit", 1..=10), None);
        assert_eq!(read.flag("finished"), None);
        assert_eq!(read.instant("since"), None);
        assert_eq!(read.text("a"), None);
        let fields: Vec<_> = read.problems.iter().map(|p| p.field.clone()).collect();
        assert_eq!(fields, ["limit", "finished", "since", "a"]);
        assert_eq!(read.finish().unwrap_err().status(), 400);
    }
}
