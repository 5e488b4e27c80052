//! One answer from several windows of a long call.
//!
//! - An answer beats all else. A failure that found words for the value (a date that cannot be reckoned) beats "not mentioned";
//!   any other failure is beaten by it.
//! - BOOLEAN: true if any window says true, as what happened in one part of the call happened in the call; of the windows the
//!   one that gives "true" the highest probability counts.
//! - Other closed answers: the window that is surest; a later one wins unless it is less sure by more than a tenth.
//! - Numbers, texts and dates: the last window that has one, as corrections come later.
//! - "Not mentioned" is as sure as the least sure window.

use aftercall_core::{MetricType, Status, Value};

use crate::decide::Found;
use crate::question::{Question, Shape};

/// How much surer an earlier window must be to win over a later one.
const SURER: f64 = 0.1;

pub(crate) fn merge(question: &Question<'_>, windows: Vec<Found>) -> Option<Found> {
    let answered: Vec<Found> = windows
        .iter()
        .filter(|found| found.status == Status::Answered)
        .cloned()
        .collect();
    if answered.is_empty() {
        return windows.into_iter().min_by(|a, b| {
            let rank = |found: &Found| match found.status {
                Status::Failed if found.said => 0,
                Status::Failed => 2,
                _ => 1,
            };
            rank(a)
                .cmp(&rank(b))
                .then(a.confidence.total_cmp(&b.confidence))
        });
    }
    match (&question.shape, question.metric.kind) {
        (Shape::Closed(_), MetricType::Boolean) => answered
            .into_iter()
            .max_by(|a, b| truth(a).total_cmp(&truth(b))),
        (Shape::Closed(_), _) => answered.into_iter().reduce(|best, next| {
            if next.confidence + SURER >= best.confidence {
                next
            } else {
                best
            }
        }),
        _ => answered.into_iter().last(),
    }
}

/// The probability of true.
fn truth(found: &Found) -> f64 {
    match found.value {
        Some(Value::Boolean(true)) => found.confidence,
        _ => 1.0 - found.confidence,
    }
}

#[cfg(test)]
mod tests {
    use aftercall_core::Metric;

    use super::*;
    use crate::decide::empty_answer;

    fn metric(kind: MetricType) -> Metric {
        Metric {
            identifier: "m".into(),
            prompt: "What is it?".into(),
            kind,
            choices: vec!["a".into(), "b".into()],
        }
    }

    fn found(value: Option<Value>, confidence: f64) -> Found {
        let status = match value {
            Some(_) => Status::Answered,
            None => Status::NotMentioned,
        };
        let mut found = empty_answer(status, confidence, String::new(), Vec::new());
        found.value = value;
        found
    }

    fn merged(kind: MetricType, windows: Vec<Found>) -> Found {
        let metric = metric(kind);
        merge(&Question::of(&metric), windows).unwrap()
    }

    #[test]
    fn what_happened_in_one_part_happened() {
        let truth = Value::Boolean(true);
        let one = merged(
            MetricType::Boolean,
            vec![
                found(Some(Value::Boolean(false)), 0.99),
                found(Some(truth.clone()), 0.6),
                found(Some(Value::Boolean(false)), 0.7),
            ],
        );
        assert_eq!(one.value, Some(truth));
    }

    #[test]
    fn a_later_choice_wins_unless_it_is_much_less_sure() {
        let choice = |c: &str, p| found(Some(Value::Text(c.into())), p);
        let close = merged(MetricType::Enum, vec![choice("a", 0.8), choice("b", 0.75)]);
        assert_eq!(close.value, Some(Value::Text("b".into())));
        let far = merged(MetricType::Enum, vec![choice("a", 0.9), choice("b", 0.5)]);
        assert_eq!(far.value, Some(Value::Text("a".into())));
    }

    #[test]
    fn a_date_that_cannot_be_reckoned_is_told_and_not_hidden() {
        let failure = |said| {
            let mut failure = empty_answer(Status::Failed, 0.5, "why".into(), Vec::new());
            failure.said = said;
            failure
        };
        let of = |failure| merged(MetricType::Datetime, vec![failure, found(None, 0.99)]).status;
        assert_eq!(of(failure(true)), Status::Failed);
        assert_eq!(of(failure(false)), Status::NotMentioned);
    }

    #[test]
    fn the_last_text_wins_and_an_answer_beats_none() {
        let text = |t: &str| found(Some(Value::Text(t.into())), 0.5);
        let last = merged(
            MetricType::String,
            vec![text("x"), text("y"), found(None, 0.99)],
        );
        assert_eq!(last.value, Some(Value::Text("y".into())));
    }

    #[test]
    fn none_is_as_sure_as_the_least_sure_window() {
        let none = merged(MetricType::String, vec![found(None, 0.9), found(None, 0.6)]);
        assert_eq!(none.status, Status::NotMentioned);
        assert!((none.confidence - 0.6).abs() < 1e-9);
    }
}
