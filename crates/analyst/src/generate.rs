//! Free text from the model, for those who bring their whole prompt themselves.

use aftercall_engine::{ChatTemplate, Grammar, Open, Segment, Speaker};

use crate::{Analyst, AnalystError};

/// Any text that is not blank.
const ANYTHING: &str = r"\s*\S[\s\S]*";

impl Analyst {
    /// What the model says to one message, `max_tokens` long at most. Control tokens in the message mean nothing.
    ///
    /// # Errors
    /// When the engine gave up, or its context cannot hold the message.
    pub fn generate(&mut self, message: &str, max_tokens: u32) -> Result<String, AnalystError> {
        let mut pieces = ChatTemplate::of(self.engine().info()).pieces(&[Speaker::User]);
        let lead: Vec<Segment> = pieces.pop().into_iter().collect();
        pieces.push(Segment::plain(message));
        let engine = self.engine_mut();
        engine.read(&pieces, 0)?;
        let question = Open {
            lead,
            grammar: Grammar::Regex(ANYTHING.into()),
            max_tokens,
        };
        let (written, _) = engine.write(vec![question])?;
        let text = written.into_iter().next().map(|written| written.text);
        Ok(text.unwrap_or_default().trim().to_owned())
    }
}
