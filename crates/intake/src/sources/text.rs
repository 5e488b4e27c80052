//! Plain text, a speaker before every turn. What is known of the call beside it stands in the address.

use aftercall_core::{Call, Problem};
use serde_json::Map;

use super::{STANDARD_SIGNATURE, Source};
use crate::draft::{Draft, Names};
use crate::hints::Hints;
use crate::object::Reading;
use crate::outcome::Outcome;
use crate::samples::Sample;
use crate::signature::Signature;
use crate::{Incoming, dialogue, json};

const NAME: &str = "text";

static TURNS: Names = Names {
    list: "text",
    role: "speaker",
    content: "said",
    start: "time",
    end: "time",
};

pub(super) struct Text;

impl Source for Text {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &STANDARD_SIGNATURE
    }

    fn signs(&self) -> bool {
        false
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let text = json::text(incoming.body)?;
        let mut draft = Draft::default();
        dialogue::add(&mut draft, &TURNS, text)?;
        let hints = Hints::of(incoming.query());
        if let Some(agent) = hints.get(crate::hints::AGENT) {
            for turn in &mut draft.turns {
                turn.role = crate::speakers::role(turn.role.name(), Some(agent));
            }
        }
        let event = NAME.to_owned();
        draft.finish(NAME, event, &hints, Reading::default(), Map::new())
    }

    fn sample(&self, call: &Call) -> Sample {
        let text = dialogue::text(&call.transcript, "Agent", "Customer");
        Sample::text("text/plain; charset=utf-8", text).telling_all(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["start", "end", "variables"]
    }
}
