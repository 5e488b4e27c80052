//! Why a payload is not taken from whoever sent it.

use aftercall_intake::Unauthenticated;

/// Why a payload is not taken. The sender is told no more than that; the counters and the log know which.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The agent takes no calls from the source.
    #[error("the source is not set up for the agent")]
    NotSetUp,
    /// Nothing shows who sent it.
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
}

impl Refused {
    /// A word for counters.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::NotSetUp => "not_set_up",
            Self::Unauthenticated(Unauthenticated::Secret) => "wrong_secret",
            Self::Unauthenticated(Unauthenticated::Signature(problem)) => match problem.name() {
                "missing" => "no_signature",
                "late" => "late_signature",
                _ => "wrong_signature",
            },
        }
    }
}
