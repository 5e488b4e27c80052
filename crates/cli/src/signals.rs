//! SIGTERM and Ctrl-C: the first stops in order, a second one at once.

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::terminal;

/// A token that is cancelled by the first signal. To be called within a runtime.
pub(crate) fn listen() -> Result<CancellationToken, Failure> {
    let mut signals = Signals::new()
        .context("cannot listen for signals")
        .or_exit(Exit::Input)?;
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        terminal::note("stopping; what is in hand is finished or put back (once more: at once)");
        told.cancel();
        signals.next().await;
        std::process::exit(Exit::Interrupted as i32);
    });
    Ok(stop)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where signals cannot be had there is nothing to wait for either.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
