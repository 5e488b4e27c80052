//! The engine as its users see it: a prompt is read, questions about it are scored or written, and a child that dies is
//! replaced without their noticing.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use crate::child_process::{ChildProcess, Lost};
use crate::protocol::{Failure, Reply, Request};

/// While a model is loaded no sign of life can come: the silence that is allowed is so many times as long.
const LOADING: u32 = 10;
use crate::{
    Closed, Cost, EngineConfig, EngineError, ModelInfo, Open, Scores, Segment, Written,
    check_processor,
};

/// A model in a child process. One request at a time; a process may hold several engines.
pub struct Engine {
    config: EngineConfig,
    /// Makes the command that becomes the child; it must end in [`crate::run_child`].
    command: Box<dyn Fn() -> Command + Send>,
    child: Option<ChildProcess>,
    info: ModelInfo,
    /// What the child was asked since and with the last prompt. Its successor is asked the same again, so that it goes on from
    /// the very same numbers.
    asked: Vec<Request>,
    restarts: u64,
}

impl Engine {
    /// Checks the file and the processor, starts the child and loads the model.
    ///
    /// # Errors
    /// Every reason of [`EngineError`] but those of a single prompt.
    pub fn start(
        config: EngineConfig,
        command: impl Fn() -> Command + Send + 'static,
    ) -> Result<Self, EngineError> {
        check_processor()?;
        check_file(&config.model)?;
        let mut engine = Self {
            config,
            command: Box::new(command),
            child: None,
            info: ModelInfo {
                architecture: String::new(),
                chat_template: None,
                bos: None,
                eos: String::new(),
                context_tokens: 0,
                vocabulary: 0,
                cache_bytes: 0,
            },
            asked: Vec::new(),
            restarts: 0,
        };
        engine.load()?;
        Ok(engine)
    }

    /// What is loaded.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// How often a child was replaced.
    pub fn restarts(&self) -> u64 {
        self.restarts
    }

    /// The process id of the child that lives now.
    pub fn child_id(&self) -> Option<u32> {
        self.child.as_ref().map(ChildProcess::id)
    }

    /// Tokens that each segment takes.
    ///
    /// # Errors
    /// When the child ends more often than [`EngineConfig::retries`].
    pub fn count(&mut self, segments: Vec<Segment>) -> Result<Vec<u32>, EngineError> {
        match self.ask(Request::Count(segments))? {
            Reply::Counted(counts) => Ok(counts),
            other => Err(unexpected(&other)),
        }
    }

    /// Reads the prompt that the following questions are about. What its first `same` segments share with the last prompt is
    /// not read again.
    ///
    /// # Errors
    /// When it does not fit into the context, or the child ends too often.
    pub fn read(&mut self, prompt: &[Segment], same: usize) -> Result<Cost, EngineError> {
        // A successor must not read the old prompt first.
        self.asked.clear();
        match self.ask(Request::Read(prompt.to_vec(), same))? {
            Reply::Read(cost) => Ok(cost),
            other => Err(unexpected(&other)),
        }
    }

    /// The probabilities of closed questions' choices, in order.
    ///
    /// # Errors
    /// When a question does not fit beside the prompt, or the child ends too often.
    pub fn score(&mut self, questions: Vec<Closed>) -> Result<(Vec<Scores>, Cost), EngineError> {
        match self.ask(Request::Score(questions))? {
            Reply::Scored(scores, cost) => Ok((scores, cost)),
            other => Err(unexpected(&other)),
        }
    }

    /// Answers to open questions, written side by side, in order.
    ///
    /// # Errors
    /// When a grammar is refused, a question does not fit beside the prompt, or the child ends too often.
    pub fn write(&mut self, questions: Vec<Open>) -> Result<(Vec<Written>, Cost), EngineError> {
        match self.ask(Request::Write(questions))? {
            Reply::Wrote(texts, cost) => Ok((texts, cost)),
            other => Err(unexpected(&other)),
        }
    }

    fn ask(&mut self, request: Request) -> Result<Reply, EngineError> {
        let mut lost = 0;
        loop {
            match self.try_ask(&request)? {
                Ok(Reply::Failed(failure)) => return Err(self.error(failure)),
                Ok(reply) => {
                    if !matches!(request, Request::Count(_)) {
                        self.asked.push(request);
                    }
                    return Ok(reply);
                }
                Err(how) => {
                    lost += 1;
                    let detail = self.bury(&how);
                    tracing::warn!(lost, detail, "the engine process ended and is replaced");
                    if lost > self.config.retries {
                        return Err(EngineError::Crashed {
                            attempts: lost,
                            detail,
                        });
                    }
                }
            }
        }
    }

    /// One attempt: a missing child is started and led to where its predecessor was.
    fn try_ask(&mut self, request: &Request) -> Result<Result<Reply, Lost>, EngineError> {
        if self.child.is_none() {
            self.load()?;
            for again in self.asked.clone() {
                match self.send(&again)? {
                    Ok(Reply::Failed(failure)) => return Ok(Ok(Reply::Failed(failure))),
                    Ok(_) => {}
                    Err(lost) => return Ok(Err(lost)),
                }
            }
        }
        self.send(request)
    }

    fn send(&mut self, request: &Request) -> Result<Result<Reply, Lost>, EngineError> {
        let silence = self.config.silence;
        match &mut self.child {
            Some(child) => Ok(child.ask(request, silence)),
            None => Err(EngineError::Native("no engine process".into())),
        }
    }

    fn bury(&mut self, how: &Lost) -> String {
        self.restarts += 1;
        match (how, self.child.take()) {
            (Lost::Silent(silence), _) => format!("silent for {} s", silence.as_secs()),
            (Lost::Ended, Some(mut child)) => child.last_words(),
            (Lost::Ended, None) => String::new(),
        }
    }

    /// Starts a child and loads the model, trying again when it dies at that.
    fn load(&mut self) -> Result<(), EngineError> {
        let mut lost = 0;
        loop {
            let mut child = ChildProcess::start((self.command)())?;
            let request = Request::Load(self.config.clone());
            match child.ask(&request, self.config.silence * LOADING) {
                Ok(Reply::Loaded(info)) => {
                    self.info = info;
                    self.child = Some(child);
                    return Ok(());
                }
                Ok(Reply::Failed(failure)) => {
                    self.child = Some(child);
                    let error = self.error(failure);
                    self.child = None;
                    return Err(error);
                }
                Ok(other) => return Err(unexpected(&other)),
                Err(how) => {
                    lost += 1;
                    self.child = Some(child);
                    let detail = self.bury(&how);
                    if lost > self.config.retries {
                        return Err(EngineError::Crashed {
                            attempts: lost,
                            detail,
                        });
                    }
                }
            }
        }
    }

    fn error(&mut self, failure: Failure) -> EngineError {
        match failure {
            Failure::Unsupported { architecture } => EngineError::Unsupported {
                architecture,
                detail: self
                    .child
                    .as_mut()
                    .map_or_else(String::new, ChildProcess::last_words),
            },
            Failure::ContextTooSmall { needed, available } => {
                EngineError::ContextTooSmall { needed, available }
            }
            Failure::ContextTooLarge { asked, trained } => {
                EngineError::ContextTooLarge { asked, trained }
            }
            Failure::Memory {
                needed_mib,
                available_mib,
            } => EngineError::Memory {
                needed_mib,
                available_mib,
            },
            Failure::Grammar(detail) => EngineError::Grammar(detail),
            Failure::Native(detail) => EngineError::Native(detail),
        }
    }
}

fn unexpected(reply: &Reply) -> EngineError {
    let kind = match reply {
        Reply::Alive => "alive",
        Reply::Loaded(_) => "loaded",
        Reply::Counted(_) => "counted",
        Reply::Read(_) => "read",
        Reply::Scored(..) => "scored",
        Reply::Wrote(..) => "wrote",
        Reply::Failed(_) => "failed",
    };
    EngineError::Native(format!("the engine process answered out of turn: {kind}"))
}

fn check_file(path: &Path) -> Result<(), EngineError> {
    if !path.is_file() {
        return Err(EngineError::NoSuchFile(path.into()));
    }
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    match read {
        Ok(()) if &magic == b"GGUF" => Ok(()),
        Ok(()) => Err(EngineError::NotGguf(path.into())),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(EngineError::NotGguf(path.into()))
        }
        Err(source) => Err(EngineError::Unreadable {
            path: path.into(),
            source,
        }),
    }
}
