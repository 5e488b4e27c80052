//! One broken rule of an input, and a list of them.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::Value as Json;

/// At most this many problems are told of one input; what is left out is counted in a last one.
pub const MAX_PROBLEMS: usize = 100;

/// Bytes of a value that a problem shows.
const SHOWN_BYTES: usize = 96;

/// One broken rule: the field, the value found there and the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {rule} (got {value})")]
pub struct Problem {
    /// Path of the field, such as `dispositionMetrics[2].choices` or `transcript[4].start`.
    pub field: String,
    /// What was found, shortened to be printable.
    pub value: String,
    /// The rule, as a sentence without a full stop.
    pub rule: String,
}

impl Problem {
    /// A problem with a JSON value; `None` where the field is absent.
    pub fn new(field: impl Into<String>, value: Option<&Json>, rule: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            value: value.map_or_else(|| "nothing".to_owned(), shown),
            rule: rule.into(),
        }
    }

    /// A problem whose value is told in words, such as `2,000,000 bytes`.
    pub fn told(
        field: impl Into<String>,
        value: impl Into<String>,
        rule: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            value: value.into(),
            rule: rule.into(),
        }
    }
}

/// Problems as they are found, up to [`MAX_PROBLEMS`]; more are counted.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    left_out: usize,
}

impl Problems {
    /// Adds one.
    pub fn add(&mut self, problem: Problem) {
        if self.list.len() < MAX_PROBLEMS {
            self.list.push(problem);
        } else {
            self.left_out += 1;
        }
    }

    /// Adds one with a JSON value; `None` where the field is absent.
    pub fn field(&mut self, field: &str, value: Option<&Json>, rule: impl Into<String>) {
        self.add(Problem::new(field, value, rule));
    }

    /// How many there are, those that are not told included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len() + self.left_out
    }

    /// `value`, unless a rule is broken.
    ///
    /// # Errors
    /// The problems, where there are any.
    pub fn or<T>(mut self, value: T) -> Result<T, Vec<Problem>> {
        if self.list.is_empty() {
            return Ok(value);
        }
        if self.left_out > 0 {
            self.list.push(Problem::told(
                "document",
                format!("{} more problems", self.left_out),
                format!("only the first {MAX_PROBLEMS} problems are told"),
            ));
        }
        Err(self.list)
    }
}

/// A value as compact JSON, shortened, without characters that move a terminal's cursor or turn its direction.
fn shown(value: &Json) -> String {
    let mut head = Head(Vec::new());
    // The writer ends the serialisation by an error once it is full: that error is no news.
    let cut = serde_json::to_writer(&mut head, value).is_err();
    let mut text = String::new();
    for c in String::from_utf8_lossy(&head.0)
        .trim_end_matches('\u{fffd}')
        .chars()
    {
        let hidden = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if hidden {
            let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    if cut {
        text.push('…');
    }
    text
}

/// Takes the first bytes and then refuses.
struct Head(Vec<u8>);

impl io::Write for Head {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = SHOWN_BYTES - self.0.len();
        if room == 0 && !bytes.is_empty() {
            return Err(io::Error::other("full"));
        }
        let taken = bytes.len().min(room);
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_short_and_printable() {
        assert_eq!(shown(&json!({"a": [1, null]})), r#"{"a":[1,null]}"#);
        assert_eq!(
            shown(&json!("a\u{1b}[2J\u{202e}")),
            "\"a\\u001b[2J\\u{202e}\""
        );
        let long = shown(&json!("é".repeat(1000)));
        assert!(long.len() < 110 && long.ends_with("é…"), "{long}");
    }

    #[test]
    fn a_problem_reads_as_a_line() {
        let problem = Problem::new("a[1].b", None, "is required");
        assert_eq!(problem.to_string(), "a[1].b: is required (got nothing)");
    }

    #[test]
    fn many_problems_are_counted() {
        let mut problems = Problems::default();
        for n in 0..150 {
            problems.field(&format!("x[{n}]"), None, "is required");
        }
        let list = problems.or(()).unwrap_err();
        assert_eq!(list.len(), MAX_PROBLEMS + 1);
        assert_eq!(list[MAX_PROBLEMS].value, "50 more problems");
    }
}
