//! A call that comes in, and what is told of it.

use std::mem;

use aftercall_core::{COMPLETED, Call, Problem};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::CallRow;
use super::content::{Content, fields};
use crate::times::{from_us, to_us};

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
    /// It was there unfinished; something changed, and it still is.
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
    /// Rounds the call's times to the microsecond, says of one without a status that it is completed, and gives the SHA-256
    /// (hex) of what is sent.
    pub(super) fn seal(&mut self) -> String {
        let call = &mut self.call;
        call.status.get_or_insert_with(|| COMPLETED.to_owned());
        call.started_at = call.started_at.map(to_the_microsecond);
        call.ended_at = call.ended_at.map(to_the_microsecond);
        let transcript_sha256 = call.transcript_sha256();
        // The transcript is most of a call: its digest stands for it rather than a copy.
        let transcript = mem::take(&mut call.transcript);
        let mut fields = fields(call, &self.extra, self.is_test);
        self.call.transcript = transcript;
        fields.insert("agentId".to_owned(), self.agent_id.clone().into());
        fields.insert("transcript".to_owned(), transcript_sha256.into());
        if let Some(revision_id) = &self.revision_id {
            fields.insert("versionId".to_owned(), revision_id.clone().into());
        }
        let mut sent = Json::Object(fields);
        sent.sort_all_objects();
        hex_sha256(sent.to_string().as_bytes())
    }

    /// The content to store.
    pub(super) fn into_content(self) -> Content {
        let mut call = self.call;
        call.agent_id = Some(self.agent_id);
        Content {
            call,
            extra: self.extra,
            is_test: self.is_test,
            cancelled: false,
        }
    }

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

fn to_the_microsecond(instant: Timestamp) -> Timestamp {
    from_us(to_us(instant)).unwrap_or(instant)
}

fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
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
