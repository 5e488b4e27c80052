//! The constants of the default model, fitted by `bench/accuracy/fit` on labelled calls that no published figure is measured on.

use crate::calibration::{Constants, Line, Weights};

/// The model that the constants were fitted for.
pub(crate) const DEFAULT_MODEL: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m";

pub(crate) const CONSTANTS: Constants = Constants {
    boolean: Line {
        bias: 1.3,
        scale: 1.0,
    },
    choice_scale: 0.7,
    says_text: Weights([0.0, 1.0, -0.5]),
    says_number: Weights([0.0, 1.0, -0.5]),
    right_text: Weights([1.0, 1.0, 1.0]),
    right_number: Weights([1.0, 1.0, 1.0]),
    right_moment: Weights([1.0, 1.0, 1.0]),
};
