//! What comes of a payload.

use aftercall_core::Call;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::merge::Kept;

/// What a payload is.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A call, or more of one.
    Call(Box<Taken>),
    /// An event that is not the end of a call.
    Ignored {
        /// Its name, as the platform has it.
        event: String,
    },
    /// A notice: the call has to be fetched.
    Fetch(Box<Notice>),
}

/// A call that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The event that brought it, as the platform names it.
    pub event: String,
    /// The call. Its id is made from what the platform calls it, so every event of a call has the same one. Where only part of the call
    /// has come (an analysis without a transcript) its status is [`Taken::PARTIAL`], and the rest completes it.
    pub call: Call,
    /// Fields that a call has no place for and the server knows: `disconnectionReason`, `duration` (seconds), `callCost`,
    /// `interruptedTurns` (their numbers, from 1), `platformAnalysis` (what the platform itself found out) and `intake` (source and event).
    pub extra: Map<String, Json>,
    /// Whether its id is made from its content, as the payload names none.
    pub id_of_content: bool,
}

impl Taken {
    /// Status of a call of which only part has come.
    pub const PARTIAL: &'static str = "processing";

    /// The call as that agent's. An id that is made from the content has the agent's behind it: two agents may each get the same words.
    #[must_use]
    pub fn of_agent(mut self, agent_id: &str) -> Kept {
        if self.id_of_content {
            self.call.call_id = format!("{}-{agent_id}", self.call.call_id);
        }
        Kept {
            call: self.call,
            extra: self.extra,
        }
    }

    /// Whether this is part of a call, without what was said.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.call.status.as_deref() == Some(Self::PARTIAL)
    }
}

/// A notice that a call can be fetched. It serialises, to be kept until that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Name of the source.
    pub source: String,
    /// The event, as the platform names it.
    pub event: String,
    /// The call's id.
    pub call_id: String,
    /// What to fetch, all of it.
    pub fetches: Vec<Fetch>,
    /// What the notice itself says.
    pub payload: Json,
    /// The query of the address that it came by.
    pub query: String,
}

/// Something to fetch by GET.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fetch {
    /// What it is, to the source.
    pub name: String,
    /// Scheme and host where the platform has it; the operator may put another before the path.
    pub base: String,
    /// Path and query.
    pub path: String,
    /// How the operator's key goes with it.
    pub access: Access,
}

/// How a key goes with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// In the header `X-API-Key`.
    ApiKeyHeader,
    /// As the whole of the header `Authorization`.
    Authorization,
    /// In the header `Authorization`, after `Bearer `.
    Bearer,
    /// As name and password (`SID:TOKEN`) of HTTP Basic.
    Basic,
}

impl Access {
    /// Name and value of the header for that key; `Basic` puts it in Base64.
    #[must_use]
    pub fn header(self, key: &str) -> (&'static str, String) {
        match self {
            Self::ApiKeyHeader => ("x-api-key", key.to_owned()),
            Self::Authorization => ("authorization", key.to_owned()),
            Self::Bearer => ("authorization", format!("Bearer {key}")),
            Self::Basic => {
                use base64::Engine as _;
                let pair = base64::engine::general_purpose::STANDARD.encode(key);
                ("authorization", format!("Basic {pair}"))
            }
        }
    }
}

/// What was fetched.
#[derive(Debug, Clone, Copy)]
pub struct Fetched<'a> {
    /// The name of its [`Fetch`]. Pages of one thing have the same name and stand in their order.
    pub name: &'a str,
    /// The body.
    pub body: &'a [u8],
}
