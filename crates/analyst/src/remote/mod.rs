//! A call and its metrics to an analysis, by a model behind an OpenAI-compatible endpoint.
//!
//! One request asks for all metrics of a call. Every answer is checked alone; those that break a rule are asked once more,
//! together, with the rule; what fails twice fails alone. The program reckons dates and looks up quotes, as it does for the
//! embedded model.

mod answer;
mod confidence;
mod prompt;
mod reply;
mod schema;

use std::ops::Range;
use std::time::{Duration, Instant};

use aftercall_core::{Analysis, Call, ConfidenceSource, Metric, Provenance, Status, Usage};
use aftercall_models::chat::{
    Chat, ChatError, ChatMessage, ChatReply, ChatRequest, ChatRole, Finish,
};
use serde_json::json;

use crate::analyst::{answers, without_transcript};
use crate::decide::{Found, empty_answer};
use crate::heard::{Heard, Part};
use crate::moment::Clock;
use crate::orders::{Suspicion, orders};
use crate::question::{Question, Shape};
use crate::transcript::{Transcript, windows};
use answer::Checker;
use reply::Reply;

/// Named in the provenance of every analysis by a remote model.
pub const REVISION: &str = "remote-1";
/// Tokens that are left free of every request, as they are only estimated.
const SPARE: u32 = 512;
/// A window smaller than this, in tokens, holds no conversation.
const LEAST_WINDOW: u32 = 256;
/// Tokens of an answer to a short question, to one that wants sentences, and of the summary.
const SHORT_ANSWER: u32 = 200;
const LONG_ANSWER: u32 = 450;
const SUMMARY_TOKENS: u32 = 250;
/// Bytes of a token, at least: what is longer in tokens than reckoned by this is a script of which a letter has several.
const TOKEN_BYTES: usize = 3;

/// What a remote endpoint takes.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteSettings {
    /// Name of the endpoint, for the provenance.
    pub endpoint: String,
    /// Of reasons and summaries, in English.
    pub language: String,
    /// IANA name of the zone of calls that have none.
    pub timezone: String,
    /// Tokens that a request and its answer may have together.
    pub context_tokens: u32,
    /// Tokens that the model may think for before it answers, where it does.
    pub thinking_tokens: u32,
    /// What it costs, if it does.
    pub prices: Option<Prices>,
}

/// For a million tokens, in any currency.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Prices {
    /// Tokens that are read.
    pub read: f64,
    /// Tokens that are read from the provider's cache.
    pub cached: f64,
    /// Tokens that are written, those of thinking too.
    pub written: f64,
}

/// Why a remote endpoint gave no analysis. A single metric that fails is no error: its answer says so.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The endpoint did not answer.
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// The context cannot hold the instructions and one window.
    #[error(
        "the context of {available} tokens is too small: instructions and answers take {instructions}"
    )]
    ContextTooSmall {
        /// Tokens of the context.
        available: u32,
        /// Tokens of what has to fit beside a window.
        instructions: u32,
    },
}

/// Turns calls into analyses, any number at a time.
#[derive(Clone)]
pub struct RemoteAnalyst {
    chat: Chat,
    settings: RemoteSettings,
}

impl RemoteAnalyst {
    /// An analyst over an endpoint.
    #[must_use]
    pub fn new(chat: Chat, settings: RemoteSettings) -> Self {
        Self { chat, settings }
    }

    /// The endpoint's client.
    #[must_use]
    pub fn chat(&self) -> &Chat {
        &self.chat
    }

    /// Answers every metric from the call. A metric that cannot be answered says so and keeps no other from its answer.
    ///
    /// # Errors
    /// When the endpoint did not answer at all, or its context cannot hold the instructions.
    pub fn analyze(&self, call: &Call, metrics: &[Metric]) -> Result<Analysis, RemoteError> {
        let started = Instant::now();
        if let Some(analysis) = without_transcript(call, metrics) {
            return Ok(analysis);
        }
        let mut asked = Asked::default();
        let withheld = self.orders(call, metrics, &mut asked)?;
        let heard = Heard::without(call, &withheld);
        if let Some(mut analysis) = without_transcript(&heard.call, metrics) {
            analysis.provenance.transcript_sha256 = call.transcript_sha256();
            analysis.provenance.withheld = heard.withheld;
            analysis.provenance.usage = self.spent(asked.usage, started);
            return Ok(analysis);
        }
        let questions: Vec<Question<'_>> = metrics.iter().map(Question::of).collect();
        let instructions = prompt::instructions(&questions, &self.settings.language);
        let transcript = Transcript::of(&heard.call);
        let windows = self.windows(&instructions, &questions, &transcript)?;
        let clock = Clock::of(call, &self.settings.timezone);
        let reader = Reader {
            analyst: self,
            heard: &heard,
            clock: &clock,
            questions: &questions,
            instructions: &instructions,
        };
        let mut found = Vec::with_capacity(windows.len());
        let mut summaries = Vec::new();
        for (i, lines) in windows.iter().enumerate() {
            let part = (windows.len() > 1).then_some((i + 1, windows.len()));
            let text = prompt::call(clock.day().as_deref(), part, &transcript.text(lines));
            let (answers, summary) = reader.read(&text, &mut asked)?;
            found.push(answers);
            summaries.extend(summary);
        }
        let summary = self.joined(&summaries, &mut asked);
        let (answers, cut) = answers(&questions, found);
        Ok(Analysis {
            call_id: call.call_id.clone(),
            summary,
            disposition_metrics: answers,
            success_metrics: Vec::new(),
            provenance: Provenance {
                model: Some(asked.model.unwrap_or_else(|| self.chat.model().to_owned())),
                model_sha256: None,
                endpoint: Some(self.settings.endpoint.clone()),
                confidence_source: if asked.told && !asked.self_reported {
                    ConfidenceSource::LogProbabilities
                } else {
                    ConfidenceSource::SelfReported
                },
                prompt_revision: REVISION.into(),
                calibration: "none".into(),
                transcript_sha256: call.transcript_sha256(),
                windows: windows.len(),
                truncated: cut,
                withheld: heard.withheld,
                others: Vec::new(),
                usage: self.spent(asked.usage, started),
            },
        })
    }

    /// What was used so far, with the time since the start and the price.
    fn spent(&self, usage: Usage, started: Instant) -> Usage {
        Usage {
            milliseconds: whole_milliseconds(started.elapsed()),
            cost: self.settings.prices.map(|prices| prices.of(&usage)),
            ..usage
        }
    }

    /// What the model says to one message, in at most so many tokens.
    ///
    /// # Errors
    /// When the endpoint did not answer.
    pub fn generate(&self, message: &str, max_tokens: u32) -> Result<String, RemoteError> {
        let wanted = "Under \"text\" give your answer to this message as a text.";
        let reply = self.ask(
            vec![
                said(ChatRole::System, wanted),
                said(ChatRole::User, message),
            ],
            json!({"type": "object", "required": ["text"], "additionalProperties": false,
                "properties": {"text": {"type": "string"}}}),
            max_tokens.saturating_add(self.settings.thinking_tokens),
            &mut Asked::default(),
        )?;
        let answer: serde_json::Value = serde_json::from_str(&reply.text).unwrap_or_default();
        match answer["text"].as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(ChatError::Reply(unusable(&reply).to_owned()).into()),
        }
    }

    /// Whether the endpoint answers a request that has nothing to do with a call.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let request = ChatRequest {
            messages: vec![said(ChatRole::User, "Under \"text\" say hello.")],
            schema: json!({"type": "object", "required": ["text"], "additionalProperties": false,
                "properties": {"text": {"type": "string"}}}),
            schema_name: "hello".into(),
            max_tokens: self.settings.thinking_tokens.saturating_add(32),
        };
        self.chat.ask(&request).is_ok()
    }

    /// The parts of the call that give orders to the analysis. Doubtful ones are shown to the model alone, which is rare.
    fn orders(
        &self,
        call: &Call,
        metrics: &[Metric],
        asked: &mut Asked,
    ) -> Result<Vec<Part>, RemoteError> {
        let found = orders(call, &metrics.iter().collect::<Vec<_>>());
        let doubtful: Vec<&str> = found
            .iter()
            .filter(|(_, suspicion)| *suspicion == Suspicion::Doubtful)
            .map(|(part, _)| &call.transcript[part.turn - 1].content[part.from..part.to])
            .collect();
        let judged = if doubtful.is_empty() {
            Vec::new()
        } else {
            let schema = json!({"type": "object", "required": ["orders"], "additionalProperties": false,
                "properties": {"orders": {"type": "array", "items": {"type": "boolean"}}}});
            let count = u32::try_from(doubtful.len()).unwrap_or(u32::MAX);
            let bound = count.saturating_mul(8).saturating_add(64);
            let bound = bound.saturating_add(self.settings.thinking_tokens);
            let messages = vec![said(ChatRole::User, prompt::lines(&doubtful))];
            let reply = match self.ask(messages, schema, bound, asked) {
                Ok(reply) => reply.text,
                Err(RemoteError::Chat(error)) if error.is_of_the_endpoint() => {
                    return Err(error.into());
                }
                Err(_) => String::new(),
            };
            let answer: serde_json::Value = serde_json::from_str(&reply).unwrap_or_default();
            let list = answer["orders"].as_array().cloned().unwrap_or_default();
            list.iter().map(serde_json::Value::as_bool).collect()
        };
        let mut judged = judged.into_iter();
        Ok(found
            .into_iter()
            .filter(|(_, suspicion)| match suspicion {
                Suspicion::Sure => true,
                // What is not known to be talk may be an order.
                Suspicion::Doubtful => judged.next().flatten().unwrap_or(true),
            })
            .map(|(part, _)| part)
            .collect())
    }

    /// The windows that the transcript is read in: one, unless it is longer than the context leaves room for.
    fn windows(
        &self,
        instructions: &str,
        questions: &[Question<'_>],
        transcript: &Transcript,
    ) -> Result<Vec<Range<usize>>, RemoteError> {
        // A second asking holds the first answer too.
        let answers = 2 * self.bound(questions.iter());
        let all: Vec<&Question<'_>> = questions.iter().collect();
        let schema = tokens(&schema::schema(&all, true).to_string());
        let beside = tokens(instructions) + schema + answers + SPARE;
        let available = self.settings.context_tokens;
        let room = available.saturating_sub(beside);
        if room < LEAST_WINDOW {
            return Err(RemoteError::ContextTooSmall {
                available,
                instructions: beside,
            });
        }
        let sizes: Vec<u32> = transcript
            .lines
            .iter()
            .map(|line| tokens(line) + 1)
            .collect();
        Ok(windows(&sizes, room))
    }

    /// Tokens that the answers to these questions may take.
    fn bound<'q>(&self, questions: impl Iterator<Item = &'q Question<'q>>) -> u32 {
        let answers: u32 = questions
            .map(|question| match question.shape {
                Shape::Text { prose: true } => LONG_ANSWER,
                _ => SHORT_ANSWER,
            })
            .sum();
        answers + SUMMARY_TOKENS + self.settings.thinking_tokens
    }

    /// Twice a bound, as far as the context has room for it beside the messages.
    fn more_room(&self, bound: u32, messages: &[ChatMessage]) -> u32 {
        let read: u32 = messages.iter().map(|m| tokens(&m.content)).sum();
        let room = self.settings.context_tokens.saturating_sub(read + SPARE);
        bound.max(room.min(2 * bound))
    }

    /// One summary of a call that was read in several windows.
    fn joined(&self, summaries: &[String], asked: &mut Asked) -> String {
        match summaries {
            [] => return "The model wrote no summary.".into(),
            [one] => return one.clone(),
            _ => {}
        }
        let parts: Vec<&str> = summaries.iter().map(String::as_str).collect();
        let messages = vec![said(
            ChatRole::User,
            prompt::parts(&parts, &self.settings.language),
        )];
        let bound = self.bound([].iter());
        let joined = match self.ask(messages, schema::schema(&[], true), bound, asked) {
            Ok(reply) => Reply::read(&reply.text).summary,
            // What the call was read for is there.
            Err(_) => None,
        };
        joined.unwrap_or_else(|| summaries.join(" "))
    }

    fn ask(
        &self,
        messages: Vec<ChatMessage>,
        schema: serde_json::Value,
        max_tokens: u32,
        asked: &mut Asked,
    ) -> Result<ChatReply, RemoteError> {
        let request = ChatRequest {
            messages,
            schema,
            schema_name: "analysis".into(),
            max_tokens,
        };
        let reply = self.chat.ask(&request)?;
        asked.add(&reply);
        Ok(reply)
    }
}

/// What was asked for one analysis so far.
#[derive(Default)]
struct Asked {
    usage: Usage,
    /// As the server names it.
    model: Option<String>,
    /// Whether probabilities were told.
    told: bool,
    /// Whether an answer's confidence is what the model says of itself.
    self_reported: bool,
}

impl Asked {
    fn add(&mut self, reply: &ChatReply) {
        self.usage.add(&Usage {
            tokens_read: reply.usage.read,
            tokens_cached: reply.usage.cached,
            tokens_written: reply.usage.written,
            requests: u64::from(reply.requests),
            ..Usage::default()
        });
        self.model = reply.model.clone().or(self.model.take());
    }
}

/// What one window is read with.
struct Reader<'a> {
    analyst: &'a RemoteAnalyst,
    heard: &'a Heard<'a>,
    clock: &'a Clock,
    questions: &'a [Question<'a>],
    instructions: &'a str,
}

impl Reader<'_> {
    /// Asks for all answers, and once more for those that break a rule.
    fn read(
        &self,
        call: &str,
        asked: &mut Asked,
    ) -> Result<(Vec<Found>, Option<String>), RemoteError> {
        let all: Vec<&Question<'_>> = self.questions.iter().collect();
        let mut messages = vec![
            said(ChatRole::System, self.instructions),
            said(ChatRole::User, call),
        ];
        let bound = self.analyst.bound(self.questions.iter());
        let first = self
            .analyst
            .ask(messages.clone(), schema::schema(&all, true), bound, asked)?;
        let (mut found, summary) = self.check(&all, &first, asked);
        let broken: Vec<(usize, String)> = found
            .iter()
            .enumerate()
            .filter_map(|(i, one)| Some((i, one.as_ref().err()?.clone())))
            .collect();
        let stopped = first.refusal.is_some() || first.finish == Finish::ContentFilter;
        if !broken.is_empty() && !stopped {
            let again: Vec<&Question<'_>> =
                broken.iter().map(|(i, _)| &self.questions[*i]).collect();
            let rules: Vec<(&str, &str)> = broken
                .iter()
                .map(|(i, rule)| (self.questions[*i].metric.identifier.as_str(), rule.as_str()))
                .collect();
            messages.push(said(ChatRole::Assistant, shown(&first.text)));
            messages.push(said(ChatRole::User, prompt::again(&rules)));
            let schema = schema::schema(&again, false);
            // What stopped at its bound, in its thoughts perhaps, has more room the second time.
            let bound = match first.finish {
                Finish::Length => self.analyst.more_room(bound, &messages),
                _ => bound,
            };
            // Without a second reply the answers that are there are kept and not paid again; the others say what was wrong.
            if let Ok(second) = self.analyst.ask(messages, schema, bound, asked) {
                let (answers, _) = self.check(&again, &second, asked);
                for ((i, _), answer) in broken.iter().zip(answers) {
                    found[*i] = answer;
                }
            }
        }
        let found = found
            .into_iter()
            .map(|one| {
                one.unwrap_or_else(|rule| {
                    empty_answer(Status::Failed, 0.5, reason(&rule), Vec::new())
                })
            })
            .collect();
        Ok((found, summary))
    }

    /// Each question's answer in a reply, or the rule that it breaks.
    fn check(
        &self,
        questions: &[&Question<'_>],
        reply: &ChatReply,
        asked: &mut Asked,
    ) -> (Vec<Result<Found, String>>, Option<String>) {
        let read = Reply::read(&reply.text);
        let checker = Checker {
            call: &self.heard.call,
            clock: self.clock,
        };
        asked.told |= reply.log_probs.is_some();
        let found = questions
            .iter()
            .map(|question| {
                let Some(raw) = read.answer(&question.metric.identifier) else {
                    return Err(unusable(reply).to_owned());
                };
                let from = raw.get().as_ptr().addr() - reply.text.as_ptr().addr();
                let closed = !matches!(question.shape, Shape::Text { .. } | Shape::Moment);
                let told = |part: Range<usize>| {
                    let part = from + part.start..from + part.end;
                    confidence::of_part(reply.log_probs.as_deref()?, &part, closed)
                };
                let checked = checker.check(question, raw, told)?;
                asked.self_reported |= !checked.told;
                let mut found = checked.found;
                for evidence in &mut found.evidence {
                    evidence.turn = self.heard.place(evidence.turn);
                }
                Ok(found)
            })
            .collect();
        (found, read.summary.filter(|text| !text.trim().is_empty()))
    }
}

/// Why an answer is not in a reply.
fn unusable(reply: &ChatReply) -> &'static str {
    match reply.finish {
        _ if reply.refusal.is_some() => "the model refused to answer",
        Finish::ContentFilter => "the endpoint's content filter stopped the answer",
        Finish::Length => "the answer was cut off at its length bound",
        _ => "the answer is missing from the model's reply",
    }
}

fn reason(rule: &str) -> String {
    format!("No valid answer came from the model: {rule}.")
}

/// A long reply that is shown to the model again is no use beyond its beginning.
fn shown(text: &str) -> String {
    text.chars().take(20_000).collect()
}

fn said(role: ChatRole, content: impl Into<String>) -> ChatMessage {
    ChatMessage {
        role,
        content: content.into(),
    }
}

/// An estimate that is rather too high.
fn tokens(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(TOKEN_BYTES)).unwrap_or(u32::MAX / 4)
}

fn whole_milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Prices {
    fn of(&self, usage: &Usage) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "tokens of one call")]
        let millions = |tokens: u64| tokens as f64 / 1e6;
        millions(usage.tokens_read) * self.read
            + millions(usage.tokens_cached) * self.cached
            + millions(usage.tokens_written) * self.written
    }
}
