//! A call: a transcript and the facts around it.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

/// Who speaks. Roles that are neither `agent` nor `user` are kept as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The voice agent or the person who works for the company.
    Agent,
    /// The other side: customer, caller, contact.
    User,
    /// Any other role, as sent (`system`, `tool`, `supervisor` …).
    Other(String),
}

/// One turn of a transcript. Turns are counted from 1 in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
    /// Seconds from the start of the call.
    pub start: Option<f64>,
    /// Seconds from the start of the call.
    pub end: Option<f64>,
}

/// A finished call as it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The sender's id, or one made from the content.
    pub call_id: String,
    /// The agent whose call it was.
    pub agent_id: Option<String>,
    /// `telephony_inbound`, `webcall` …, as sent.
    pub kind: Option<String>,
    /// `completed`, `no_answer` …, as sent.
    pub status: Option<String>,
    /// When the call began.
    pub started_at: Option<Timestamp>,
    /// When the call ended.
    pub ended_at: Option<Timestamp>,
    /// IANA name of the caller's time zone.
    pub timezone: Option<String>,
    /// The calling number.
    pub from: Option<String>,
    /// The called number.
    pub to: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Where the recording lies.
    pub recording_url: Option<String>,
    /// Variables that the platform set.
    pub variables: Map<String, Json>,
    /// What was said, in order of time.
    pub transcript: Vec<Turn>,
}
