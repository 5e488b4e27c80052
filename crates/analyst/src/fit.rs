//! Leans of single metrics, from calls that were analysed before, with or without a person's corrections.
//!
//! Without corrections the scores of the calls themselves tell: those of a BOOLEAN fall into two heaps, and the lean is where
//! the heaps meet; a choice that is likely on every call is leant to. How far that is believed grows with the calls; what is
//! missing is the usual lean of the model.

use std::collections::BTreeMap;

use aftercall_core::{Analysis, Answer, Metric, MetricType, Value};

use crate::calibration::{Calibration, Constants, Lean, fingerprint, softmax};

/// With fewer calls a metric keeps the usual lean.
const LEAST_CALLS: usize = 12;
/// The usual lean weighs as much as so many calls.
const PRIOR_CALLS: f64 = 10.0;
/// How much of a choice's lean, as its mean shows it, is taken out: the rest may be what calls are like.
const DAMPING: f64 = 0.5;

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
}

/// Fits a lean for every BOOLEAN and ENUM of `metrics` from past analyses of them. `corrections` are right answers by call and identifier.
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
    for metric in metrics
        .iter()
        .filter(|m| matches!(m.kind, MetricType::Boolean | MetricType::Enum))
    {
        let column: Vec<(&str, &Answer)> = analyses
            .iter()
            .flat_map(|a| {
                a.disposition_metrics
                    .iter()
                    .map(|answer| (a.call_id.as_str(), answer))
            })
            .filter(|(_, a)| {
                a.identifier == metric.identifier
                    && a.prompt == metric.prompt
                    && a.kind == metric.kind
                    && a.scores.len() > 1
            })
            .collect();
        let Some((_, first)) = column.first() else {
            continue;
        };
        let log_probs: Vec<Vec<f64>> = column
            .iter()
            .filter(|(_, a)| a.scores.len() == first.scores.len())
            .map(|(_, a)| a.scores.iter().map(|(_, p)| p.max(1e-9).ln()).collect())
            .collect();
        let right: Vec<(usize, &Vec<f64>)> = column
            .iter()
            .zip(&log_probs)
            .filter_map(|((call, answer), scores)| {
                let value = corrections.get(&((*call).to_owned(), answer.identifier.clone()))?;
                Some((choice_of(answer, value)?, scores))
            })
            .collect();
        let boolean = first.kind == MetricType::Boolean && first.scores.len() == 2;
        let usual = base
            .constants
            .usual(first.kind == MetricType::Boolean, first.scores.len());
        let lean = if right.len() >= LEAST_CALLS / 2 {
            Some(from_corrections(&right, &usual))
        } else if log_probs.len() < LEAST_CALLS {
            None
        } else if boolean {
            from_heaps(&log_probs, &base.constants)
        } else {
            Some(from_means(&log_probs, &usual))
        };
        reports.push(FitReport {
            identifier: first.identifier.clone(),
            calls: log_probs.len(),
            corrected: right.len(),
            fitted: lean.is_some(),
        });
        if let Some((biases, scale)) = lean {
            fitted.metrics.insert(
                fingerprint(metric),
                Lean {
                    identifier: first.identifier.clone(),
                    biases,
                    scale,
                    calls: log_probs.len(),
                },
            );
        }
    }
    (fitted, reports)
}

fn choice_of(answer: &Answer, value: &Value) -> Option<usize> {
    let text = match value {
        Value::Boolean(b) => b.to_string(),
        Value::Integer(n) => n.to_string(),
        Value::Text(text) => text.clone(),
    };
    answer.scores.iter().position(|(choice, _)| *choice == text)
}

/// Two normal heaps with one spread, by expectation and maximisation over the log-odds. Believed only where they stand apart.
fn from_heaps(log_probs: &[Vec<f64>], constants: &Constants) -> Option<(Vec<f64>, f64)> {
    let mut odds: Vec<f64> = log_probs.iter().map(|l| l[0] - l[1]).collect();
    odds.sort_by(f64::total_cmp);
    let heaps = Heaps::fit(&odds)?;
    #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
    let calls = odds.len() as f64;
    let believed = if heaps.apart() >= 2.0 {
        calls
    } else {
        calls * 0.25
    };
    let bias = (believed * heaps.middle() + PRIOR_CALLS * constants.boolean.bias)
        / (believed + PRIOR_CALLS);
    Some((vec![bias, 0.0], constants.boolean.scale))
}

/// Two normal distributions of equal spread.
#[derive(Debug, Clone, Copy)]
struct Heaps {
    low: f64,
    high: f64,
    spread: f64,
}

impl Heaps {
    fn fit(sorted: &[f64]) -> Option<Self> {
        const ROUNDS: usize = 60;
        const LEAST_SPREAD: f64 = 0.15;
        let at = |share: f64| {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "an index"
            )]
            let index = (share * (sorted.len() - 1) as f64) as usize;
            sorted.get(index).copied()
        };
        let mut heaps = Self {
            low: at(0.1)?,
            high: at(0.9)?,
            spread: ((at(0.9)? - at(0.1)?) / 4.0).max(LEAST_SPREAD),
        };
        let mut share = 0.5;
        for _ in 0..ROUNDS {
            let high: Vec<f64> = sorted
                .iter()
                .map(|x| {
                    let density = |mean: f64| (-((x - mean) / heaps.spread).powi(2) / 2.0).exp();
                    let (a, b) = (
                        share * density(heaps.high),
                        (1.0 - share) * density(heaps.low),
                    );
                    a / (a + b).max(1e-300)
                })
                .collect();
            let total: f64 = high.iter().sum();
            #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
            let count = sorted.len() as f64;
            if total < 0.5 || count - total < 0.5 {
                break;
            }
            heaps.high = sorted.iter().zip(&high).map(|(x, h)| x * h).sum::<f64>() / total;
            heaps.low = sorted
                .iter()
                .zip(&high)
                .map(|(x, h)| x * (1.0 - h))
                .sum::<f64>()
                / (count - total);
            let variance = sorted
                .iter()
                .zip(&high)
                .map(|(x, h)| h * (x - heaps.high).powi(2) + (1.0 - h) * (x - heaps.low).powi(2))
                .sum::<f64>()
                / count;
            heaps.spread = variance.sqrt().max(LEAST_SPREAD);
            share = total / count;
        }
        Some(heaps)
    }

    fn middle(&self) -> f64 {
        f64::midpoint(self.low, self.high)
    }

    /// The distance of the heaps in spreads.
    fn apart(&self) -> f64 {
        (self.high - self.low) / self.spread
    }
}

/// A choice that is likelier than its fair share over all calls is leant to.
fn from_means(log_probs: &[Vec<f64>], usual: &(Vec<f64>, f64)) -> (Vec<f64>, f64) {
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let (calls, choices) = (log_probs.len() as f64, usual.0.len() as f64);
    let mut mean = vec![0.0; usual.0.len()];
    for scores in log_probs {
        for (m, p) in mean.iter_mut().zip(softmax(scores.iter().copied())) {
            *m += p / calls;
        }
    }
    let believed = DAMPING * calls / (calls + PRIOR_CALLS);
    let biases = mean
        .iter()
        // A choice that no call was about must not gain without bound.
        .map(|m| believed * (m.max(0.2 / choices) * choices).ln())
        .collect();
    (biases, usual.1)
}

/// The biases under which the corrected answers are likeliest, held near the usual ones.
fn from_corrections(right: &[(usize, &Vec<f64>)], usual: &(Vec<f64>, f64)) -> (Vec<f64>, f64) {
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
                prompt_revision: String::new(),
                calibration: String::new(),
                transcript_sha256: String::new(),
                windows: 1,
                truncated: false,
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
    fn two_heaps_are_parted_in_the_middle() {
        let odds: Vec<f64> = (0..60)
            .map(|i| if i % 3 == 0 { 4.0 } else { 2.0 } + f64::from(i % 5) * 0.1)
            .collect();
        let (lean, report) = fitted(&odds, &BTreeMap::new());
        let bias = lean.unwrap().biases[0];
        assert!((2.5..3.8).contains(&bias), "{bias}");
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
    fn a_choice_that_is_always_likely_is_leant_to() {
        let scores: Vec<Vec<f64>> = (0..40)
            .map(|_| vec![0.8f64.ln(), 0.1f64.ln(), 0.1f64.ln()])
            .collect();
        let (biases, _) = from_means(&scores, &(vec![0.0; 3], 1.0));
        assert!(biases[0] > 0.2 && biases[1] < 0.0, "{biases:?}");
    }
}
