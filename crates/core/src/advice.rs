//! Advice on metrics: what is allowed but seldom meant. Advice never blocks.
//!
//! It follows the authoring rules of the Atoms documentation: choices cover every answer that the prompt can
//! produce; no "omit if" instructions; the prompt asks for the declared type; a metric does not refer to another;
//! an aggregate names its weights; three to five metrics. Every rule is narrow, as advice that is
//! wrong is not read again. "Leave empty if …" is a good rule for STRING, INTEGER and DATETIME and gets none.

mod choices;
mod kinds;
mod wording;

use serde::Serialize;

use crate::Metric;

/// Metrics of one agent, at most, before fewer are advised.
pub const ADVISED_METRICS: usize = 5;

/// What a piece of advice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceKind {
    /// The prompt is too short to be understood, or asks nothing.
    VaguePrompt,
    /// The prompt asks for another type than the declared one.
    TypeMismatch,
    /// The prompt names an answer that is not among the choices.
    MissingChoice,
    /// The prompt allows no answer and no choice says so.
    NoneChoice,
    /// Two choices differ in capitals or marks only.
    SimilarChoices,
    /// A STRING prompt lists its answers: an ENUM would keep to them.
    UseEnum,
    /// "Omit if …": every metric is answered.
    OmitInstruction,
    /// The prompt refers to another metric.
    CrossReference,
    /// A score without its scale.
    NoScale,
    /// A score made of several parts without their weights.
    NoWeights,
    /// More metrics than are advised.
    TooManyMetrics,
}

/// One piece of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// The metric it is about; `None` where it is about the list.
    pub identifier: Option<String>,
    /// What it is about.
    pub kind: AdviceKind,
    /// What was seen and what to do, in a sentence or two, lower case, without a full stop at the end.
    pub message: String,
}

/// Advice on a list of metrics, in the order of the metrics; what is about the list comes first.
#[must_use]
pub fn advise(metrics: &[Metric]) -> Vec<Advice> {
    let mut found = Vec::new();
    if metrics.len() > ADVISED_METRICS {
        found.push(Advice {
            identifier: None,
            kind: AdviceKind::TooManyMetrics,
            message: format!(
                "there are {} metrics; three to five are easier to read and quicker to answer",
                metrics.len()
            ),
        });
    }
    for metric in metrics {
        let rules = [
            wording::vague(metric),
            kinds::mismatch(metric),
            choices::missing(metric),
            choices::none_choice(metric),
            choices::similar(metric),
            choices::use_enum(metric),
            wording::omit(metric),
            wording::cross_reference(metric, metrics),
            wording::no_scale(metric),
            wording::no_weights(metric),
        ];
        found.extend(rules.into_iter().flatten().map(|(kind, message)| Advice {
            identifier: Some(metric.identifier.clone()),
            kind,
            message,
        }));
    }
    found
}

/// What a rule finds.
type Finding = Option<(AdviceKind, String)>;
