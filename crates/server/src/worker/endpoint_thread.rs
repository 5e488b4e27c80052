//! A thread of an endpoint: it makes an analyst, and gives it one task after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::line::{Line, Task};
use super::{Analyse, AnalyseError, Maker, NotReady, State, Trouble};

/// How long an endpoint without a model waits before it looks again.
const AGAIN: Duration = Duration::from_secs(15);

/// What an endpoint's threads and its users share.
pub(super) struct Shared {
    /// Name of the endpoint.
    pub(super) name: String,
    pub(super) threads: usize,
    /// Jobs that may run at a time on all nodes.
    pub(super) share: Option<u64>,
    pub(super) line: Line,
    pub(super) state: watch::Sender<State>,
    /// Threads at work.
    pub(super) busy: AtomicUsize,
    pub(super) restarts: AtomicU64,
}

/// Starts the thread. It ends when the line is closed.
///
/// # Errors
/// When the system refuses a thread.
pub(super) fn start(shared: Arc<Shared>, maker: Maker) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name(format!("model {}", shared.name))
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
                tracing::info!(endpoint = shared.name, model, "the model is ready");
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
                    tracing::warn!(endpoint = shared.name, reason, "there is no model");
                }
                shared.state.send_replace(state);
                shared
                    .line
                    .refuse_for(AGAIN, &AnalyseError::NotReady(reason))
            }
        };
    }
}

/// Does tasks until the line is closed (false), or the analyst has to be made anew (true).
fn serve(shared: &Shared, analyst: &mut dyn Analyse) -> bool {
    while let Some(task) = shared.line.next() {
        shared.busy.fetch_add(1, Ordering::Relaxed);
        let end = one(shared, analyst, task);
        shared.restarts.store(analyst.restarts(), Ordering::Relaxed);
        shared.busy.fetch_sub(1, Ordering::Relaxed);
        match end {
            End::Well => {}
            End::Panicked => {
                tracing::error!(
                    endpoint = shared.name,
                    "the analyst panicked and is made anew"
                );
                return true;
            }
            End::Away { reason, wait } => {
                tracing::warn!(
                    endpoint = shared.name,
                    reason,
                    "the endpoint does not answer"
                );
                let refusal = AnalyseError::NotReady(reason.clone());
                shared.state.send_replace(State::NotReady { reason });
                return shared.line.refuse_for(wait, &refusal);
            }
        }
    }
    false
}

/// How a task ended.
enum End {
    Well,
    Panicked,
    /// Any other task would fare the same for that long.
    Away {
        reason: String,
        wait: Duration,
    },
}

/// One task.
fn one(shared: &Shared, analyst: &mut dyn Analyse, task: Task) -> End {
    match task {
        Task::Analyze {
            call,
            metrics,
            think,
            reply,
        } => {
            let done = guarded(|| {
                let mut analysis = analyst.analyze(&call, &metrics, think)?;
                // Where nobody was asked, no endpoint was.
                if analysis.provenance.model.is_some() {
                    analysis.provenance.endpoint = Some(shared.name.clone());
                }
                Ok(analysis)
            });
            told(done, reply)
        }
        Task::Generate { message, reply } => told(guarded(|| analyst.generate(&message)), reply),
    }
}

/// The outcome, or `None` where it panicked.
fn guarded<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Option<Result<T, Trouble>> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn told<T>(
    done: Option<Result<T, Trouble>>,
    reply: oneshot::Sender<Result<T, AnalyseError>>,
) -> End {
    const PANICKED: &str = "the analyst panicked; this is a defect of the program";
    let (answer, end) = match done {
        Some(Ok(answer)) => (Ok(answer), End::Well),
        Some(Err(Trouble::Call(reason))) => (Err(AnalyseError::Failed(reason)), End::Well),
        Some(Err(Trouble::Endpoint { reason, wait })) => {
            let error = AnalyseError::NotReady(reason.clone());
            (Err(error), End::Away { reason, wait })
        }
        None => (Err(AnalyseError::Failed(PANICKED.into())), End::Panicked),
    };
    // Who does not wait any more misses nothing.
    drop(reply.send(answer));
    end
}
