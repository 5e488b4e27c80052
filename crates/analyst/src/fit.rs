//! Leans of single metrics, from calls that were analysed before, with or without a person's corrections.
//!
//! Without corrections the scores of the calls themselves tell: a BOOLEAN that is answered with much the same log-odds on call
//! after call is leant to. How far that is believed grows with the calls; what is missing is the usual lean of the model. Of an
//! ENUM the means tell nothing, as calls are rarely spread evenly over its choices.

use std::collections::BTreeMap;

use aftercall_core::{Analysis, Answer, Metric, MetricType, Value};

use crate::calibration::{
    Calibration, Constants, Lean, SaysLean, belief, fingerprint, odds, softmax,
};
use crate::decide::{GIVEN, score_of};
use crate::prompt::NONE;

/// With fewer calls a metric keeps the usual lean.
pub const LEAST_CALLS: usize = 12;
/// With fewer corrections they are left out of account.
pub const LEAST_CORRECTIONS: usize = 6;

/// What became of one metric in a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct FitReport {
    /// The metric.
    pub identifier: String,
    /// Calls whose scores were used.
    pub calls: usize,
    /// Corrections among them.
    pub corrected: usize,
    /// Whether it has a lean of its own now.
    pub fitted: bool,
    /// Whether its corrections were enough to be used.
    pub by_corrections: bool,
    /// Whether calls without corrections tell nothing, however many there are.
    pub needs_corrections: bool,
}

/// Fits what can be fitted for every metric of `metrics` from past analyses of it: a lean of a BOOLEAN or an ENUM, and of a metric
/// whose prompt says when there is no answer how often there is one. `corrections` are right answers by call and identifier.
#[must_use]
pub fn fit_leans(
    base: &Calibration,
    name: &str,
    metrics: &[Metric],
    analyses: &[Analysis],
    corrections: &BTreeMap<(String, String), Value>,
) -> (Calibration, Vec<FitReport>) {
    let mut fitted = Calibration {
        name: name.to_owned(),
        ..base.clone()
    };
    let mut reports = Vec::new();
    for metric in metrics {
        let past = past_answers(metric, analyses);
        let report = if matches!(metric.kind, MetricType::Boolean | MetricType::Enum) {
            fit_closed(&mut fitted, metric, &past, corrections)
        } else {
            fit_says(&mut fitted, metric, &past)
        };
        reports.extend(report);
    }
    (fitted, reports)
}

/// The answers to a metric as it is now, with the calls they are of.
fn past_answers<'a>(metric: &Metric, analyses: &'a [Analysis]) -> Vec<(&'a str, &'a Answer)> {
    let answers = analyses.iter().flat_map(|analysis| {
        analysis
            .disposition_metrics
            .iter()
            .map(|answer| (analysis.call_id.as_str(), answer))
    });
    answers
        .filter(|(_, answer)| {
            answer.identifier == metric.identifier
                && answer.prompt == metric.prompt
                && answer.kind == metric.kind
                && answer.choices == metric.choices
                && !answer.scores.is_empty()
        })
        .collect()
}

fn fit_closed(
    fitted: &mut Calibration,
    metric: &Metric,
    past: &[(&str, &Answer)],
    corrections: &BTreeMap<(String, String), Value>,
) -> Option<FitReport> {
    let choices = past.first()?.1.scores.len();
    let past: Vec<(&str, &Answer, Vec<f64>)> = past
        .iter()
        .filter(|(_, answer)| answer.scores.len() == choices)
        .map(|(call, answer)| {
            let log_probs = answer.scores.iter().map(|(_, p)| p.max(1e-9).ln());
            (*call, *answer, log_probs.collect())
        })
        .collect();
    let boolean = metric.kind == MetricType::Boolean;
    let mut lean = fitted.constants.usual(boolean, choices);
    let seen = boolean && past.len() >= LEAST_CALLS;
    if seen {
        let log_probs: Vec<&[f64]> = past.iter().map(|(_, _, l)| l.as_slice()).collect();
        lean = from_mean_odds(&log_probs, &lean, &fitted.constants);
    }
    let right: Vec<(usize, &[f64])> = past
        .iter()
        .filter_map(|(call, answer, log_probs)| {
            let value = corrections.get(&((*call).to_owned(), answer.identifier.clone()))?;
            Some((choice_of(answer, value)?, log_probs.as_slice()))
        })
        .collect();
    let corrected = right.len() >= LEAST_CORRECTIONS;
    if corrected {
        lean = from_corrections(&right, &lean);
    }
    let report = FitReport {
        identifier: metric.identifier.clone(),
        calls: past.len(),
        corrected: right.len(),
        fitted: corrected || seen,
        by_corrections: corrected,
        needs_corrections: !boolean,
    };
    if report.fitted {
        let (biases, scale) = lean;
        fitted.metrics.insert(
            fingerprint(metric),
            Lean {
                identifier: metric.identifier.clone(),
                biases,
                scale,
                calls: past.len(),
            },
        );
    }
    Some(report)
}

/// The means of the two scores that tell whether there is an answer. A prompt that does not say when there is none has but one
/// of them and is left alone: where every call has an answer its mean would make half of them empty.
fn fit_says(
    fitted: &mut Calibration,
    metric: &Metric,
    past: &[(&str, &Answer)],
) -> Option<FitReport> {
    let scores: Vec<(f64, f64)> = past
        .iter()
        .filter_map(|(_, answer)| {
            let none = score_of(&answer.scores, NONE).unwrap_or(0.0);
            Some((odds(none), odds(score_of(&answer.scores, GIVEN)?)))
        })
        .collect();
    if scores.is_empty() {
        return None;
    }
    let report = FitReport {
        identifier: metric.identifier.clone(),
        calls: scores.len(),
        corrected: 0,
        fitted: scores.len() >= LEAST_CALLS,
        by_corrections: false,
        needs_corrections: false,
    };
    if report.fitted {
        let mean = |of: fn(&(f64, f64)) -> f64| mean(scores.iter().map(of));
        fitted.says.insert(
            fingerprint(metric),
            SaysLean {
                identifier: metric.identifier.clone(),
                none: mean(|s| s.0),
                given: mean(|s| s.1),
                calls: scores.len(),
            },
        );
    }
    Some(report)
}

fn choice_of(answer: &Answer, value: &Value) -> Option<usize> {
    let text = match value {
        Value::Boolean(b) => b.to_string(),
        Value::Integer(n) => n.to_string(),
        Value::Text(text) => text.clone(),
    };
    answer.scores.iter().position(|(choice, _)| *choice == text)
}

#[expect(clippy::cast_precision_loss, reason = "a count of calls")]
fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = numbers.len().max(1) as f64;
    numbers.sum::<f64>() / count
}

/// Part of the mean log-odds is the model's lean, the rest is what calls are like; how large a part is a constant of the model.
fn from_mean_odds(
    log_probs: &[&[f64]],
    usual: &(Vec<f64>, f64),
    constants: &Constants,
) -> (Vec<f64>, f64) {
    let mean = mean(log_probs.iter().map(|l| l[0] - l[1]));
    let belief = belief(log_probs.len());
    let seen = &constants.boolean_seen;
    let mut biases = usual.0.clone();
    biases[0] = belief * (seen.bias + constants.mean_share * mean) + (1.0 - belief) * usual.0[0];
    (biases, belief * seen.scale + (1.0 - belief) * usual.1)
}

/// The biases under which the corrected answers are likeliest, held near the usual ones.
fn from_corrections(right: &[(usize, &[f64])], usual: &(Vec<f64>, f64)) -> (Vec<f64>, f64) {
    const STEPS: usize = 400;
    const RATE: f64 = 0.2;
    const HOLD: f64 = 0.5;
    let (mut biases, scale) = usual.clone();
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let count = right.len() as f64;
    for _ in 0..STEPS {
        let mut slope: Vec<f64> = biases
            .iter()
            .zip(&usual.0)
            .map(|(b, u)| HOLD * (b - u))
            .collect();
        for (answer, scores) in right {
            let p = softmax(scores.iter().zip(&biases).map(|(l, b)| scale * (l - b)));
            for (i, p) in p.iter().enumerate() {
                slope[i] -= scale * (p - f64::from(u8::from(i == *answer)));
            }
        }
        for (bias, slope) in biases.iter_mut().zip(slope) {
            *bias -= RATE * slope / count;
        }
    }
    (biases, scale)
}

#[cfg(test)]
mod tests {
    use aftercall_core::{Provenance, Status, Usage};

    use super::*;

    fn metric() -> Metric {
        Metric {
            identifier: "resolved".into(),
            prompt: "Was it resolved?".into(),
            kind: MetricType::Boolean,
            choices: Vec::new(),
        }
    }

    /// A call on which the model's log-odds of true were `odds`.
    fn analysis(call: usize, odds: f64) -> Analysis {
        let p = 1.0 / (1.0 + (-odds).exp());
        let mut answer = Answer::empty(&metric(), Status::Answered, "");
        answer.scores = vec![("true".into(), p), ("false".into(), 1.0 - p)];
        Analysis {
            call_id: call.to_string(),
            summary: String::new(),
            disposition_metrics: vec![answer],
            success_metrics: Vec::new(),
            provenance: Provenance {
                model: None,
                model_sha256: None,
                endpoint: None,
                confidence_source: aftercall_core::ConfidenceSource::Calibrated,
                prompt_revision: String::new(),
                calibration: String::new(),
                transcript_sha256: String::new(),
                windows: 1,
                truncated: false,
                withheld: Vec::new(),
                others: Vec::new(),
                usage: Usage::default(),
            },
        }
    }

    fn fitted(
        odds: &[f64],
        right: &BTreeMap<(String, String), Value>,
    ) -> (Option<Lean>, FitReport) {
        let analyses: Vec<_> = odds
            .iter()
            .enumerate()
            .map(|(i, o)| analysis(i, *o))
            .collect();
        let base = Calibration::default();
        let (calibration, mut reports) = fit_leans(&base, "test", &[metric()], &analyses, right);
        assert_eq!(calibration.name, "test");
        (
            calibration.metrics.get(&fingerprint(&metric())).cloned(),
            reports.remove(0),
        )
    }

    #[test]
    fn the_line_follows_the_mean_by_its_share() {
        let odds: Vec<f64> = (0..60)
            .map(|i| if i % 3 == 0 { 4.0 } else { 2.0 } + f64::from(i % 5) * 0.1)
            .collect();
        let (high, report) = fitted(&odds, &BTreeMap::new());
        let low: Vec<f64> = odds.iter().map(|z| z - 3.0).collect();
        let (low, _) = fitted(&low, &BTreeMap::new());
        let (high, low) = (high.unwrap().biases[0], low.unwrap().biases[0]);
        let share = Calibration::default().constants.mean_share;
        assert!((high - low - 3.0 * share * belief(60)).abs() < 1e-6);
        assert_eq!(
            (report.calls, report.corrected, report.fitted),
            (60, 0, true)
        );
    }

    #[test]
    fn few_calls_change_nothing() {
        let (lean, report) = fitted(&[1.0, 2.0, 3.0], &BTreeMap::new());
        assert_eq!(lean, None);
        assert!(!report.fitted);
    }

    #[test]
    fn corrections_move_the_line_to_where_they_part() {
        let odds: Vec<f64> = (0..40).map(|i| f64::from(i) * 0.1 - 4.0).collect();
        let right = (0..40)
            .map(|i: usize| {
                (
                    (i.to_string(), "resolved".to_owned()),
                    Value::Boolean(i >= 20),
                )
            })
            .collect();
        let (lean, report) = fitted(&odds, &right);
        // Only the distance between the two counts.
        let biases = lean.unwrap().biases;
        let bias = biases[0] - biases[1];
        assert!((-3.0..-0.5).contains(&bias), "{bias}");
        assert_eq!(report.corrected, 40);
    }

    #[test]
    fn only_a_prompt_that_says_when_there_is_no_answer_gets_a_lean_of_whether_there_is_one() {
        let metric = |prompt: &str| Metric {
            identifier: "booked".into(),
            prompt: prompt.into(),
            kind: MetricType::String,
            choices: Vec::new(),
        };
        let past = |metric: &Metric, scores: &[(&str, f64)]| -> Vec<Analysis> {
            (0..20)
                .map(|i| {
                    let mut past = analysis(i, 0.0);
                    let mut answer = Answer::empty(metric, Status::Answered, "");
                    answer.scores = scores.iter().map(|(n, p)| ((*n).to_owned(), *p)).collect();
                    past.disposition_metrics = vec![answer];
                    past
                })
                .collect()
        };
        let with = metric("Which place? Leave empty if nothing was booked.");
        let scores = [("none", 0.2), (GIVEN, 0.9)];
        let base = Calibration::default();
        let (calibration, reports) = fit_leans(
            &base,
            "t",
            std::slice::from_ref(&with),
            &past(&with, &scores),
            &BTreeMap::new(),
        );
        let lean = &calibration.says[&fingerprint(&with)];
        assert!((lean.none - odds(0.2)).abs() < 1e-9 && (lean.given - odds(0.9)).abs() < 1e-9);
        assert!(reports[0].fitted);
        let without = metric("Which place?");
        let scores = [("none", 0.2), ("written", 0.9)];
        let (calibration, reports) = fit_leans(
            &base,
            "t",
            std::slice::from_ref(&without),
            &past(&without, &scores),
            &BTreeMap::new(),
        );
        assert!(calibration.says.is_empty() && reports.is_empty());
    }
}
