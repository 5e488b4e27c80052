//! What the two processes say to each other: one frame is a length (u32, little endian) and that many bytes of JSON.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::EngineConfig;

/// The largest frame taken, in bytes: a guard against a torn stream, far above any call.
const MAX_FRAME: u32 = 256 << 20;

/// A piece of a prompt. Only the program's own pieces may hold control tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Segment {
    /// The text.
    pub text: String,
    /// Whether control tokens in it (`<|im_start|>` …) are tokens; otherwise they are plain letters.
    pub control: bool,
}

impl Segment {
    /// Words that came from outside or are plain: control tokens in them mean nothing.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            control: false,
        }
    }

    /// Part of the chat template.
    pub fn control(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            control: true,
        }
    }
}

/// A closed question: the text that leads to the answer, and all allowed answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Closed {
    /// Follows the prompt.
    pub lead: Vec<Segment>,
    /// The allowed continuations, at least one, all different.
    pub choices: Vec<String>,
}

/// The rule that a written answer obeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grammar {
    /// A regular expression over the whole answer.
    Regex(String),
    /// A grammar in llguidance's Lark dialect.
    Lark(String),
    /// A JSON schema, as text.
    JsonSchema(String),
}

/// An open question: the answer is written under a grammar.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Open {
    /// Follows the prompt.
    pub lead: Vec<Segment>,
    /// What may be written.
    pub grammar: Grammar,
    /// Writing stops after so many tokens.
    pub max_tokens: u32,
}

/// The probabilities of a closed question's choices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Natural logarithms, one a choice, normalised over the choices.
    pub log_probs: Vec<f64>,
    /// The share of the model's own distribution that fell on the first tokens of the choices: near 1 when the model wanted to
    /// answer in this form at all.
    pub mass: f64,
}

/// A written answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Mean natural logarithm of the tokens' probabilities among the allowed ones.
    pub mean_log_prob: f64,
    /// Tokens written.
    pub tokens: u32,
    /// False when `max_tokens` ended it.
    pub complete: bool,
}

/// What a request cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Tokens that went through the model as a prompt.
    pub read: u64,
    /// Tokens of the prompt that were found in the cache.
    pub cached: u64,
    /// Tokens written.
    pub written: u64,
    /// Milliseconds spent in reading.
    pub read_ms: f64,
    /// Milliseconds spent in writing.
    pub write_ms: f64,
}

impl Cost {
    /// Adds another request's cost.
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.cached += other.cached;
        self.written += other.written;
        self.read_ms += other.read_ms;
        self.write_ms += other.write_ms;
    }
}

/// What the loaded model is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// `general.architecture` of the file.
    pub architecture: String,
    /// The model's own description of its chat form (Jinja), if the file has one.
    pub chat_template: Option<String>,
    /// Text of the token that opens a prompt, if the model wants one.
    pub bos: Option<String>,
    /// Text of the token that ends a turn.
    pub eos: String,
    /// Tokens that one context holds.
    pub context_tokens: u32,
    /// Tokens in the vocabulary.
    pub vocabulary: u32,
    /// Bytes that the cache of the context takes.
    pub cache_bytes: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Request {
    Load(EngineConfig),
    Count(Vec<Segment>),
    /// The prompt, and how many of its segments are the same from prompt to prompt.
    Read(Vec<Segment>, usize),
    Score(Vec<Closed>),
    Write(Vec<Open>),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// Still at work; sent so that silence means a hang.
    Alive,
    Loaded(ModelInfo),
    Counted(Vec<u32>),
    Read(Cost),
    Scored(Vec<Scores>, Cost),
    Wrote(Vec<Written>, Cost),
    Failed(Failure),
}

/// Why the child could not do what it was asked; the child lives on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Failure {
    Unsupported { architecture: String },
    ContextTooSmall { needed: u32, available: u32 },
    ContextTooLarge { asked: u32, trained: u32 },
    Memory { needed_mib: u64, available_mib: u64 },
    Grammar(String),
    Native(String),
}

pub(crate) fn send<T: Serialize>(to: &mut impl Write, message: &T) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&body)?;
    to.flush()
}

pub(crate) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > MAX_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "torn stream"));
    }
    let mut body = vec![0; length as usize];
    from.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}
