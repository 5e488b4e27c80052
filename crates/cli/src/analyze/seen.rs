//! Calls that stand in the inputs twice.

use std::collections::HashMap;

use aftercall_core::Call;

use super::reader::Origin;

/// Whether a callId was there before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// No.
    New,
    /// Yes, and the call is the same one; where it was found first.
    Same(Origin),
    /// Yes, and it was another call.
    Other(Origin),
}

/// The calls so far, by id.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashMap<String, (String, Origin)>);

impl Seen {
    /// Compares the call with those before and remembers it.
    pub(crate) fn check(&mut self, call: &Call, origin: &Origin) -> Before {
        let content = call.content_id();
        match self.0.get(&call.call_id) {
            Some((before, place)) if *before == content => Before::Same(place.clone()),
            Some((_, place)) => Before::Other(place.clone()),
            None => {
                let first = (content, origin.clone());
                self.0.insert(call.call_id.clone(), first);
                Before::New
            }
        }
    }
}
