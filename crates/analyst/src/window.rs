//! One window of a call: the prompt is read once, all metrics branch off it.
//!
//! Four passes: closed answers are weighed, open ones written, the turn that shows each answer is weighed, and the reasons and
//! the summary are written.

use std::ops::Range;

use aftercall_core::{Call, Evidence, Role, Status};
use aftercall_engine::{Closed, Cost, Engine, EngineError, Open, Scores, Segment, Written};

use crate::analyst::{Reasons, THINKING_TOKENS};
use crate::blank::Blank;
use crate::calibration::{Calibration, odds};
use crate::decide::{self, Found, Raw};
use crate::evidence::{keep_what_stands, quote, quote_of_value, turns_near, turns_with};
use crate::heard::Heard;
use crate::moment::Clock;
use crate::numbers;
use crate::prompt::{NONE, Prompt};
use crate::question::{Condition, Question, Shape};
use crate::transcript::Transcript;
use aftercall_engine::Grammar;

/// Tokens of a reason, and of a summary.
const REASON_TOKENS: u32 = 36;
const SUMMARY_TOKENS: u32 = 64;
/// What the call says with less probability than this is not written.
const LEAST_SAID: f64 = 0.3;
/// Thoughts: lines of text, no empty one among them, as that ends an answer.
const THOUGHTS: &str = r" [^\n]{1,400}(\n[^\n]{1,400}){0,12}";
/// A turn less likely than this to show the answer is not evidence.
const LEAST_TURN: f64 = 0.15;

/// What a window is read with.
pub(crate) struct Reader<'a> {
    pub(crate) engine: &'a mut Engine,
    pub(crate) prompt: &'a Prompt,
    pub(crate) calibration: &'a Calibration,
    /// The call as it came.
    pub(crate) call: &'a Call,
    /// The call as it is read: turn numbers here are those of `heard`, but for evidence.
    pub(crate) heard: &'a Heard<'a>,
    pub(crate) clock: &'a Clock,
    pub(crate) transcript: &'a Transcript,
    pub(crate) questions: &'a [Question<'a>],
    pub(crate) blank: &'a Blank,
    pub(crate) reasons: Reasons,
    /// Whether the model thinks before it answers.
    pub(crate) thinks: bool,
    pub(crate) cost: Cost,
}

/// What a window gave.
pub(crate) struct Reading {
    pub(crate) found: Vec<Found>,
    pub(crate) summary: Summary,
}

/// The summary of a window or a call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Summary {
    pub(crate) text: String,
    /// Whether the model had more to say.
    pub(crate) cut: bool,
}

impl Reader<'_> {
    pub(crate) fn read(&mut self, lines: &Range<usize>) -> Result<Reading, EngineError> {
        let text = self.transcript.text(lines);
        let day = self.clock.day();
        let prompt = self.prompt.call(self.questions, day.as_deref(), &text);
        let cost = self.engine.read(&prompt, self.prompt.same())?;
        self.cost.add(&cost);
        if self.thinks {
            self.think_after(prompt)?;
        }
        let (raw, summary) = self.answers(&self.transcript.said(lines))?;
        let mut found: Vec<Found> = self
            .questions
            .iter()
            .zip(raw)
            .map(|(question, raw)| {
                decide::decide(
                    question,
                    raw,
                    &self.heard.call,
                    self.clock,
                    self.calibration,
                )
            })
            .collect();
        let turns: Vec<usize> = self.transcript.turns[lines.clone()].to_vec();
        self.find_evidence(&mut found, &turns)?;
        if self.reasons == Reasons::Written {
            self.write_reasons(&mut found)?;
        } else {
            quote_reasons(self.call, &mut found);
        }
        Ok(Reading { found, summary })
    }

    /// Has the model write down what matters for the questions, and goes on from there: all answers see it.
    fn think_after(&mut self, mut prompt: Vec<Segment>) -> Result<(), EngineError> {
        let thoughts = Open {
            lead: self.prompt.thoughts(),
            grammar: Grammar::Regex(THOUGHTS.into()),
            max_tokens: THINKING_TOKENS,
        };
        let Some(Ok(written)) = self.write(vec![thoughts])?.pop() else {
            // Without thoughts the questions are asked as ever.
            return Ok(());
        };
        prompt.extend(self.prompt.thoughts());
        prompt.push(Segment::plain(format!("{}\n\n", whole(&written))));
        let cost = self.engine.read(&prompt, self.prompt.same())?;
        self.cost.add(&cost);
        Ok(())
    }

    /// Weighs the closed answers and writes the open ones.
    fn answers(&mut self, said: &str) -> Result<(Vec<Raw>, Summary), EngineError> {
        let choices: Vec<Vec<String>> = self
            .questions
            .iter()
            .map(|question| match &question.shape {
                Shape::Closed(choices) => choices.iter().map(|c| c.text.clone()).collect(),
                Shape::Number => numbers::candidates(said, &question.metric.prompt)
                    .iter()
                    .map(ToString::to_string)
                    .chain([NONE.to_owned()])
                    .collect(),
                // One choice alone: its share of the model's wishes says how much it wants to answer "none".
                Shape::Text { .. } | Shape::Moment => vec![NONE.to_owned()],
            })
            .collect();
        let mut closed: Vec<Closed> = self
            .questions
            .iter()
            .zip(&choices)
            .map(|(question, choices)| Closed {
                lead: self.prompt.answer(question),
                choices: choices.iter().map(|c| format!(" {c}")).collect(),
            })
            .collect();
        let conditions: Vec<(usize, &Condition)> = self
            .questions
            .iter()
            .enumerate()
            .filter(|(_, question)| !matches!(question.shape, Shape::Closed(_)))
            .filter_map(|(i, question)| Some((i, question.condition.as_ref()?)))
            .collect();
        closed.extend(conditions.iter().map(|&(i, condition)| Closed {
            lead: self.prompt.condition(&self.questions[i], condition),
            choices: vec![" true".into(), " false".into()],
        }));
        let mut scores = self.score(closed)?;
        let mut given: Vec<Option<f64>> = vec![None; self.questions.len()];
        let of_conditions = scores.split_off(self.questions.len());
        for ((i, condition), scores) in conditions.into_iter().zip(of_conditions) {
            if let Ok(scores) = scores {
                let so = scores.log_probs[0] - scores.log_probs[1];
                given[i] = Some(if condition.given { so } else { -so });
            }
        }
        let share = self.calibration.constants.blank_share;
        for (scores, blank) in scores.iter_mut().zip(self.blank) {
            if let (Ok(scores), Some(blank)) = (scores, blank) {
                for (log_prob, lean) in scores.log_probs.iter_mut().zip(blank) {
                    *log_prob -= share * lean;
                }
            }
        }
        let written: Vec<usize> = (0..self.questions.len())
            .filter(|&i| self.is_written(i))
            .filter(|&i| match &scores[i] {
                Ok(scores) => self.is_worth_writing(i, scores.mass, given[i]),
                Err(_) => false,
            })
            .collect();
        let mut open: Vec<Open> = written
            .iter()
            .map(|&i| {
                let question = &self.questions[i];
                let (grammar, max_tokens) = question.grammar();
                Open {
                    lead: self.prompt.words(question),
                    grammar,
                    max_tokens,
                }
            })
            .collect();
        open.push(self.summary());
        let mut texts = self.write(open)?;
        let summary = match texts.pop() {
            Some(Ok(text)) => Summary::of(&text),
            Some(Err(_)) | None => Summary::default(),
        };
        let mut texts = texts.into_iter();
        let raw = scores
            .into_iter()
            .zip(choices)
            .enumerate()
            .map(|(i, (scores, choices))| {
                let text = if written.contains(&i) {
                    texts.next()
                } else {
                    None
                };
                match (scores, text) {
                    (Err(reason), _) | (_, Some(Err(reason))) => Raw::Failed(reason),
                    (Ok(scores), Some(Ok(text))) => Raw::Written {
                        text,
                        none: scores.mass,
                        given: given[i],
                    },
                    (Ok(scores), None) if self.is_written(i) => Raw::Unsaid {
                        none: scores.mass,
                        given: given[i],
                    },
                    (Ok(scores), None) => Raw::Weighed {
                        choices,
                        scores,
                        given: given[i],
                    },
                }
            })
            .collect();
        Ok((raw, summary))
    }

    fn is_written(&self, question: usize) -> bool {
        matches!(
            self.questions[question].shape,
            Shape::Text { .. } | Shape::Moment
        )
    }

    /// Whether the call may say the answer; else no words are written that would be thrown away.
    fn is_worth_writing(&self, question: usize, none: f64, given: Option<f64>) -> bool {
        let metric = self.questions[question].metric;
        self.calibration.says(metric, odds(none), given) >= LEAST_SAID
    }

    /// Finds the turn that shows each answer. A value that stands in one turn needs no model.
    fn find_evidence(&mut self, found: &mut [Found], turns: &[usize]) -> Result<(), EngineError> {
        let mut all = turns.to_vec();
        all.dedup();
        let mut asked = Vec::new();
        let mut questions = Vec::new();
        for (i, answer) in found.iter_mut().enumerate() {
            if answer.status != Status::Answered {
                continue;
            }
            let literal: Vec<usize> = answer
                .quotable()
                .map_or_else(Vec::new, |value| {
                    match turns_with(&self.heard.call, value) {
                        turns if turns.is_empty() => turns_near(&self.heard.call, value),
                        turns => turns,
                    }
                })
                .into_iter()
                .filter(|turn| all.contains(turn))
                .collect();
            let candidates = match literal.as_slice() {
                [one] => {
                    answer.turn = Some(*one);
                    continue;
                }
                [] => all.clone(),
                some => some.to_vec(),
            };
            questions.push(Closed {
                lead: self.prompt.turn(&self.questions[i], &answer.text),
                choices: candidates.iter().map(|turn| format!(" {turn}")).collect(),
            });
            asked.push((i, candidates, literal.is_empty()));
        }
        let scores = self.score(questions)?;
        for ((i, candidates, anywhere), scores) in asked.into_iter().zip(scores) {
            let Ok(scores) = scores else { continue };
            let best = scores
                .log_probs
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((at, log_prob)) = best
                && (!anywhere || log_prob.exp() >= LEAST_TURN)
            {
                found[i].turn = Some(candidates[at]);
            }
        }
        for (question, answer) in self.questions.iter().zip(found) {
            let Some(turn) = answer.turn else { continue };
            let about = format!("{} {}", question.metric.prompt, answer.text);
            let value = answer.quotable().map(str::to_owned);
            let quoted: Vec<Evidence> = value
                .and_then(|value| quote_of_value(&self.heard.call, turn, &value))
                .or_else(|| quote(&self.heard.call, turn, &about))
                .into_iter()
                .map(|quoted| Evidence {
                    turn: self.heard.place(quoted.turn),
                    ..quoted
                })
                .collect();
            let (kept, dropped) = keep_what_stands(self.call, quoted);
            answer.evidence = kept;
            if dropped > 0 {
                answer.confidence *= 0.5;
            }
        }
        Ok(())
    }

    /// Writes the reasons, side by side.
    fn write_reasons(&mut self, found: &mut [Found]) -> Result<(), EngineError> {
        let explained: Vec<usize> = (0..found.len())
            .filter(|&i| found[i].status == Status::Answered)
            .collect();
        let open: Vec<Open> = explained
            .iter()
            .map(|&i| Open {
                lead: self
                    .prompt
                    .reason(&self.questions[i], &found[i].text, found[i].turn),
                grammar: sentence(),
                max_tokens: REASON_TOKENS,
            })
            .collect();
        let texts = self.write(open)?;
        for (i, text) in explained.into_iter().zip(texts) {
            if let Ok(text) = text {
                found[i].reasoning = whole(&text);
            }
        }
        quote_reasons(self.call, found);
        Ok(())
    }

    /// One summary of a call that was read in several windows.
    pub(crate) fn join_summaries(&mut self, readings: &[Reading]) -> Result<Summary, EngineError> {
        if let [one] = readings {
            return Ok(one.summary.clone());
        }
        let parts: Vec<&str> = readings.iter().map(|r| r.summary.text.as_str()).collect();
        let as_they_stand = || Summary {
            text: parts.join(" "),
            cut: readings.iter().any(|r| r.summary.cut),
        };
        // Very many parts do not fit at once: they are given as they stand.
        let prompt = self.prompt.parts(&parts);
        match self.engine.read(&prompt, self.prompt.same()) {
            Ok(cost) => self.cost.add(&cost),
            Err(error) if lies_in_a_question(&error) => return Ok(as_they_stand()),
            Err(error) => return Err(error),
        }
        let open = vec![self.summary()];
        Ok(match self.write(open)?.pop() {
            Some(Ok(text)) => Summary::of(&text),
            Some(Err(_)) | None => as_they_stand(),
        })
    }

    fn summary(&self) -> Open {
        Open {
            lead: self.prompt.summary(),
            grammar: sentences(),
            max_tokens: SUMMARY_TOKENS,
        }
    }

    fn score(
        &mut self,
        questions: Vec<Closed>,
    ) -> Result<Vec<Result<Scores, String>>, EngineError> {
        weigh(self.engine, questions, &mut self.cost)
    }

    fn write(&mut self, questions: Vec<Open>) -> Result<Vec<Result<Written, String>>, EngineError> {
        let cost = &mut self.cost;
        let engine = &mut *self.engine;
        each(questions, |some| {
            let (answers, spent) = engine.write(some)?;
            cost.add(&spent);
            Ok(answers)
        })
    }
}

impl Summary {
    fn of(written: &Written) -> Self {
        Self {
            text: whole(written),
            cut: !written.complete,
        }
    }
}

/// Gives each answer that has no reason yet one that quotes its evidence: words that were said, which no model made up.
fn quote_reasons(call: &Call, found: &mut [Found]) {
    for answer in found.iter_mut().filter(|f| f.reasoning.is_empty()) {
        answer.reasoning = match answer.evidence.first() {
            Some(evidence) => {
                let speaker = match call
                    .transcript
                    .get(evidence.turn - 1)
                    .map(|turn| &turn.role)
                {
                    Some(Role::Agent) => "The agent",
                    Some(Role::User) => "The customer",
                    _ => "Somebody",
                };
                let quote = evidence.quote.trim_end_matches(['.', ',']);
                format!("{speaker} says in turn {}: \"{quote}\".", evidence.turn)
            }
            None => "No single turn shows it; it follows from the call as a whole.".into(),
        };
    }
}

/// Weighs the choices of all questions, as [`each`] asks them.
pub(crate) fn weigh(
    engine: &mut Engine,
    questions: Vec<Closed>,
    cost: &mut Cost,
) -> Result<Vec<Result<Scores, String>>, EngineError> {
    each(questions, |some| {
        let (answers, spent) = engine.score(some)?;
        cost.add(&spent);
        Ok(answers)
    })
}

/// Asks all questions together, and where that fails for a reason that lies in one of them, each alone.
fn each<Q: Clone, A>(
    questions: Vec<Q>,
    mut ask: impl FnMut(Vec<Q>) -> Result<Vec<A>, EngineError>,
) -> Result<Vec<Result<A, String>>, EngineError> {
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    match ask(questions.clone()) {
        Ok(answers) => return Ok(answers.into_iter().map(Ok).collect()),
        Err(error) if !lies_in_a_question(&error) => return Err(error),
        Err(_) => {}
    }
    let mut all = Vec::with_capacity(questions.len());
    for question in questions {
        match ask(vec![question]) {
            Ok(answers) => all.extend(answers.into_iter().map(Ok)),
            Err(error) if lies_in_a_question(&error) => all.push(Err(error.to_string())),
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

fn lies_in_a_question(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::Grammar(_) | EngineError::ContextTooSmall { .. } | EngineError::Native(_)
    )
}

/// One sentence: it ends at the first full stop that a blank or the end follows.
fn sentence() -> Grammar {
    Grammar::Regex(r" ([^\n.!?]|[.!?][^\s.!?]){10,220}[.!?]".into())
}

/// One or two sentences.
fn sentences() -> Grammar {
    Grammar::Regex(
        r" ([^\n.!?]|[.!?][^\s.!?]){20,300}[.!?]( ([^\n.!?]|[.!?][^\s.!?]){10,300}[.!?])?".into(),
    )
}

/// A text that the token bound ended is cut back to its last whole sentence, or word, and says so.
fn whole(written: &Written) -> String {
    let text = written.text.trim();
    if written.complete {
        return text.to_owned();
    }
    if let Some(end) = text.rfind(['.', '!', '?']) {
        return text[..=end].to_owned();
    }
    let end = text.rfind(char::is_whitespace).unwrap_or(text.len());
    format!("{} …", &text[..end])
}
