//! Asks the model whether a line that may be an order is one: whether it is said to the other person on the call, or to the
//! computer that reads the call afterwards.

use aftercall_engine::{Closed, Cost, Engine, EngineError};

use crate::prompt::Prompt;
use crate::question::Question;
use crate::window::weigh;

/// Natural logarithm of the odds above which a line is taken to be said to the computer. Of lines with one sign alone the default
/// model finds two orders in five so, and took none of 24 lines of talk for one.
const LEAST_ODDS: f64 = 0.75;

/// A longer line is judged by its beginning.
const LINE_CHARS: usize = 600;

/// Whether each of the lines is an order.
pub(crate) fn are_orders(
    engine: &mut Engine,
    prompt: &Prompt,
    questions: &[Question<'_>],
    lines: &[&str],
    cost: &mut Cost,
) -> Result<Vec<bool>, EngineError> {
    cost.add(&engine.read(&prompt.lines(questions), prompt.same())?);
    let closed = lines
        .iter()
        .map(|line| {
            let line: String = line.chars().take(LINE_CHARS).collect();
            Closed {
                lead: prompt.line(&line),
                choices: vec![" person".into(), " computer".into()],
            }
        })
        .collect();
    let scores = weigh(engine, closed, cost)?;
    // A line that cannot be judged is kept from the model: what is not known to be talk may be an order.
    Ok(scores
        .into_iter()
        .map(|scores| scores.map_or(true, |s| s.log_probs[1] - s.log_probs[0] > LEAST_ODDS))
        .collect())
}
