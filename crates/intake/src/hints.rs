//! What the address says of the calls that come by it: `…?timezone=Europe/Berlin&agent=0`.
//!
//! A platform that knows neither its customers' time zone nor which voice is the agent's can be told so once, where it is set up.
//! What the payload says stands above the address.

use std::collections::BTreeMap;

use crate::draft::Draft;

/// What can be said of a call in an address, by its name there and in a call file.
const FACTS: [&str; 10] = [
    "callId",
    "type",
    "status",
    "startedAt",
    "endedAt",
    "timezone",
    "from",
    "to",
    "language",
    "recordingUrl",
];
/// Says which speaker or channel is the agent.
pub(crate) const AGENT: &str = "agent";
/// Bytes of a query that are looked at.
const MAX_QUERY_BYTES: usize = 16 * 1024;

/// What an address says.
#[derive(Debug, Default)]
pub(crate) struct Hints(BTreeMap<String, String>);

impl Hints {
    /// Reads the part of the address after the question mark. Names that are not known are left alone, as platforms add their own.
    pub(crate) fn of(query: &str) -> Self {
        if query.len() > MAX_QUERY_BYTES {
            return Self::default();
        }
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self(
            pairs
                .filter(|(name, value)| {
                    (FACTS.contains(&name.as_ref()) || name == AGENT) && !value.trim().is_empty()
                })
                .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
                .collect(),
        )
    }

    /// What the address says under that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Fills in what the payload does not say.
    pub(crate) fn fill(&self, draft: &mut Draft) {
        for name in FACTS {
            if let Some(value) = self.get(name)
                && !draft.says(name)
            {
                draft.say_by_address(name, value.to_owned());
            }
        }
    }
}
