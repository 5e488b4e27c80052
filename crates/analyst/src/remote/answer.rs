//! One answer of a remote model, checked: type, choices, dates, quotes. What the model says of itself is not believed where
//! the program can look.

use std::ops::Range;

use aftercall_core::{Call, Evidence, MetricType, Status, Value};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::decide::{Found, NOT_SAID, dated, empty_answer, is_code, is_none};
use crate::evidence::{quote_of_value, squash, stands, turns_with};
use crate::moment::Clock;
use crate::question::{Choice, Question, Shape};

/// Quotes that are kept of one answer.
pub(super) const MOST_QUOTES: usize = 3;
/// Characters of a text that is an answer.
const MOST_CHARS: usize = 8_000;
/// What an answer is worth whose quotes all are made up.
const UNFOUND: f64 = 0.5;

/// An answer as the model wrote it.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow, default, deserialize_with = "even_null")]
    value: Option<&'a RawValue>,
    #[serde(default)]
    reasoning: Json,
    #[serde(default)]
    evidence: Json,
    #[serde(default)]
    confidence: Json,
}

/// What an answer is checked with.
pub(super) struct Checker<'a> {
    /// The call as the model read it.
    pub(super) call: &'a Call,
    pub(super) clock: &'a Clock,
}

/// A checked answer.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) found: Found,
    /// Whether the server told the probabilities of the value's words.
    pub(super) told: bool,
}

impl Checker<'_> {
    /// Checks an answer. `told` is the probability of a part of it, in bytes, where the server tells that; else the
    /// confidence is what the model says of itself. What the checks find lowers either.
    ///
    /// # Errors
    /// The rule that it breaks, in words that the model can be told.
    pub(super) fn check(
        &self,
        question: &Question<'_>,
        raw: &RawValue,
        told: impl Fn(Range<usize>) -> Option<f64>,
    ) -> Result<Checked, String> {
        let written: Written<'_> = serde_json::from_str(raw.get()).map_err(
            |_| "must be an object with evidence, reasoning, value and confidence, each once",
        )?;
        let Some(value) = written.value else {
            return Err("has no \"value\"".to_owned());
        };
        let from = value.get().as_ptr().addr() - raw.get().as_ptr().addr();
        let at = from..from + value.get().len();
        let value: Json = serde_json::from_str(value.get()).unwrap_or_default();
        let told = told(at);
        let sure = told.unwrap_or_else(|| {
            let said = written.confidence.as_f64();
            said.filter(|p| (0.0..=1.0).contains(p)).unwrap_or(0.5)
        });
        let mut found = self.value(question, &value, sure)?;
        if let Json::String(text) = &written.reasoning
            && found.reasoning.is_empty()
        {
            found.reasoning = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        if found.status == Status::Answered {
            self.evidence(question, &written.evidence, &mut found);
        }
        if found.reasoning.is_empty() {
            found.reasoning = match found.status {
                Status::NotMentioned => NOT_SAID.into(),
                _ => "The model gives no reason.".into(),
            };
        }
        Ok(Checked {
            found,
            told: told.is_some(),
        })
    }

    fn value(&self, question: &Question<'_>, value: &Json, sure: f64) -> Result<Found, String> {
        let none = || {
            Ok(empty_answer(
                Status::NotMentioned,
                sure,
                String::new(),
                Vec::new(),
            ))
        };
        match (&question.shape, value) {
            (Shape::Closed(choices), value) => closed(choices, value, sure),
            (_, Json::Null) => none(),
            (Shape::Number, value) => match whole_number(value) {
                Some(number) => Ok(answered(
                    Value::Integer(number),
                    number.to_string(),
                    true,
                    sure,
                )),
                None if value.as_str().is_some_and(is_none) => none(),
                None => Err(format!(
                    "\"value\" must be a whole number or null, not {}",
                    kind(value)
                )),
            },
            (Shape::Text { .. } | Shape::Moment, Json::String(text)) => {
                let text = text.trim();
                if is_none(text) || (question.code && !is_code(text)) {
                    return none();
                }
                if text.chars().count() > MOST_CHARS {
                    return Err(format!(
                        "\"value\" must be at most {MOST_CHARS} characters long"
                    ));
                }
                if question.shape == Shape::Moment {
                    return Ok(dated(text.to_owned(), sure, Vec::new(), self.clock));
                }
                Ok(answered(
                    Value::Text(text.to_owned()),
                    text.to_owned(),
                    true,
                    sure,
                ))
            }
            (_, value) => Err(format!(
                "\"value\" must be a text or null, not {}",
                kind(value)
            )),
        }
    }

    /// Keeps the quotes that stand in the transcript; one that stands in another turn than the model says is put right.
    fn evidence(&self, question: &Question<'_>, written: &Json, found: &mut Found) {
        let given = written.as_array().map_or(&[][..], Vec::as_slice);
        let mut kept: Vec<Evidence> = Vec::new();
        for quote in given {
            let (Some(turn), Some(words)) = (quote["turn"].as_u64(), quote["quote"].as_str())
            else {
                continue;
            };
            let evidence = Evidence {
                turn: usize::try_from(turn).unwrap_or_default(),
                quote: crate::evidence::shorten(words),
            };
            let there = if stands(self.call, &evidence) {
                Some(evidence)
            } else {
                let turns = turns_with(self.call, words);
                turns.first().map(|&turn| Evidence { turn, ..evidence })
            };
            if let Some(evidence) = there
                && kept.len() < MOST_QUOTES
                && !kept.iter().any(|one| {
                    one.turn == evidence.turn && squash(&one.quote) == squash(&evidence.quote)
                })
            {
                kept.push(evidence);
            }
        }
        if kept.is_empty()
            && let Some(value) = found.quotable()
        {
            let turns = turns_with(self.call, value);
            let found = turns
                .first()
                .and_then(|&turn| quote_of_value(self.call, turn, value));
            kept.extend(found);
        }
        // A quote that nobody said speaks against the answer it was made up for; that a "false" has none does not.
        let negative = question.metric.kind == MetricType::Boolean
            && found.value == Some(Value::Boolean(false));
        if kept.is_empty() && !given.is_empty() && !negative {
            found.confidence *= UNFOUND;
        }
        found.evidence = kept;
    }
}

fn answered(value: Value, text: String, literal: bool, sure: f64) -> Found {
    Found {
        value: Some(value),
        text,
        literal,
        ..empty_answer(Status::Answered, sure, String::new(), Vec::new())
    }
}

fn closed(choices: &[Choice], value: &Json, sure: f64) -> Result<Found, String> {
    let wanted = match value {
        Json::Null => None,
        Json::String(text) => Some(text.trim().to_owned()),
        other => Some(other.to_string()),
    };
    let same = |choice: &&Choice| match (&choice.value, &wanted) {
        (Some(_), Some(wanted)) => choice.text.eq_ignore_ascii_case(wanted),
        (None, Some(wanted)) => choice.text.eq_ignore_ascii_case(wanted),
        (None, None) => true,
        (Some(_), None) => false,
    };
    // The exact spelling goes before another.
    let exact = choices
        .iter()
        .find(|choice| choice.value.is_some() && Some(&choice.text) == wanted.as_ref());
    match exact.or_else(|| choices.iter().find(same)) {
        Some(Choice {
            text,
            value: Some(value),
        }) => Ok(answered(value.clone(), text.clone(), false, sure)),
        Some(_) => Ok(empty_answer(
            Status::NotMentioned,
            sure,
            String::new(),
            Vec::new(),
        )),
        None => {
            let allowed: Vec<String> = choices
                .iter()
                .map(|choice| {
                    choice.value.as_ref().map_or_else(
                        || "null".into(),
                        |value| serde_json::to_string(value).unwrap_or_default(),
                    )
                })
                .collect();
            Err(format!("\"value\" must be one of {}", allowed.join(", ")))
        }
    }
}

/// A number, also one that is written as `4.0` or `"4"`.
fn whole_number(value: &Json) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    if let Some(text) = value.as_str() {
        return text.trim().parse().ok();
    }
    let number = value
        .as_f64()
        .filter(|n| n.fract() == 0.0 && n.abs() < 9e15)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole and small enough"
    )]
    let number = number as i64;
    Some(number)
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// A member that is there, be it null.
fn even_null<'de, D: Deserializer<'de>>(json: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(json).map(Some)
}

#[cfg(test)]
mod tests {
    use aftercall_core::{Metric, Role, Turn};

    use super::*;

    fn call() -> Call {
        let said = [
            "Hello, Acme.",
            "It is broken since Tuesday.",
            "I sent a new one to 4 Elm Street.",
        ];
        let turns = said.iter().map(|content| Turn {
            role: Role::Agent,
            content: (*content).into(),
            start: None,
            end: None,
        });
        let mut call = Call::from_turns(turns.collect());
        call.started_at = "2026-03-04T09:00:00Z".parse().ok();
        call
    }

    fn check(
        kind: MetricType,
        prompt: &str,
        choices: &[&str],
        answer: &str,
    ) -> Result<Checked, String> {
        let metric = Metric {
            identifier: "m".into(),
            prompt: prompt.into(),
            kind,
            choices: choices.iter().map(|&c| c.into()).collect(),
        };
        let call = call();
        let clock = Clock::of(&call, "UTC");
        let checker = Checker {
            call: &call,
            clock: &clock,
        };
        let raw: Box<RawValue> = serde_json::from_str(answer).unwrap();
        checker.check(&Question::of(&metric), &raw, |_| None)
    }

    fn value(
        kind: MetricType,
        prompt: &str,
        choices: &[&str],
        value: &str,
    ) -> Result<Option<Value>, String> {
        let answer =
            format!(r#"{{"evidence": [], "reasoning": "r", "value": {value}, "confidence": 0.9}}"#);
        check(kind, prompt, choices, &answer).map(|checked| {
            assert!(!checked.told);
            assert_eq!(
                checked.found.status == Status::Answered,
                checked.found.value.is_some()
            );
            checked.found.value
        })
    }

    #[test]
    fn types_are_held_to() {
        let truth = |v| value(MetricType::Boolean, "Was it solved?", &[], v);
        assert_eq!(truth("true"), Ok(Some(Value::Boolean(true))));
        assert_eq!(truth("\"False\""), Ok(Some(Value::Boolean(false))));
        assert!(truth("null").unwrap_err().contains("one of true, false"));
        let plan = |v| {
            value(
                MetricType::Enum,
                "Which plan?",
                &["Gold", "gold", "basic"],
                v,
            )
        };
        assert_eq!(plan("\"gold\""), Ok(Some(Value::Text("gold".into()))));
        assert_eq!(plan("\" BASIC \""), Ok(Some(Value::Text("basic".into()))));
        assert!(plan("\"silver\"").is_err() && plan("3").is_err() && plan("[]").is_err());
        let people = |v| value(MetricType::Integer, "How many people?", &[], v);
        assert_eq!(people("4.0"), Ok(Some(Value::Integer(4))));
        assert_eq!(people("\"4\""), Ok(Some(Value::Integer(4))));
        assert_eq!(people("null"), Ok(None));
        assert!(people("4.5").is_err() && people("\"four or so\"").is_err());
        let name = |v| value(MetricType::String, "What is the name?", &[], v);
        assert_eq!(name("\" Acme \""), Ok(Some(Value::Text("Acme".into()))));
        assert_eq!(name("\"not mentioned\""), Ok(None));
        assert!(name("{}").is_err());
    }

    #[test]
    fn dates_are_reckoned_by_the_program() {
        let when = |v| value(MetricType::Datetime, "Since when is it broken?", &[], v);
        assert_eq!(
            when("\"Tuesday at 3 pm\""),
            Ok(Some(Value::Text("2026-03-10T15:00:00+00:00".into())))
        );
        assert_eq!(when("\"some day\""), Ok(None));
    }

    #[test]
    fn quotes_are_looked_up() {
        let asked = |evidence: &str| {
            let answer = format!(
                r#"{{"value": "4 Elm Street", "evidence": {evidence}, "confidence": 0.8}}"#
            );
            let found = check(MetricType::String, "Which address?", &[], &answer)
                .unwrap()
                .found;
            let turns: Vec<usize> = found.evidence.iter().map(|one| one.turn).collect();
            (turns, found.confidence)
        };
        assert_eq!(
            asked(r#"[{"turn": 3, "quote": "to 4 elm street"}]"#),
            (vec![3], 0.8)
        );
        // The right words in the wrong turn, and twice.
        let twice =
            r#"[{"turn": 1, "quote": "4 Elm Street"}, {"turn": 3, "quote": "4 Elm Street"}]"#;
        assert_eq!(asked(twice), (vec![3], 0.8));
        // Made up: the value's own words are found.
        assert_eq!(
            asked(r#"[{"turn": 2, "quote": "Oak Road"}]"#),
            (vec![3], 0.8)
        );
        assert_eq!(asked("null"), (vec![3], 0.8));
        let answer = r#"{"value": true, "evidence": [{"turn": 9, "quote": "all is well"}], "confidence": 0.8}"#;
        let found = check(MetricType::Boolean, "Was it solved?", &[], answer)
            .unwrap()
            .found;
        assert!(found.evidence.is_empty() && (found.confidence - 0.4).abs() < 1e-9);
    }

    #[test]
    fn what_is_no_answer_is_told() {
        for answer in ["3", "[]", "{}", r#"{"value": 1, "value": 2}"#] {
            assert!(
                check(MetricType::Integer, "How many?", &[], answer).is_err(),
                "{answer}"
            );
        }
    }
}
