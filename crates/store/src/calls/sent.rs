//! A call as far as it can be made ready without the database.

use std::mem;

use aftercall_core::{COMPLETED, Problem, hex_sha256};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::NewCall;
use super::columns::turns_text;
use super::content::{Content, fields};
use crate::times::{from_us, to_us};

/// A call that keeps the rules, ready to be stored.
pub(super) struct Sent {
    pub(super) agent_id: String,
    /// The version to ask the metrics of, where the sender names one.
    pub(super) revision_id: Option<String>,
    pub(super) content: Content,
    /// The turns as they are stored.
    pub(super) turns: String,
    /// SHA-256 (hex) of what was sent, its times to the microsecond.
    pub(super) hash: String,
}

impl Sent {
    pub(super) fn new(new: NewCall) -> Result<Self, Problem> {
        new.check()?;
        let mut call = new.call;
        call.agent_id = Some(new.agent_id.clone());
        call.status.get_or_insert_with(|| COMPLETED.to_owned());
        call.started_at = call.started_at.map(to_the_microsecond);
        call.ended_at = call.ended_at.map(to_the_microsecond);
        let turns = turns_text(&call.transcript);
        // The transcript is most of a call: its digest stands for it rather than a copy.
        let transcript = mem::take(&mut call.transcript);
        let mut fields = fields(&call, &new.extra, new.is_test);
        call.transcript = transcript;
        fields.insert("transcript".to_owned(), hex_sha256(turns.as_bytes()).into());
        if let Some(revision_id) = &new.revision_id {
            fields.insert("versionId".to_owned(), revision_id.clone().into());
        }
        let mut whole = Json::Object(fields);
        whole.sort_all_objects();
        Ok(Self {
            agent_id: new.agent_id,
            revision_id: new.revision_id,
            content: Content {
                call,
                extra: new.extra,
                is_test: new.is_test,
                cancelled: false,
            },
            turns,
            hash: hex_sha256(whole.to_string().as_bytes()),
        })
    }

    pub(super) fn call_id(&self) -> &str {
        &self.content.call.call_id
    }
}

fn to_the_microsecond(instant: Timestamp) -> Timestamp {
    from_us(to_us(instant)).unwrap_or(instant)
}
