//! What became of a call, as statistics count it.

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It took place and ended.
    Answered,
    /// Nobody took it.
    NoAnswer,
    /// It could not be made, or broke down.
    Failed,
    /// It was called off.
    Cancelled,
    /// It goes on.
    Running,
    /// It is to be made.
    Waiting,
}

impl CallOutcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Answered,
        Self::NoAnswer,
        Self::Failed,
        Self::Cancelled,
        Self::Running,
        Self::Waiting,
    ];

    /// What a call's `status` says then. A call without a status counts as answered, as it came with what was said. A status
    /// of the sender's own that stands nowhere here has no outcome: such a call counts among all calls alone.
    #[must_use]
    pub fn statuses(self) -> &'static [&'static str] {
        match self {
            Self::Answered => &["completed"],
            Self::NoAnswer => &["no_answer", "no-answer", "busy"],
            Self::Failed => &["failed"],
            Self::Cancelled => &["cancelled", "canceled"],
            Self::Running => &["in_progress", "processing", "active"],
            Self::Waiting => &["pending", "in_queue"],
        }
    }

    /// The outcome of a call with that `status`.
    #[must_use]
    pub fn of(status: Option<&str>) -> Option<Self> {
        let Some(status) = status else {
            return Some(Self::Answered);
        };
        let mut all = Self::ALL.into_iter();
        all.find(|outcome| outcome.statuses().contains(&status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::is_finished;

    #[test]
    fn running_and_waiting_are_what_is_not_over() {
        for outcome in CallOutcome::ALL {
            let open = matches!(outcome, CallOutcome::Running | CallOutcome::Waiting);
            for status in outcome.statuses() {
                assert_eq!(CallOutcome::of(Some(status)), Some(outcome));
                assert_eq!(is_finished(Some(status)), !open, "{status}");
            }
        }
        assert_eq!(CallOutcome::of(None), Some(CallOutcome::Answered));
        assert_eq!(CallOutcome::of(Some("Completed")), None);
    }
}
