//! One answer from several windows of a long call.
//!
//! - An answer beats "not mentioned", and that beats a failure.
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
            let failed = |found: &Found| found.status == Status::Failed;
            failed(a)
                .cmp(&failed(b))
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
