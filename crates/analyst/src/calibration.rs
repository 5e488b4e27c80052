//! From the model's scores to decisions and honest probabilities.
//!
//! A model leans: to "true", to a choice that is named first, to giving an answer where there is none. The lean differs from
//! question to question and hardly from call to call, so it can be measured and taken out, in three steps:
//!
//! 1. what the model answers for a call in which nothing is said is its lean before any call; a share of it is taken out of
//!    the scores of its choices (`blank_share`), unless one of them is "the call does not say";
//! 2. where the scores of enough calls are known (nobody needs to have labelled them), a share of their mean is taken out too;
//! 3. what is left over all metrics is a line that is fitted on labelled calls, one a model.

use std::collections::BTreeMap;
use std::path::Path;

use aftercall_core::Metric;
use serde::{Deserialize, Serialize};

use crate::constants;

/// Numbers that turn scores into decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calibration {
    /// Named in the provenance of every analysis.
    pub name: String,
    /// The model's own.
    pub constants: Constants,
    /// Those of single BOOLEANs and ENUMs, by [`fingerprint`].
    #[serde(default)]
    pub metrics: BTreeMap<String, Lean>,
    /// Those of single metrics whose prompt says when there is no answer, by [`fingerprint`].
    #[serde(default)]
    pub says: BTreeMap<String, SaysLean>,
}

/// What a model does on any metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Constants {
    /// The share of the choices' log-probabilities on a blank call that is taken out.
    pub blank_share: f64,
    /// The share of a BOOLEAN's mean log-odds on past calls that is taken out.
    pub mean_share: f64,
    /// For true against false.
    pub boolean: Line,
    /// The same where the mean on past calls was taken out.
    pub boolean_seen: Line,
    /// For choices: the scale of their log-probabilities; their bias is nil.
    pub choice_scale: f64,
    /// Whether the call says the answer at all: by the log-odds of "none".
    pub says: Weights,
    /// The same where the prompt says when there is no answer: by the log-odds of "none" and of that.
    pub says_if: Weights,
    /// The same where [`Self::says_share`] of the means on past calls was taken out of both.
    pub says_if_seen: Weights,
    /// See [`Self::says_if_seen`].
    pub says_share: f64,
    /// Whether a text that was written is right, given that the call says it.
    pub right_text: Weights,
    /// The same for a number.
    pub right_number: Weights,
    /// The same for a date.
    pub right_moment: Weights,
}

/// The probability of true is `sigmoid(scale * (z - bias))` of the log-odds `z`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The log-odds at which both are equally likely.
    pub bias: f64,
    /// How much the log-odds are to be believed.
    pub scale: f64,
}

/// A logistic model: the first weight stands alone, the others belong to features.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weights(pub [f64; 3]);

impl Weights {
    /// The probability for these features.
    #[must_use]
    pub fn probability(&self, features: [f64; 2]) -> f64 {
        sigmoid(self.sum(features))
    }

    fn sum(&self, features: [f64; 2]) -> f64 {
        self.0[0] + self.0[1] * features[0] + self.0[2] * features[1]
    }
}

/// The lean of one metric: subtracted from the log-probabilities of its choices before they are scaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lean {
    /// The metric's identifier, for readers of the file.
    pub identifier: String,
    /// One a choice, in the metric's order; for a BOOLEAN true before false.
    pub biases: Vec<f64>,
    /// How much the log-probabilities are to be believed.
    pub scale: f64,
    /// Calls that it was fitted from.
    pub calls: usize,
}

/// What a model says on average of whether calls have an answer to one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaysLean {
    /// The metric's identifier, for readers of the file.
    pub identifier: String,
    /// The mean log-odds of "none".
    pub none: f64,
    /// The mean log-odds that there is an answer, by the prompt's own condition.
    pub given: f64,
    /// Calls that it was fitted from.
    pub calls: usize,
}

/// With so many past calls their mean counts as much as what is usual.
const USUAL_CALLS: f64 = 4.0;

/// How much a mean over `calls` is believed, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a count of calls")]
pub(crate) fn belief(calls: usize) -> f64 {
    let calls = calls as f64;
    calls / (calls + USUAL_CALLS)
}

/// Why a calibration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// It cannot be read.
    #[error("cannot read calibration file `{path}`: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is not of this form.
    #[error("calibration file `{path}` is not valid: {source}")]
    Invalid {
        /// The file.
        path: String,
        /// Why.
        source: serde_json::Error,
    },
}

impl Calibration {
    /// The constants that are known for a model, else those of the default model, which says so in its name.
    #[must_use]
    pub fn for_model(name: &str) -> Self {
        let revision = crate::prompt::REVISION;
        let (name, constants) = match constants::of(name) {
            Some(constants) => (format!("{name}/{revision}"), constants),
            None => (
                format!("unfitted, as {}/{revision}", constants::DEFAULT_MODEL),
                constants::of(constants::DEFAULT_MODEL).unwrap_or_else(Constants::untouched),
            ),
        };
        Self {
            name,
            constants,
            metrics: BTreeMap::new(),
            says: BTreeMap::new(),
        }
    }

    /// Reads a file that [`crate::fit_leans`]'s result was written to.
    ///
    /// # Errors
    /// When it cannot be read or is of another form.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CalibrationError> {
        let path = path.as_ref();
        let name = || path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|source| CalibrationError::Unreadable {
                path: name(),
                source,
            })?;
        serde_json::from_str(&text).map_err(|source| CalibrationError::Invalid {
            path: name(),
            source,
        })
    }

    /// The calibrated probabilities of a metric's choices.
    pub(crate) fn probabilities(
        &self,
        metric: &Metric,
        boolean: bool,
        log_probs: &[f64],
    ) -> Vec<f64> {
        let own = self
            .metrics
            .get(&fingerprint(metric))
            .filter(|lean| lean.biases.len() == log_probs.len());
        let (biases, scale) = match own {
            Some(lean) => (lean.biases.clone(), lean.scale),
            None => self.constants.usual(boolean, log_probs.len()),
        };
        softmax(log_probs.iter().zip(&biases).map(|(l, b)| scale * (l - b)))
    }

    /// The probability that the call says the answer. `given` are the log-odds of the prompt's own condition, if it has one.
    pub(crate) fn says(&self, metric: &Metric, none: f64, given: Option<f64>) -> f64 {
        let constants = &self.constants;
        let Some(given) = given else {
            return constants.says.probability([none, 0.0]);
        };
        let usual = constants.says_if.sum([none, given]);
        let Some(lean) = self.says.get(&fingerprint(metric)) else {
            return sigmoid(usual);
        };
        let share = constants.says_share;
        let seen = constants
            .says_if_seen
            .sum([none - share * lean.none, given - share * lean.given]);
        let belief = belief(lean.calls);
        sigmoid(belief * seen + (1.0 - belief) * usual)
    }
}

impl Default for Calibration {
    fn default() -> Self {
        Self::for_model(constants::DEFAULT_MODEL)
    }
}

impl Constants {
    /// Scores as they are.
    fn untouched() -> Self {
        let line = Line {
            bias: 0.0,
            scale: 1.0,
        };
        let none = Weights([0.0, -1.0, 0.0]);
        let even = Weights([0.0, 1.0, 0.0]);
        Self {
            blank_share: 0.0,
            mean_share: 0.0,
            boolean: line,
            boolean_seen: line,
            choice_scale: 1.0,
            says: none,
            says_if: none,
            says_if_seen: none,
            says_share: 0.0,
            right_text: even,
            right_number: even,
            right_moment: even,
        }
    }

    /// Biases and scale of a metric that nothing is known of.
    pub(crate) fn usual(&self, boolean: bool, choices: usize) -> (Vec<f64>, f64) {
        let mut biases = vec![0.0; choices];
        if boolean {
            biases[0] = self.boolean.bias;
            (biases, self.boolean.scale)
        } else {
            (biases, self.choice_scale)
        }
    }
}

/// Names a metric by what the model is asked: its type, prompt and choices. The identifier plays no part.
#[must_use]
pub fn fingerprint(metric: &Metric) -> String {
    use sha2::{Digest, Sha256};
    let asked = serde_json::json!([metric.kind, metric.prompt, metric.choices]);
    let hash = Sha256::digest(asked.to_string());
    hash.iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Log-odds, kept within what a float can tell.
pub(crate) fn odds(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Probabilities of scores; equal ones where all are impossible.
pub(crate) fn softmax(scores: impl Iterator<Item = f64>) -> Vec<f64> {
    let scores: Vec<f64> = scores.map(|s| s.max(-1e6)).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|w| w / total).collect()
}

#[cfg(test)]
mod tests {
    use aftercall_core::MetricType;

    use super::*;

    fn metric() -> Metric {
        Metric {
            identifier: "resolved".into(),
            prompt: "Was it resolved?".into(),
            kind: MetricType::Boolean,
            choices: Vec::new(),
        }
    }

    #[test]
    fn a_lean_of_its_own_replaces_the_usual_one() {
        let mut calibration = Calibration::default();
        let log_probs = [(0.7f64).ln(), (0.3f64).ln()];
        let before = calibration.probabilities(&metric(), true, &log_probs);
        calibration.metrics.insert(
            fingerprint(&metric()),
            Lean {
                identifier: "resolved".into(),
                biases: vec![5.0, 0.0],
                scale: 1.0,
                calls: 40,
            },
        );
        let after = calibration.probabilities(&metric(), true, &log_probs);
        assert!(after[0] < before[0] && after[0] < 0.05, "{after:?}");
        assert!((after.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_past_calls_said_moves_whether_there_is_an_answer() {
        let mut calibration = Calibration::default();
        let usual = calibration.says(&metric(), -1.0, Some(1.0));
        // On past calls the model was surer of an answer than on this one.
        let lean = |none, given| SaysLean {
            identifier: "resolved".into(),
            none,
            given,
            calls: 40,
        };
        let key = fingerprint(&metric());
        calibration.says.insert(key.clone(), lean(-4.0, 3.0));
        let less = calibration.says(&metric(), -1.0, Some(1.0));
        calibration.says.insert(key, lean(1.0, -1.0));
        let more = calibration.says(&metric(), -1.0, Some(1.0));
        assert!(less < usual && usual < more, "{less} {usual} {more}");
        // Without the prompt's own condition the mean tells nothing.
        let alone = calibration.says(&metric(), -1.0, None);
        assert_eq!(alone, Calibration::default().says(&metric(), -1.0, None));
    }

    #[test]
    fn the_fingerprint_is_of_the_question_and_not_of_its_name() {
        let mut other = metric();
        other.identifier = "fixed".into();
        assert_eq!(fingerprint(&metric()), fingerprint(&other));
        other.prompt.push('!');
        assert_ne!(fingerprint(&metric()), fingerprint(&other));
    }

    #[test]
    fn softmax_of_impossible_scores_is_even() {
        assert_eq!(softmax([f64::NEG_INFINITY; 2].into_iter()), [0.5, 0.5]);
    }

    #[test]
    fn a_calibration_survives_its_file() {
        let file = std::env::temp_dir().join(format!("calibration-{}.json", std::process::id()));
        let calibration = Calibration::default();
        std::fs::write(&file, serde_json::to_string(&calibration).unwrap()).unwrap();
        assert_eq!(Calibration::load(&file).unwrap(), calibration);
        std::fs::write(&file, "{}").unwrap();
        assert!(
            Calibration::load(&file)
                .unwrap_err()
                .to_string()
                .contains("not valid")
        );
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(
            Calibration::load(&file),
            Err(CalibrationError::Unreadable { .. })
        ));
    }
}
