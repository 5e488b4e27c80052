//! Constants of models, one file each, written by `bench/accuracy/fit.py` from labelled calls that no published figure is
//! measured on.

use crate::calibration::Constants;

/// The model whose constants stand in for those of a model that has none.
pub(crate) const DEFAULT_MODEL: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m";

const FITTED: [(&str, &str); 1] = [(
    DEFAULT_MODEL,
    include_str!("../constants/qwen2.5-coder-1.5b-instruct-q4_k_m.json"),
)];

/// The constants of a model, if they were fitted.
pub(crate) fn of(model: &str) -> Option<Constants> {
    let (_, text) = FITTED.iter().find(|(name, _)| *name == model)?;
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_valid() {
        for (model, _) in FITTED {
            assert!(of(model).is_some(), "{model}");
        }
    }
}
