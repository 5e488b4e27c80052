//! The binary `aftercall`: arguments, files, progress and printing. The rules live in the crates below it.

mod analyst;
mod analyze;
mod args;
mod calibrate;
mod exit;
mod logging;
mod manual;
mod metrics;
mod model;
mod model_progress;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};
use crate::exit::{Exit, Failure, OrExit as _};

fn main() -> ExitCode {
    let args = Args::parse();
    logging::start(args.log);
    match run(args.command) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report().into(),
    }
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Analyze(args) => analyze::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Metrics(args) => metrics::run(&args.command),
        Command::Model(args) => model::run(&args.command),
        Command::Completions(args) => manual::completions(args.shell),
        Command::Man(args) => manual::pages(&args.out),
        Command::Engine => aftercall_engine::run_child()
            .map(|()| Exit::Well)
            .or_exit(Exit::Engine),
    }
}
