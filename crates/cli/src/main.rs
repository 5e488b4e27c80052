//! The binary `aftercall`: arguments, files, progress and printing. The rules live in the crates below it.

mod analyst;
mod analyze;
mod args;
mod calibrate;
mod config;
mod config_command;
mod database;
mod endpoints;
mod exit;
mod export;
mod import;
mod intake;
mod jobs;
mod key;
mod logging;
mod manual;
mod metrics;
mod migrate;
mod model;
mod model_progress;
mod model_test;
mod samples;
mod serve;
mod server_args;
mod signals;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command, LogLevel};
use crate::exit::{Exit, Failure, OrExit as _};

fn main() -> ExitCode {
    let args = Args::parse();
    // The server's commands start the log of their configuration.
    if !matches!(args.command, Command::Serve(_) | Command::Worker(_)) {
        logging::start(args.log.unwrap_or(LogLevel::Warn));
    }
    match run(args.command, args.log) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report().into(),
    }
}

fn run(command: Command, log: Option<LogLevel>) -> Result<Exit, Failure> {
    match command {
        Command::Analyze(args) => analyze::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Metrics(args) => metrics::run(&args.command),
        Command::Model(args) => model::run(&args.command),
        Command::Serve(args) => serve::serve(&args, log),
        Command::Worker(args) => serve::worker(&args, log),
        Command::Key(args) => key::run(&args.command),
        Command::Jobs(args) => jobs::run(&args.command),
        Command::Export(args) => export::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Intake(args) => intake::run(&args.command),
        Command::Migrate(args) => migrate::run(&args),
        Command::Config(args) => config_command::run(&args),
        Command::Completions(args) => manual::completions(args.shell),
        Command::Man(args) => manual::pages(&args.out),
        Command::Engine => aftercall_engine::run_child()
            .map(|()| Exit::Well)
            .or_exit(Exit::Engine),
    }
}
