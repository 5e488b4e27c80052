//! From the model's scores to decisions and honest probabilities.
//!
//! A model leans: to "true", to a choice that is named first, to giving an answer where there is none. The lean differs from
//! question to question and hardly from call to call, so it can be measured and taken out. What is kept here are the numbers
//! that do so: constants of a model, fitted on labelled calls, and, for a metric whose scores on enough calls are known,
//! numbers of its own.

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
    /// Those of single metrics, by [`fingerprint`].
    #[serde(default)]
    pub metrics: BTreeMap<String, Lean>,
}

/// What a model does on any metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Constants {
    /// For true against false.
    pub boolean: Line,
    /// For choices: the scale of their log-probabilities; their bias is nil.
    pub choice_scale: f64,
    /// Whether the call says the answer at all, for text and dates.
    pub says_text: Weights,
    /// The same for numbers.
    pub says_number: Weights,
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
        sigmoid(self.0[0] + self.0[1] * features[0] + self.0[2] * features[1])
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
}

impl Default for Calibration {
    fn default() -> Self {
        Self::for_model(constants::DEFAULT_MODEL)
    }
}

impl Constants {
    /// Scores as they are.
    fn untouched() -> Self {
        let line = Weights([0.0, -1.0, 0.0]);
        let even = Weights([0.0, 1.0, 0.0]);
        Self {
            boolean: Line {
                bias: 0.0,
                scale: 1.0,
            },
            choice_scale: 1.0,
            says_text: line,
            says_number: line,
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
