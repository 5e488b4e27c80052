//! Which of the operator's models answers.

use std::fmt;

/// What stands before the model's name in the name of an agent's own slot.
const AGENT: &str = "agent:";

/// A place that the operator's configuration puts a model into.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The model for analyses; the one that is used unless an agent says otherwise.
    Internal,
    /// The model for hard questions.
    Reasoning,
    /// The model that the agent itself talks with, by its `slmModel` name.
    Agent(String),
}

impl Slot {
    /// The name in configuration, jobs and metrics: `internal`, `reasoning` or `agent:NAME`.
    #[must_use]
    pub fn name(&self) -> String {
        self.to_string()
    }

    /// The slot of that name; `None` where there is no such slot.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "internal" => Some(Self::Internal),
            "reasoning" => Some(Self::Reasoning),
            _ => {
                let model = name.strip_prefix(AGENT)?;
                (!model.is_empty()).then(|| Self::Agent(model.to_owned()))
            }
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal => f.write_str("internal"),
            Self::Reasoning => f.write_str("reasoning"),
            Self::Agent(model) => write!(f, "{AGENT}{model}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_back() {
        for slot in [
            Slot::Internal,
            Slot::Reasoning,
            Slot::Agent("gpt-4o".to_owned()),
            Slot::Agent("internal".to_owned()),
            Slot::Agent("agent:x".to_owned()),
        ] {
            assert_eq!(Slot::from_name(&slot.name()), Some(slot));
        }
        for name in ["", "Internal", "agent", "agent:", "other"] {
            assert_eq!(Slot::from_name(name), None, "{name:?}");
        }
    }
}
