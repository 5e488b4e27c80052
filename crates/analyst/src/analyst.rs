//! A call and its metrics to an analysis.

use std::ops::Range;
use std::time::Instant;

use aftercall_core::{Analysis, Answer, Call, ConfidenceSource, Metric, Provenance, Status, Usage};
use aftercall_engine::{ChatTemplate, Cost, Engine, Segment};

use crate::blank::Blanks;
use crate::calibration::Calibration;
use crate::decide::Found;
use crate::error::AnalystError;
use crate::guard::are_orders;
use crate::heard::{Heard, Part};
use crate::merge::merge;
use crate::moment::Clock;
use crate::orders::{Suspicion, orders};
use crate::prompt::{Prompt, REVISION};
use crate::question::Question;
use crate::transcript::{Transcript, windows};
use crate::window::Reader;

/// A window smaller than this, in tokens, holds no conversation.
const LEAST_WINDOW: u32 = 256;

/// Tokens that the model may think for, where it is told to think first.
pub const THINKING_TOKENS: u32 = 256;

/// Where reasons come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reasons {
    /// A sentence that quotes the evidence: what was said, checked, and no time spent on it.
    #[default]
    Quoted,
    /// A sentence that the model writes. It reads better, takes about half as long again, and may be wrong.
    Written,
}

/// What an operator or an agent's config may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Of reasons and summaries, in English: "English", "German" …
    pub language: String,
    /// IANA name of the zone of calls that have none.
    pub timezone: String,
    /// Where reasons come from. In another language than English they are always written.
    pub reasons: Reasons,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "English".into(),
            timezone: "UTC".into(),
            reasons: Reasons::Quoted,
        }
    }
}

/// Which model answers, for the provenance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelIdentity {
    /// Name in the catalogue, or the file's.
    pub name: String,
    /// Of the file, hex.
    pub sha256: Option<String>,
}

/// Turns calls into analyses, one at a time, with a model of its own.
pub struct Analyst {
    engine: Engine,
    model: ModelIdentity,
    calibration: Calibration,
    settings: Settings,
    prompt: Prompt,
    blanks: Blanks,
    /// Whether the model writes down its thoughts before it answers.
    thinks: bool,
}

impl Analyst {
    /// An analyst over a running engine.
    #[must_use]
    pub fn new(
        engine: Engine,
        model: ModelIdentity,
        calibration: Calibration,
        settings: Settings,
    ) -> Self {
        let template = ChatTemplate::of(engine.info());
        let prompt = Prompt::new(&template, &settings.language);
        Self {
            engine,
            model,
            calibration,
            settings,
            prompt,
            blanks: Blanks::default(),
            thinks: false,
        }
    }

    /// Says whether the model is to think before it answers, in at most [`THINKING_TOKENS`].
    pub fn think(&mut self, think: bool) {
        self.thinks = think;
    }

    /// The engine, for its figures.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Which model answers.
    #[must_use]
    pub fn identity(&self) -> &ModelIdentity {
        &self.model
    }

    pub(crate) fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Answers every metric from the call. A metric that cannot be answered says so and keeps no other from its answer.
    ///
    /// # Errors
    /// When the engine gave up, or its context cannot hold the instructions.
    pub fn analyze(&mut self, call: &Call, metrics: &[Metric]) -> Result<Analysis, AnalystError> {
        let started = Instant::now();
        if let Some(analysis) = without_transcript(call, metrics) {
            return Ok(analysis);
        }
        let questions: Vec<Question<'_>> = metrics.iter().map(Question::of).collect();
        let mut cost = Cost::default();
        let orders = self.orders(call, &questions, &mut cost)?;
        let heard = Heard::without(call, &orders);
        if let Some(mut analysis) = without_transcript(&heard.call, metrics) {
            analysis.provenance.transcript_sha256 = call.transcript_sha256();
            analysis.provenance.withheld = heard.withheld;
            return Ok(analysis);
        }
        let transcript = Transcript::of(&heard.call);
        let clock = Clock::of(call, &self.settings.timezone);
        let windows = self.windows(&questions, &transcript)?;
        let blank = self
            .blanks
            .of(&mut self.engine, &self.prompt, &questions, &mut cost)?;
        let mut reader = Reader {
            engine: &mut self.engine,
            prompt: &self.prompt,
            calibration: &self.calibration,
            call,
            heard: &heard,
            clock: &clock,
            transcript: &transcript,
            questions: &questions,
            blank,
            reasons: if self.settings.language.eq_ignore_ascii_case("english") {
                self.settings.reasons
            } else {
                Reasons::Written
            },
            thinks: self.thinks,
            cost,
        };
        let mut readings = Vec::with_capacity(windows.len());
        for lines in &windows {
            readings.push(reader.read(lines)?);
        }
        let summary = reader.join_summaries(&readings)?;
        let cost = reader.cost;
        let found = readings.into_iter().map(|reading| reading.found).collect();
        let (answers, cut) = answers(&questions, found);
        Ok(Analysis {
            call_id: call.call_id.clone(),
            summary: summary.text,
            disposition_metrics: answers,
            success_metrics: Vec::new(),
            provenance: Provenance {
                model: Some(self.model.name.clone()),
                model_sha256: self.model.sha256.clone(),
                endpoint: None,
                confidence_source: ConfidenceSource::Calibrated,
                prompt_revision: if self.thinks {
                    format!("{REVISION}-think")
                } else {
                    REVISION.into()
                },
                calibration: self.calibration.name.clone(),
                transcript_sha256: call.transcript_sha256(),
                windows: windows.len(),
                truncated: cut || summary.cut,
                withheld: heard.withheld,
                others: Vec::new(),
                usage: Usage {
                    tokens_read: cost.read,
                    tokens_cached: cost.cached,
                    tokens_written: cost.written,
                    read_milliseconds: milliseconds(cost.read_ms),
                    write_milliseconds: milliseconds(cost.write_ms),
                    milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                    requests: 0,
                    cost: None,
                },
            },
        })
    }

    /// The parts of the call that give orders to the analysis.
    fn orders(
        &mut self,
        call: &Call,
        questions: &[Question<'_>],
        cost: &mut Cost,
    ) -> Result<Vec<Part>, AnalystError> {
        let metrics: Vec<&Metric> = questions.iter().map(|question| question.metric).collect();
        let found = orders(call, &metrics);
        let doubtful: Vec<&str> = found
            .iter()
            .filter(|(_, suspicion)| *suspicion == Suspicion::Doubtful)
            .map(|(part, _)| &call.transcript[part.turn - 1].content[part.from..part.to])
            .collect();
        let mut judged = if doubtful.is_empty() {
            Vec::new()
        } else {
            are_orders(&mut self.engine, &self.prompt, questions, &doubtful, cost)?
        }
        .into_iter();
        Ok(found
            .into_iter()
            .filter(|(_, suspicion)| match suspicion {
                Suspicion::Sure => true,
                Suspicion::Doubtful => judged.next().unwrap_or(true),
            })
            .map(|(part, _)| part)
            .collect())
    }

    /// The windows that the transcript is read in: one, unless it is longer than the context leaves room for.
    fn windows(
        &mut self,
        questions: &[Question<'_>],
        transcript: &Transcript,
    ) -> Result<Vec<Range<usize>>, AnalystError> {
        let context = self.engine.info().context_tokens;
        let mut segments = vec![
            self.prompt
                .call(questions, Some("Wednesday, 2000-01-01"), ""),
        ];
        let instructions: u32 = self.engine.count(segments.remove(0))?.iter().sum();
        // Beside the transcript stand the questions' leads and what is written.
        let thoughts = if self.thinks { THINKING_TOKENS } else { 0 };
        let spare = (context / 5).max(400) + thoughts;
        let room = context.saturating_sub(instructions + spare);
        if room < LEAST_WINDOW {
            return Err(AnalystError::ContextTooSmall {
                available: context,
                instructions,
                least: (instructions + LEAST_WINDOW) * 5 / 4 + 400,
            });
        }
        let lines = transcript
            .lines
            .iter()
            .map(|l| Segment::plain(format!("{l}\n")));
        let sizes = self.engine.count(lines.collect())?;
        Ok(windows(&sizes, room))
    }
}

/// The answers, and whether one of them was cut.
pub(crate) fn answers(questions: &[Question<'_>], windows: Vec<Vec<Found>>) -> (Vec<Answer>, bool) {
    let mut columns: Vec<Vec<Found>> = questions.iter().map(|_| Vec::new()).collect();
    for window in windows {
        for (column, found) in columns.iter_mut().zip(window) {
            column.push(found);
        }
    }
    let mut cut = false;
    let answers = questions
        .iter()
        .zip(columns)
        .map(|(question, column)| {
            let metric = question.metric;
            let found = merge(question, column);
            cut |= found.as_ref().is_some_and(|found| found.cut);
            match found {
                Some(found) => Answer {
                    value: found.value,
                    status: found.status,
                    confidence: rounded(found.confidence),
                    reasoning: found.reasoning,
                    evidence: found.evidence,
                    datetime: found.datetime,
                    scores: found
                        .scores
                        .into_iter()
                        .map(|(c, p)| (c, rounded(p)))
                        .collect(),
                    ..Answer::empty(metric, found.status, "")
                },
                None => Answer::empty(metric, Status::Failed, "The call has no window."),
            }
        })
        .collect();
    (answers, cut)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a duration, cut to whole milliseconds"
)]
fn milliseconds(ms: f64) -> u64 {
    ms.max(0.0) as u64
}

/// Six digits tell all that there is to tell.
fn rounded(p: f64) -> f64 {
    (p.clamp(0.0, 1.0) * 1e6).round() / 1e6
}

/// The analysis of a call without a word in it; `None` when there is one. No model is asked.
#[must_use]
pub fn without_transcript(call: &Call, metrics: &[Metric]) -> Option<Analysis> {
    if call.has_words() {
        return None;
    }
    const REASON: &str = "The call ended without a transcript, so no model was asked.";
    Some(unasked(call, metrics, Status::NotMentioned, REASON))
}

/// An analysis for which no model was asked: every metric has that status, for that reason, which is the summary too.
#[must_use]
pub fn unasked(call: &Call, metrics: &[Metric], status: Status, reason: &str) -> Analysis {
    Analysis {
        call_id: call.call_id.clone(),
        summary: reason.to_owned(),
        disposition_metrics: metrics
            .iter()
            .map(|metric| Answer::empty(metric, status, reason))
            .collect(),
        success_metrics: Vec::new(),
        provenance: Provenance {
            model: None,
            model_sha256: None,
            endpoint: None,
            confidence_source: ConfidenceSource::Calibrated,
            prompt_revision: REVISION.into(),
            calibration: "none".into(),
            transcript_sha256: call.transcript_sha256(),
            windows: 0,
            truncated: false,
            withheld: Vec::new(),
            others: Vec::new(),
            usage: Usage::default(),
        },
    }
}
