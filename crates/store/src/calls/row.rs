//! What a list shows of a call.

use aftercall_core::{Call, Turn};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use crate::StoreError;
use crate::entity::calls::Model;
use crate::times::{from_us, from_us_opt};

/// A call's facts, without what was said, its variables and most of the sender's own fields.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// Our id, 24 hexadecimal digits.
    pub id: String,
    /// The sender's id.
    pub call_id: String,
    /// The agent whose call it was.
    pub agent_id: String,
    /// The version whose metrics are asked of it; `None` where the agent had none when the call arrived.
    pub revision_id: Option<String>,
    /// `telephony_inbound`, `webcall` …, as sent.
    pub kind: Option<String>,
    /// `completed`, `no_answer` …, as sent.
    pub status: Option<String>,
    /// Whether the call is over. One that is not waits for a later body, and has no analysis.
    pub finished: bool,
    /// When the call began.
    pub started_at: Option<Timestamp>,
    /// When the call ended.
    pub ended_at: Option<Timestamp>,
    /// The caller's time zone.
    pub timezone: Option<String>,
    /// The calling number.
    pub from: Option<String>,
    /// The called number.
    pub to: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Where the recording lies.
    pub recording_url: Option<String>,
    /// How long the call was: as sent, else from its start to its end, else to the end of its last turn.
    pub duration: Option<SignedDuration>,
    /// How long the agent took to answer the user, on average: as sent, else from the times of the turns.
    pub latency: Option<SignedDuration>,
    /// Who or what ended the call, as sent.
    pub disconnection_reason: Option<String>,
    /// The campaign that it was made for, as sent.
    pub campaign_id: Option<String>,
    /// `callId` of the first attempt, where the call is a retry.
    pub retry_of: Option<String>,
    /// Whether the call is a test.
    pub is_test: bool,
    /// Those of the sender's own fields that lists show: [`super::LISTED_EXTRA`].
    pub listed: Map<String, Json>,
    /// Why it was cancelled, where that was done here and with a reason.
    pub cancel_reason: Option<String>,
    /// The analysis that counts.
    pub current_analysis_id: Option<String>,
    /// When the call arrived.
    pub created_at: Timestamp,
    /// When anything of it changed, its analyses included.
    pub updated_at: Timestamp,
}

impl CallRow {
    /// The call as a call file has it.
    #[must_use]
    pub fn to_call(&self, variables: Map<String, Json>, transcript: Vec<Turn>) -> Call {
        Call {
            call_id: self.call_id.clone(),
            agent_id: Some(self.agent_id.clone()),
            kind: self.kind.clone(),
            status: self.status.clone(),
            started_at: self.started_at,
            ended_at: self.ended_at,
            timezone: self.timezone.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            language: self.language.clone(),
            recording_url: self.recording_url.clone(),
            variables,
            transcript,
        }
    }
}

impl TryFrom<Model> for CallRow {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            call_id: row.call_id,
            agent_id: row.agent_id,
            revision_id: row.revision_id,
            kind: row.kind,
            status: row.status,
            finished: row.finished,
            started_at: from_us_opt(row.started_at)?,
            ended_at: from_us_opt(row.ended_at)?,
            timezone: row.timezone,
            from: row.from_number,
            to: row.to_number,
            language: row.language,
            recording_url: row.recording_url,
            duration: row.duration_us.map(SignedDuration::from_micros),
            latency: row.latency_us.map(SignedDuration::from_micros),
            disconnection_reason: row.disconnection_reason,
            campaign_id: row.campaign_id,
            retry_of: row.retry_of,
            is_test: row.is_test,
            listed: object(row.listed.0),
            cancel_reason: row.cancel_reason,
            current_analysis_id: row.current_analysis_id,
            created_at: from_us(row.created_at)?,
            updated_at: from_us(row.updated_at)?,
        })
    }
}

/// The object in a JSON column. The columns read with it are only ever written as objects.
pub(crate) fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(fields) => fields,
        _ => Map::new(),
    }
}
