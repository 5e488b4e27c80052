//! Finding the model and starting the analyst on it.

use std::process::Command;

pub(crate) use aftercall_analyst::{Analyst, without_transcript};
use aftercall_analyst::{Calibration, ModelIdentity, Reasons, Settings};
use aftercall_engine::{Engine, EngineConfig};
use anyhow::Context as _;

use crate::args::{AnalyzeArgs, ReasonsArg};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::model;

/// Loads the model and makes an analyst of it.
pub(crate) fn start(args: &AnalyzeArgs) -> Result<Analyst, Failure> {
    let file = model::find(&args.model)?;
    let calibration = match &args.calibration {
        Some(path) => Calibration::load(path)
            .with_context(|| format!("cannot take the calibration {}", path.display()))
            .or_exit(Exit::Input)?,
        None => Calibration::for_model(&file.name),
    };
    let mut config = EngineConfig::new(&file.path);
    if args.context_tokens.is_some() {
        config.context_tokens = args.context_tokens;
    }
    if let Some(threads) = args.threads {
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
    let settings = Settings {
        language: args.language.clone(),
        timezone: args.timezone.clone(),
        reasons: match args.reasons {
            ReasonsArg::Quoted => Reasons::Quoted,
            ReasonsArg::Written => Reasons::Written,
        },
    };
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
