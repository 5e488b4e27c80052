//! The thread of one slot: it makes the analyst, and gives it one task after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::line::{Line, Task};
use super::{Analyse, AnalyseError, Maker, NotReady, State};

/// How long a slot without a model waits before it looks again.
const AGAIN: Duration = Duration::from_secs(15);

/// What a slot's thread and its users share.
pub(super) struct Shared {
    /// Name of the slot.
    pub(super) name: String,
    pub(super) line: Line,
    pub(super) state: watch::Sender<State>,
    pub(super) busy: AtomicBool,
    pub(super) restarts: AtomicU64,
}

/// Starts the thread. It ends when the line is closed.
///
/// # Errors
/// When the system refuses a thread.
pub(super) fn start(shared: Arc<Shared>, maker: Maker) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name(format!("slot {}", shared.name))
        .spawn(move || run(&shared, &maker))
        .map(drop)
}

fn run(shared: &Shared, maker: &Maker) {
    let mut open = true;
    while open {
        let made = catch_unwind(AssertUnwindSafe(maker));
        open = match made.unwrap_or_else(|_| Err(NotReady("starting it panicked".into()))) {
            Ok(mut analyst) => {
                let model = analyst.model();
                tracing::info!(slot = shared.name, model, "the model is ready");
                shared.state.send_replace(State::Ready { model });
                let open = serve(shared, analyst.as_mut());
                shared.state.send_replace(State::Starting);
                open
            }
            Err(NotReady(reason)) => {
                let state = State::NotReady {
                    reason: reason.clone(),
                };
                if *shared.state.borrow() != state {
                    tracing::warn!(slot = shared.name, reason, "there is no model");
                }
                shared.state.send_replace(state);
                shared
                    .line
                    .refuse_for(AGAIN, &AnalyseError::NotReady(reason))
            }
        };
    }
}

/// Does tasks until the line is closed (false), or the analyst panicked and has to be made anew (true).
fn serve(shared: &Shared, analyst: &mut dyn Analyse) -> bool {
    while let Some(task) = shared.line.next() {
        shared.busy.store(true, Ordering::Relaxed);
        let well = one(analyst, task);
        shared.restarts.store(analyst.restarts(), Ordering::Relaxed);
        shared.busy.store(false, Ordering::Relaxed);
        if !well {
            tracing::error!(slot = shared.name, "the analyst panicked and is made anew");
            return true;
        }
    }
    false
}

/// One task. False when the analyst panicked at it.
fn one(analyst: &mut dyn Analyse, task: Task) -> bool {
    const PANICKED: &str = "the analyst panicked; this is a defect of the program";
    match task {
        Task::Analyze {
            call,
            metrics,
            reply,
        } => {
            let done = catch_unwind(AssertUnwindSafe(|| analyst.analyze(&call, &metrics)));
            let well = done.is_ok();
            let done = done.unwrap_or_else(|_| Err(PANICKED.into()));
            drop(reply.send(done.map_err(AnalyseError::Failed)));
            well
        }
        Task::Generate { message, reply } => {
            let done = catch_unwind(AssertUnwindSafe(|| analyst.generate(&message)));
            let well = done.is_ok();
            let done = done.unwrap_or_else(|_| Err(PANICKED.into()));
            drop(reply.send(done.map_err(AnalyseError::Failed)));
            well
        }
    }
}
