//! Finding the model and starting the analyst on it.

use std::path::PathBuf;
use std::process::Command;

pub(crate) use aftercall_analyst::{Analyst, without_transcript};
use aftercall_analyst::{Calibration, ModelIdentity, Reasons, RemoteAnalyst, Settings};
use aftercall_core::{Analysis, Call, Metric};
use aftercall_engine::{Engine, EngineConfig};
use aftercall_models::Progress;
use anyhow::Context as _;

use crate::args::{AnalyzeArgs, ReasonsArg};
use crate::config::{Config, Variables};
use crate::endpoints::client;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::model;
use crate::model_progress::ModelProgress;

/// What answers the calls of a run.
pub(crate) enum Answering {
    /// A model inside the program.
    Here(Box<Analyst>),
    /// A model at an endpoint.
    Remote(RemoteAnalyst),
}

impl Answering {
    /// Starts what the arguments name.
    pub(crate) fn start(args: &AnalyzeArgs) -> Result<Self, Failure> {
        let Some(name) = &args.endpoint else {
            let mut analyst = start(&args.into(), &mut ModelProgress::new())?;
            analyst.think(args.think);
            return Ok(Self::Here(Box::new(analyst)));
        };
        let mut config = Config::load(args.config.as_deref(), &[], &Variables::of_process())
            .or_exit(Exit::Input)?;
        config.engine.language = args.language.clone();
        config.timezone = args.timezone.clone();
        let endpoint = config.remote(name).or_exit(Exit::Input)?;
        let client = client(&config, name, endpoint).or_exit(Exit::Input)?;
        client.chat().probe().or_exit(Exit::Engine)?;
        Ok(Self::Remote(client))
    }

    /// Answers every metric from the call.
    pub(crate) fn analyze(&mut self, call: &Call, metrics: &[Metric]) -> anyhow::Result<Analysis> {
        Ok(match self {
            Self::Here(analyst) => analyst.analyze(call, metrics)?,
            Self::Remote(analyst) => analyst.analyze(call, metrics)?,
        })
    }
}

/// Which model answers, and how.
pub(crate) struct Choice {
    /// A name, a reference or a path.
    pub(crate) model: String,
    /// Constants instead of the model's own.
    pub(crate) calibration: Option<PathBuf>,
    /// Tokens of context; `None` for the engine's default.
    pub(crate) context_tokens: Option<u32>,
    /// Processor threads; `None` for the engine's default.
    pub(crate) threads: Option<u32>,
    /// What the analyst may choose.
    pub(crate) settings: Settings,
}

impl From<&AnalyzeArgs> for Choice {
    fn from(args: &AnalyzeArgs) -> Self {
        Self {
            model: args.model.clone(),
            calibration: args.calibration.clone(),
            context_tokens: args.context_tokens,
            threads: args.threads,
            settings: Settings {
                language: args.language.clone(),
                timezone: args.timezone.clone(),
                reasons: args.reasons.into(),
            },
        }
    }
}

impl From<ReasonsArg> for Reasons {
    fn from(arg: ReasonsArg) -> Self {
        match arg {
            ReasonsArg::Quoted => Self::Quoted,
            ReasonsArg::Written => Self::Written,
        }
    }
}

/// Loads the model and makes an analyst of it. `progress` hears of the file's hash being reckoned.
pub(crate) fn start(choice: &Choice, progress: &mut dyn Progress) -> Result<Analyst, Failure> {
    let file = model::find(&choice.model, progress)?;
    let calibration = match &choice.calibration {
        Some(path) => Calibration::load(path)
            .with_context(|| format!("cannot take the calibration {}", path.display()))
            .or_exit(Exit::Input)?,
        None => Calibration::for_model(&file.name),
    };
    let mut config = EngineConfig::new(&file.path);
    if choice.context_tokens.is_some() {
        config.context_tokens = choice.context_tokens;
    }
    if let Some(threads) = choice.threads {
        config.threads = threads;
    }
    let program = std::env::current_exe()
        .context("cannot find this program's own file to start the engine with")
        .or_exit(Exit::Engine)?;
    let engine = Engine::start(config, move || child(&program))
        .with_context(|| format!("cannot start model {}", file.name))
        .or_exit(Exit::Engine)?;
    let identity = ModelIdentity {
        name: file.name,
        sha256: file.sha256,
    };
    let settings = choice.settings.clone();
    Ok(Analyst::new(engine, identity, calibration, settings))
}

/// The command that becomes the process with the model. It has a process group of its own, so that Ctrl-C in the
/// terminal reaches this program alone, which then lets the call in hand be finished.
fn child(program: &std::path::Path) -> Command {
    let mut command = Command::new(program);
    command.arg("engine");
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}
