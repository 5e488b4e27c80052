//! The loops of an endpoint: jobs are claimed when it is ready and has a thread that is idle, and worked off one after the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aftercall_store::jobs::Share;
use aftercall_store::{Store, StoreError};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::endpoint_thread::Shared;
use super::held::{Held, release, signed};
use super::job::{Done, Jobs};
use super::{Analysts, Budget, WorkerSettings, fold, sweep, unconfigured};

/// Jobs are claimed ahead for so much time, so that quick ones do not cost a claim each.
const AHEAD: Duration = Duration::from_millis(250);
/// Jobs that are claimed at once, at most.
const MOST: u64 = 32;
/// The longest pause after the database could not be reached.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Tells the workers of this process that there is a job.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// There is a job now.
    pub fn now(&self) {
        self.0.notify_waiters();
    }

    /// Ends when there is a job from now on.
    pub(crate) fn listen(&self) -> Notified<'_> {
        self.0.notified()
    }
}

/// A loop of the workers panicked. Jobs would not be worked off as they should be, so the workers end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a loop of the worker panicked; this is a defect of the program")]
pub struct Panicked;

/// The workers of this process.
#[derive(Clone)]
pub struct Worker {
    pub(super) store: Store,
    pub(super) analysts: Analysts,
    pub(super) settings: WorkerSettings,
    pub(super) budget: Arc<Budget>,
    pub(super) wake: Wake,
    /// Stands with the jobs that it has.
    pub(super) name: String,
}

impl Worker {
    /// Workers over these endpoints.
    #[must_use]
    pub fn new(store: Store, analysts: Analysts, settings: WorkerSettings, wake: Wake) -> Self {
        Self {
            store,
            analysts,
            settings,
            budget: Arc::default(),
            wake,
            name: node_name(),
        }
    }

    /// The same with limits to what agents' analyses may cost.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = Arc::new(budget);
        self
    }

    /// Works until `stop`, and then for `drain_seconds` at most on what is in hand. What is not done then goes back.
    ///
    /// # Errors
    /// [`Panicked`], after the other loops were ended in the same way.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Panicked> {
        let stop = stop.child_token();
        let hurry = CancellationToken::new();
        let mut loops = JoinSet::new();
        for endpoint in self.analysts.endpoints() {
            for _ in 0..endpoint.threads {
                let work = self
                    .clone()
                    .work(Arc::clone(endpoint), stop.clone(), hurry.clone());
                loops.spawn(work);
            }
        }
        loops.spawn(unconfigured::run(self.clone(), stop.clone()));
        loops.spawn(sweep::run(self.clone(), stop.clone()));
        loops.spawn(fold::run(self.clone(), stop.clone()));
        let mut outcome = tokio::select! {
            () = stop.cancelled() => Ok(()),
            panicked = first_panic(&mut loops) => Err(panicked),
        };
        stop.cancel();
        let drained = tokio::time::timeout(self.settings.drain(), ended(&mut loops, &mut outcome));
        if drained.await.is_err() {
            tracing::warn!("an analysis in hand is not done in time and goes back into the queue");
            hurry.cancel();
            ended(&mut loops, &mut outcome).await;
        }
        self.analysts.close();
        outcome
    }

    async fn work(self, endpoint: Arc<Shared>, stop: CancellationToken, hurry: CancellationToken) {
        let share = endpoint.share.map(|most| Share {
            name: endpoint.name.clone(),
            most,
        });
        let mut pace = Pace::of(endpoint.threads);
        let mut failures = 0;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                ready = endpoint.until_ready() => if !ready { return },
            }
            // Listening begins before the claim, so that a job which comes in between is not slept over.
            let woken = self.wake.listen();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let lease = signed(self.settings.lease());
            let claimed = match self.slots(&endpoint.name).await {
                Ok(slots) => {
                    let store = &self.store;
                    store
                        .claim(&slots, &self.name, pace.ahead(), lease, share.as_ref())
                        .await
                }
                Err(error) => Err(error),
            };
            let pause = match claimed {
                Ok(leases) if leases.is_empty() => self.settings.poll(),
                Ok(leases) => {
                    failures = 0;
                    let held = Held::new(&self.store, self.settings.lease(), leases);
                    if self.work_off(held, &mut pace, &stop, &hurry).await {
                        continue;
                    }
                    self.settings.poll()
                }
                Err(error) => {
                    failures += 1;
                    tracing::warn!(
                        endpoint = endpoint.name,
                        error = &error as &dyn std::error::Error,
                        "no jobs could be claimed"
                    );
                    (self.settings.poll() * failures).min(LONGEST_PAUSE)
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = woken => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// The slots whose jobs an endpoint does: those that are set up for it, and those of agents' own models that nobody named.
    async fn slots(&self, endpoint: &str) -> Result<Vec<String>, StoreError> {
        let routes = self.analysts.routes();
        let mut slots = routes.named(endpoint);
        if routes.takes_any_agent(endpoint) {
            let open = self.store.open_slots().await?;
            let others = open.into_iter().filter(|slot| !slots.contains(slot));
            let own: Vec<String> = others
                .filter(|slot| routes.endpoint(slot) == Some(endpoint))
                .collect();
            slots.extend(own);
        }
        Ok(slots)
    }

    /// Works off what was claimed; after `stop` the rest goes back. False when there is no use in claiming more at once.
    async fn work_off(
        &self,
        mut held: Held<'_>,
        pace: &mut Pace,
        stop: &CancellationToken,
        hurry: &CancellationToken,
    ) -> bool {
        let jobs = Jobs {
            store: &self.store,
            analysts: &self.analysts,
            budget: &self.budget,
        };
        while let Some(lease) = held.next() {
            if stop.is_cancelled() {
                release(&self.store, &lease).await;
                held.release().await;
                return false;
            }
            let started = Instant::now();
            let done = tokio::select! {
                done = jobs.run(&lease) => done,
                () = held.keep(&lease) => Done::Lost,
                () = hurry.cancelled() => Done::NotNow,
            };
            match done {
                Done::Stored => pace.took(started.elapsed()),
                Done::Lost => {}
                Done::NotNow => {
                    release(&self.store, &lease).await;
                    held.release().await;
                    return false;
                }
            }
        }
        true
    }
}

/// Waits until a loop panics. One that ends otherwise has nothing to do in this process.
async fn first_panic(loops: &mut JoinSet<()>) -> Panicked {
    while let Some(ended) = loops.join_next().await {
        if let Err(panicked) = told(ended) {
            return panicked;
        }
    }
    std::future::pending().await
}

/// Waits until every loop has ended.
async fn ended(loops: &mut JoinSet<()>, outcome: &mut Result<(), Panicked>) {
    while let Some(ended) = loops.join_next().await {
        *outcome = outcome.and(told(ended));
    }
}

/// Whether a loop ended well. What the panic said is in the log by the panic hook.
fn told(ended: Result<(), JoinError>) -> Result<(), Panicked> {
    ended.map_err(|error| {
        tracing::error!(%error, "a loop of the worker panicked");
        Panicked
    })
}

/// This process by its machine and its number.
pub(crate) fn node_name() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = match machine.trim() {
        "" => "node",
        name => name,
    };
    format!("{machine}:{}", std::process::id())
}

/// How long a job takes, on average of late.
#[derive(Debug, Default)]
struct Pace {
    each: Option<Duration>,
    /// Whether other loops of the same endpoint could do what is claimed ahead.
    shared: bool,
}

impl Pace {
    fn of(threads: usize) -> Self {
        Self {
            each: None,
            shared: threads > 1,
        }
    }

    fn took(&mut self, time: Duration) {
        self.each = Some(self.each.map_or(time, |before| (before * 3 + time) / 4));
    }

    /// How many jobs to claim. Others are to have their share: what takes long is claimed one by one.
    fn ahead(&self) -> u64 {
        let (Some(each), false) = (self.each, self.shared) else {
            return 1;
        };
        let many = AHEAD.as_micros() / each.as_micros().max(1);
        u64::try_from(many).unwrap_or(MOST).clamp(1, MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quick_jobs_are_claimed_ahead() {
        let mut pace = Pace::default();
        assert_eq!(pace.ahead(), 1);
        pace.took(Duration::from_secs(9));
        assert_eq!(pace.ahead(), 1);
        let mut pace = Pace::default();
        pace.took(Duration::from_millis(25));
        assert_eq!(pace.ahead(), 10);
        for _ in 0..50 {
            pace.took(Duration::from_micros(10));
        }
        assert_eq!(pace.ahead(), MOST);
    }
}
