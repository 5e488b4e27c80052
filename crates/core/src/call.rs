//! A call: a transcript and the facts around it.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

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

impl Role {
    /// The role of that name, in any case: `agent`, `assistant`, `bot` and `ai` are the agent;
    /// `user`, `customer`, `caller`, `human` and `client` the user; any other is kept as it is.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let word = name.trim();
        let is = |names: &[&str]| names.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&["agent", "assistant", "bot", "ai"]) {
            Self::Agent
        } else if is(&["user", "customer", "caller", "human", "client"]) {
            Self::User
        } else {
            Self::Other(name.to_owned())
        }
    }

    /// The name in a call file.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::Other(name) => name,
        }
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// By [`Role::from_name`].
impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self::from_name(&name))
    }
}

/// One turn of a transcript. Turns are counted from 1 in their order. It is read back as it was serialised; the rules of a
/// call file are [`crate::parse_call`]'s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
    /// Seconds from the start of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
    /// Seconds from the start of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<f64>,
}

/// A finished call as it came in. It serialises to the call file that it was read from, without unknown fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The sender's id, or one made from the content.
    pub call_id: String,
    /// The agent whose call it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// `telephony_inbound`, `webcall` …, as sent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `completed`, `no_answer` …, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When the call began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When the call ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// IANA name of the caller's time zone, or an offset from UTC, as [`crate::time_zone`] reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The calling number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The called number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// BCP 47 language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where the recording lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_url: Option<String>,
    /// Variables that the platform set.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub variables: Map<String, Json>,
    /// What was said, in order of time.
    pub transcript: Vec<Turn>,
}

impl Call {
    /// A call of which only the transcript is known; its id is made from it.
    #[must_use]
    pub fn from_turns(transcript: Vec<Turn>) -> Self {
        let mut call = Self {
            call_id: String::new(),
            agent_id: None,
            kind: None,
            status: None,
            started_at: None,
            ended_at: None,
            timezone: None,
            from: None,
            to: None,
            language: None,
            recording_url: None,
            variables: Map::new(),
            transcript,
        };
        call.call_id = call.content_id();
        call
    }

    /// The id made from the content: `CALL-` and the first 24 hex digits of the SHA-256 of the call as JSON,
    /// its id left out and the keys in order. The same file gives the same id on every machine; fields that a
    /// call file does not define, the order of keys and the spelling of roles make no difference.
    #[must_use]
    pub fn content_id(&self) -> String {
        let mut content = serde_json::to_value(self).unwrap_or_default();
        if let Json::Object(fields) = &mut content {
            fields.remove("callId");
        }
        content.sort_all_objects();
        let hash = hex_sha256(content.to_string().as_bytes());
        format!("CALL-{}", &hash[..24])
    }

    /// Whether any turn has a letter or a digit, in any script.
    #[must_use]
    pub fn has_words(&self) -> bool {
        self.transcript
            .iter()
            .any(|turn| turn.content.chars().any(char::is_alphanumeric))
    }

    /// SHA-256 of the transcript, hex: of its turns as in a call file, as compact JSON.
    #[must_use]
    pub fn transcript_sha256(&self) -> String {
        // Texts and finite numbers: there is nothing in a turn that JSON cannot hold (a NaN becomes null).
        hex_sha256(&serde_json::to_vec(&self.transcript).unwrap_or_default())
    }
}

/// SHA-256 as 64 hex digits.
#[must_use]
pub fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(content: &str) -> Turn {
        Turn {
            role: Role::Agent,
            content: content.into(),
            start: None,
            end: None,
        }
    }

    #[test]
    fn words_are_letters_or_digits() {
        for (content, words) in [
            ("", false),
            (" … !?\n", false),
            ("हाँ", true),
            ("7", true),
            ("好", true),
        ] {
            assert_eq!(
                Call::from_turns(vec![turn("-"), turn(content)]).has_words(),
                words,
                "{content}"
            );
        }
        assert!(!Call::from_turns(Vec::new()).has_words());
    }

    #[test]
    fn hashes_follow_the_content() {
        let call = Call::from_turns(vec![turn("hello")]);
        assert_eq!(call.call_id, "CALL-8a71fa3c83b5bf81bfb6aba8");
        assert_eq!(call.transcript_sha256().len(), 64);
        let mut other = call.clone();
        other.from = Some("+1".into());
        assert_eq!(other.transcript_sha256(), call.transcript_sha256());
        assert_ne!(other.content_id(), call.call_id);
        other.transcript[0].content.push('!');
        assert_ne!(other.transcript_sha256(), call.transcript_sha256());
    }

    #[test]
    fn the_order_of_variables_does_not_matter() {
        let mut a = Call::from_turns(vec![turn("hello")]);
        let mut b = a.clone();
        for (key, other) in [("x", "y"), ("y", "x")] {
            a.variables.insert(key.into(), key.into());
            b.variables.insert(other.into(), other.into());
        }
        assert_eq!(a.content_id(), b.content_id());
    }
}
