//! What is told to receivers.

/// An event that a receiver can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// A call begins. Taken from subscribers of the Atoms API, and never sent: calls arrive when they have ended.
    PreConversation,
    /// A call has ended and is stored.
    PostConversation,
    /// A call's first completed analysis is stored, or a later one that was asked for with it.
    AnalyticsCompleted,
    /// An analysis was given up; the reason stands in it.
    AnalysisFailed,
    /// A receiver is sent nothing any more.
    EndpointDisabled,
    /// Somebody wants to see that it arrives.
    Test,
}

impl Event {
    /// Those that a receiver can subscribe to.
    pub const ALL: [Self; 5] = [
        Self::PreConversation,
        Self::PostConversation,
        Self::AnalyticsCompleted,
        Self::AnalysisFailed,
        Self::EndpointDisabled,
    ];
    /// Those of the Atoms API.
    pub const ATOMS: [Self; 3] = [
        Self::PreConversation,
        Self::PostConversation,
        Self::AnalyticsCompleted,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PreConversation => "pre-conversation",
            Self::PostConversation => "post-conversation",
            Self::AnalyticsCompleted => "analytics-completed",
            Self::AnalysisFailed => "analysis.failed",
            Self::EndpointDisabled => "endpoint.disabled",
            Self::Test => "test",
        }
    }

    /// The event of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .chain([Self::Test])
            .find(|event| event.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for event in Event::ALL.into_iter().chain([Event::Test]) {
            assert_eq!(Event::from_name(event.name()), Some(event));
        }
        assert_eq!(Event::from_name("analytics_completed"), None);
    }
}
