//! A call that comes in, and what is told of it.

use aftercall_core::{Call, Problem};
use serde_json::{Map, Value as Json};

use super::CallRow;

/// A call as it comes in.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// The call. Its times are kept to the microsecond; without a status it is `completed`.
    pub call: Call,
    /// The agent whose call it is; it stands above the call's own `agentId`.
    pub agent_id: String,
    /// The version to ask the metrics of, where the sender names one; else it is the agent's active one.
    pub revision_id: Option<String>,
    /// Fields that a call file does not define; kept and given back. Of these, `disconnectionReason`, `duration`
    /// (seconds), `turnLatencyMetrics.avgLatency` (milliseconds), `campaignId` and `retryCallId` (`callId` of the first
    /// attempt) can be listed by.
    pub extra: Map<String, Json>,
    /// Whether the call is a test.
    pub is_test: bool,
}

/// What became of a call that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was there already, the same.
    Unchanged,
    /// It was there unfinished, or cancelled here; now its sender has finished it.
    Completed,
    /// Something of it changed; it is not over by that, or was over before.
    Updated,
}

/// A call that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The call as it is now.
    pub call: CallRow,
    /// What became of it.
    pub outcome: Outcome,
}

/// Why a call was not taken. Nothing of it was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// There is no such agent.
    #[error("there is no agent {agent_id}")]
    UnknownAgent {
        /// The id sent.
        agent_id: String,
    },
    /// The agent has no such version.
    #[error("agent {agent_id} has no version {version_id}")]
    UnknownVersion {
        /// The agent.
        agent_id: String,
        /// The id sent.
        version_id: String,
    },
    /// A call of that id is there, and it is another agent's or finished with other content.
    #[error("there is already a call {call_id}, which differs in {}", .fields.join(", "))]
    Conflict {
        /// The call's id.
        call_id: String,
        /// What differs, such as `agentId`, `status`, `transcript[3]` or `variables.name`.
        fields: Vec<String>,
    },
    /// A field of `extra` breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Problem),
}

impl NewCall {
    /// Checks the fields of `extra` that have a column of their own.
    pub(super) fn check(&self) -> Result<(), Problem> {
        for name in ["disconnectionReason", "campaignId", "retryCallId"] {
            let value = self.extra.get(name);
            let fits = match value {
                None | Some(Json::Null) => true,
                Some(Json::String(text)) => !text.chars().any(char::is_control),
                Some(_) => false,
            };
            if !fits {
                let rule = "must be a text without control characters";
                return Err(Problem::new(name, value, rule));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn extra_columns_are_texts() {
        let new = |extra: Json| NewCall {
            call: Call::from_turns(Vec::new()),
            agent_id: "a".to_owned(),
            revision_id: None,
            extra: extra.as_object().cloned().unwrap_or_default(),
            is_test: false,
        };
        assert!(
            new(json!({"campaignId": null, "other": "\u{0}"}))
                .check()
                .is_ok()
        );
        assert_eq!(
            new(json!({"campaignId": 7})).check().unwrap_err().field,
            "campaignId"
        );
        assert_eq!(
            new(json!({"retryCallId": "a\u{0}"}))
                .check()
                .unwrap_err()
                .field,
            "retryCallId"
        );
    }
}
