//! What the value of a configuration field has to be.

use serde_json::Value as Json;

use super::{Config, given};
use crate::Problem;
use crate::problem::Problems;

/// A rule for a value. What a rule does not name is left alone, and `null` is the same as absent.
pub(super) enum Rule {
    /// `true` or `false`.
    Flag,
    /// A text of at most so many characters.
    Text(usize),
    /// A number from the first to the second.
    Number(f64, f64),
    /// An object; its fields, where they are given, keep to these rules.
    Object(&'static [(&'static str, Rule)]),
    /// An object with every one of these fields.
    Whole(&'static [(&'static str, Rule)]),
    /// A list whose items keep to the rule.
    List(&'static Rule),
    /// What keeps to the form (not the details) of one of these rules, and then to that rule.
    OneOf(&'static [Rule]),
}

impl Rule {
    /// Any text.
    pub(super) const TEXT: Self = Self::Text(usize::MAX);
    /// Any number.
    pub(super) const NUMBER: Self = Self::Number(f64::MIN, f64::MAX);

    /// Tells what is wrong with `value`, which stands at `path`.
    pub(super) fn check(&self, path: &str, value: &Json, problems: &mut Problems) {
        match (self, value) {
            (Self::Flag, Json::Bool(_)) => {}
            (Self::Text(most), Json::String(text)) => check_length(path, text, *most, problems),
            (Self::Number(least, most), Json::Number(number)) => {
                let fits = number
                    .as_f64()
                    .is_some_and(|n| (*least..=*most).contains(&n));
                if !fits {
                    problems.field(path, Some(value), self.told());
                }
            }
            (Self::Object(rules), Json::Object(fields)) => {
                check_fields(path, fields, rules, problems);
            }
            (Self::Whole(rules), Json::Object(fields)) => {
                for (name, _) in *rules {
                    if given(fields, name).is_none() {
                        problems.field(&format!("{path}.{name}"), None, "is required");
                    }
                }
                check_fields(path, fields, rules, problems);
            }
            (Self::List(rule), Json::Array(items)) => {
                for (n, item) in items.iter().enumerate() {
                    rule.check(&format!("{path}[{n}]"), item, problems);
                }
            }
            (Self::OneOf(rules), value) => match rules.iter().find(|rule| rule.has_form(value)) {
                Some(rule) => rule.check(path, value, problems),
                None => problems.field(path, Some(value), self.told()),
            },
            _ => problems.field(path, Some(value), self.told()),
        }
    }

    fn has_form(&self, value: &Json) -> bool {
        match self {
            Self::Flag => value.is_boolean(),
            Self::Text(_) => value.is_string(),
            Self::Number(..) => value.is_number(),
            Self::Object(_) | Self::Whole(_) => value.is_object(),
            Self::List(_) => value.is_array(),
            Self::OneOf(rules) => rules.iter().any(|rule| rule.has_form(value)),
        }
    }

    /// The rule in words.
    fn told(&self) -> String {
        format!("must be {}", self.form())
    }

    fn form(&self) -> String {
        match self {
            Self::Flag => "true or false".to_owned(),
            Self::Text(_) => "a text".to_owned(),
            Self::Number(least, _) if *least == f64::MIN => "a number".to_owned(),
            Self::Number(least, most) => format!("a number from {least} to {most}"),
            Self::Object(_) | Self::Whole(_) => "an object".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::OneOf(rules) => {
                let forms: Vec<_> = rules.iter().map(Self::form).collect();
                forms.join(", or ")
            }
        }
    }
}

/// Checks the fields that have a rule and are given.
fn check_fields(path: &str, fields: &Config, rules: &[(&str, Rule)], problems: &mut Problems) {
    for (name, rule) in rules {
        if let Some(value) = given(fields, name) {
            rule.check(&format!("{path}.{name}"), value, problems);
        }
    }
}

fn check_length(path: &str, text: &str, most: usize, problems: &mut Problems) {
    // Bytes are at least as many as characters: most texts need no counting.
    if text.len() <= most {
        return;
    }
    let length = text.chars().count();
    if length > most {
        let rule = format!("must be at most {most} characters long");
        problems.add(Problem::told(path, format!("{length} characters"), rule));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(rule: &Rule, value: Json) -> Vec<String> {
        let mut problems = Problems::default();
        rule.check("f", &value, &mut problems);
        let list = problems.or(()).err().unwrap_or_default();
        list.iter().map(Problem::to_string).collect()
    }

    #[test]
    fn forms() {
        assert!(told(&Rule::Flag, json!(true)).is_empty());
        assert_eq!(
            told(&Rule::Flag, json!("true")),
            ["f: must be true or false (got \"true\")"]
        );
        assert_eq!(told(&Rule::TEXT, json!(1)), ["f: must be a text (got 1)"]);
        assert_eq!(
            told(&Rule::NUMBER, json!("1")),
            ["f: must be a number (got \"1\")"]
        );
        assert!(told(&Rule::NUMBER, json!(-1e300)).is_empty());
        assert_eq!(
            told(&Rule::Object(&[]), json!([])),
            ["f: must be an object (got [])"]
        );
        assert_eq!(
            told(&Rule::List(&Rule::TEXT), json!({})),
            ["f: must be a list (got {})"]
        );
    }

    #[test]
    fn limits() {
        assert!(told(&Rule::Text(3), json!("äöü")).is_empty());
        assert_eq!(
            told(&Rule::Text(3), json!("äöüx")),
            ["f: must be at most 3 characters long (got 4 characters)"]
        );
        assert!(told(&Rule::Number(0.0, 10.0), json!(10)).is_empty());
        assert_eq!(
            told(&Rule::Number(0.0, 10.0), json!(10.5)),
            ["f: must be a number from 0 to 10 (got 10.5)"]
        );
    }

    #[test]
    fn what_is_inside() {
        const ITEM: Rule = Rule::Whole(&[("a", Rule::TEXT), ("b", Rule::Flag)]);
        const RULE: Rule = Rule::Object(&[("list", Rule::List(&ITEM)), ("n", Rule::NUMBER)]);
        assert!(
            told(
                &RULE,
                json!({"own": 1, "n": null, "list": [{"a": "", "b": true, "c": 1}]})
            )
            .is_empty()
        );
        assert_eq!(
            told(&RULE, json!({"n": [], "list": [{"a": 1, "b": null}, 2]})),
            [
                "f.list[0].b: is required (got nothing)",
                "f.list[0].a: must be a text (got 1)",
                "f.list[1]: must be an object (got 2)",
                "f.n: must be a number (got [])",
            ]
        );
        let either = Rule::OneOf(&[Rule::Text(2), Rule::Object(&[("a", Rule::Flag)])]);
        assert!(told(&either, json!("ab")).is_empty());
        assert_eq!(told(&either, json!("abc")).len(), 1);
        assert_eq!(
            told(&either, json!({"a": 1})),
            ["f.a: must be true or false (got 1)"]
        );
        assert_eq!(
            told(&either, json!(1)),
            ["f: must be a text, or an object (got 1)"]
        );
    }
}
