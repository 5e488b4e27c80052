//! What the model answers for a call in which nothing is said: its lean before any call.

use aftercall_core::Metric;
use aftercall_engine::{Closed, Cost, Engine, EngineError};

use crate::prompt::Prompt;
use crate::question::{Question, Shape};
use crate::window::weigh;

/// Lists of metrics that are remembered; with more the oldest is asked again.
const MOST: usize = 64;

/// Log-probabilities of the choices of each question, in the order of the metrics; none where the blank call is no measure: an
/// open question, or one whose choices have "the call does not say", which is right there.
pub(crate) type Blank = [Option<Vec<f64>>];

/// The blanks of the lists of metrics that were asked last.
#[derive(Debug, Default)]
pub(crate) struct Blanks {
    known: Vec<(String, Vec<Option<Vec<f64>>>)>,
}

impl Blanks {
    /// The blank of a list of metrics, asked of the engine once.
    pub(crate) fn of(
        &mut self,
        engine: &mut Engine,
        prompt: &Prompt,
        questions: &[Question<'_>],
        cost: &mut Cost,
    ) -> Result<&Blank, EngineError> {
        let key = key(questions.iter().map(|q| q.metric));
        let at = match self.known.iter().position(|(known, _)| *known == key) {
            Some(at) => at,
            None => {
                let blank = ask(engine, prompt, questions, cost)?;
                if self.known.len() == MOST {
                    self.known.remove(0);
                }
                self.known.push((key, blank));
                self.known.len() - 1
            }
        };
        Ok(&self.known[at].1)
    }
}

fn ask(
    engine: &mut Engine,
    prompt: &Prompt,
    questions: &[Question<'_>],
    cost: &mut Cost,
) -> Result<Vec<Option<Vec<f64>>>, EngineError> {
    let mut blank = vec![None; questions.len()];
    let (asked, closed): (Vec<usize>, Vec<Closed>) = questions
        .iter()
        .enumerate()
        .filter(|(_, question)| question.always_valued())
        .filter_map(|(i, question)| {
            let Shape::Closed(choices) = &question.shape else {
                return None;
            };
            let closed = Closed {
                lead: prompt.answer(question),
                choices: choices.iter().map(|c| format!(" {}", c.text)).collect(),
            };
            Some((i, closed))
        })
        .unzip();
    if asked.is_empty() {
        return Ok(blank);
    }
    cost.add(&engine.read(&prompt.blank(questions), prompt.same())?);
    let scores = weigh(engine, closed, cost)?;
    for (i, scores) in asked.into_iter().zip(scores) {
        blank[i] = scores.ok().map(|scores| scores.log_probs);
    }
    Ok(blank)
}

/// The list as text: what is asked, and under which name.
fn key<'a>(metrics: impl Iterator<Item = &'a Metric>) -> String {
    metrics
        .map(|m| serde_json::json!([m.identifier, m.kind, m.prompt, m.choices]).to_string())
        .collect()
}
