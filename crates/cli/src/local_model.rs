//! The model inside this program, as the server's slot `internal`.

use std::sync::Arc;

use aftercall_analyst::Settings;
use aftercall_core::Slot;
use aftercall_server::worker::{Analyse, Analysts, Maker, NotReady};
use anyhow::Context as _;

use crate::analyst::{self, Choice};
use crate::config::Config;
use crate::exit::{Exit, Failure, OrExit as _};

/// Starts the slots that this configuration sets up. The model is loaded behind it, in the slot's own thread.
pub(crate) fn start(config: &Config) -> Result<Analysts, Failure> {
    let choice = Arc::new(Choice {
        model: config.model.clone(),
        calibration: config.engine.calibration.clone(),
        context_tokens: config.engine.context_tokens,
        threads: config.engine.threads,
        settings: Settings {
            language: config.engine.language.clone(),
            timezone: config.timezone.clone(),
            reasons: config.engine.reasons.into(),
        },
    });
    let maker: Maker = Box::new(move || {
        let analyst = analyst::start(&choice, &mut aftercall_models::Silent);
        match analyst {
            Ok(analyst) => Ok(Box::new(analyst) as Box<dyn Analyse>),
            Err(failure) => Err(NotReady(format!("{:#}", failure.error))),
        }
    });
    Analysts::start(vec![(Slot::Internal, maker)], &config.worker)
        .context("cannot start the thread of the model")
        .or_exit(Exit::Engine)
}
