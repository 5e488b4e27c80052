//! The loop that fetches what is due.

use std::time::Duration;

use aftercall_delivery::Client;
use aftercall_intake::{Fetched, Notice, Outcome, Taken, by_name};
use aftercall_store::StoreError;
use aftercall_store::calls::Accepted;
use aftercall_store::intake::{
    IntakeNotice, IntakeSource, NoticeEnd, NoticeLease, RecordedNotice, SecretKind,
};
use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::outcome::{ATTEMPTS, Failed};
use super::platform::Platform;
use crate::App;
use crate::intake::NotTaken;
use crate::intake::receive::{outcome_name, store};
use crate::worker::node_name;

/// Calls that are fetched at a time.
const AT_ONCE: usize = 8;
/// How long everything of one call may take.
const FETCH_TIME: Duration = Duration::from_secs(120);
/// How long a notice is leased: longer than that, and the storing.
const LEASE: SignedDuration = SignedDuration::from_secs(150);
/// The longest pause after the database could not be reached.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How often leases that ran out are looked for.
const SWEEP: Duration = Duration::from_secs(10);
/// Lost notices that are looked after at once.
const SWEPT: u64 = 500;

/// Fetches calls. A clone is the same one.
#[derive(Clone)]
pub struct Fetcher {
    app: App,
    client: Client,
    /// Stands with the notices that it has.
    name: String,
}

impl Fetcher {
    /// A fetcher of this process.
    #[must_use]
    pub fn new(app: App, client: Client) -> Self {
        Self {
            app,
            client,
            name: node_name(),
        }
    }

    /// Fetches what is due until `stop`. What is being asked for then is given back; what has come is stored first.
    pub async fn run(self, stop: CancellationToken) {
        let mut fetching = JoinSet::new();
        let mut swept = None;
        let mut failures = 0;
        let poll = self.app.settings.delivery.poll();
        while !stop.is_cancelled() {
            if swept.is_none_or(|at: tokio::time::Instant| at.elapsed() >= SWEEP) {
                self.sweep().await;
                swept = Some(tokio::time::Instant::now());
            }
            // Listening begins before the look, so that what comes in between is not slept over.
            let woken = self.app.wake.listen();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let pause = match self.take(&mut fetching, &stop).await {
                Ok(()) => {
                    failures = 0;
                    poll
                }
                Err(error) => {
                    failures += 1;
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "notices of calls cannot be taken");
                    (poll * failures).min(LONGEST_PAUSE)
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = woken => {}
                () = tokio::time::sleep(pause) => {}
                Some(_) = fetching.join_next(), if failures == 0 => {}
            }
        }
        while fetching.join_next().await.is_some() {}
    }

    /// Fetches what is due now, and waits for what comes of it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn pass(&self) -> Result<(), StoreError> {
        let mut fetching = JoinSet::new();
        self.app.store.sweep_notices(SWEPT).await?;
        self.take(&mut fetching, &CancellationToken::new()).await?;
        while fetching.join_next().await.is_some() {}
        Ok(())
    }

    async fn take(
        &self,
        fetching: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        while fetching.try_join_next().is_some() {}
        let room = AT_ONCE.saturating_sub(fetching.len()) as u64;
        let taken = self.app.store.take_notices(&self.name, room, LEASE).await?;
        for lease in taken {
            let (fetcher, stop) = (self.clone(), stop.clone());
            fetching.spawn(async move { fetcher.one(lease, stop).await });
        }
        Ok(())
    }

    async fn one(self, lease: NoticeLease, stop: CancellationToken) {
        let fetched = tokio::select! {
            fetched = tokio::time::timeout(FETCH_TIME, self.fetch(&lease.notice)) => {
                fetched.unwrap_or_else(|_| Err(Failed::Soon("it took too long".to_owned())))
            }
            () = stop.cancelled() => Err(Failed::NotNow),
        };
        let stored = match fetched {
            Ok(taken) => self.store(&lease, taken).await,
            Err(failed) => Err(failed),
        };
        self.record(lease, stored).await;
    }

    /// The call of a notice, as the platform has it.
    async fn fetch(&self, row: &IntakeNotice) -> Result<Taken, Failed> {
        if row.attempts > ATTEMPTS {
            let reason = "every attempt was lost: whoever fetched the call did not come back";
            return Err(Failed::Never(reason.to_owned()));
        }
        let notice = row.notice.clone().unwrap_or_default();
        let (Ok(notice), Some(source)) = (
            serde_json::from_value::<Notice>(notice),
            by_name(&row.source),
        ) else {
            let reason = "the notice cannot be read by this release";
            return Err(Failed::Never(reason.to_owned()));
        };
        let setup = self.setup(row).await?;
        let key = self.key(&setup)?;
        let platform = Platform {
            client: &self.client,
            policy: &self.app.settings.delivery.policy(),
            source,
            base: setup.fetch_base.as_deref(),
            key: &key,
            timeout: self.app.settings.delivery.timeout(),
            now: self.app.store.now(),
        };
        let answers = platform.fetch(&notice).await?;
        let fetched: Vec<Fetched<'_>> = answers
            .iter()
            .map(|(name, body)| Fetched { name, body })
            .collect();
        match source.read_fetched(&notice, &fetched) {
            Ok(Outcome::Call(taken)) if !taken.is_partial() => Ok(*taken),
            Ok(Outcome::Ignored { event }) => {
                Err(Failed::Soon(format!("the call is not ready yet: {event}")))
            }
            Ok(Outcome::Call(_) | Outcome::Fetch(_)) => {
                Err(Failed::Soon("the call is not ready yet".to_owned()))
            }
            // The next answer may be whole where this one was not.
            Err(problems) => Err(Failed::Slow(Failed::broken(&problems))),
        }
    }

    async fn setup(&self, row: &IntakeNotice) -> Result<IntakeSource, Failed> {
        let setup = self
            .app
            .store
            .intake_source(&row.agent_id, &row.source)
            .await;
        let setup = setup.map_err(|error| unstored(&error))?;
        setup.ok_or_else(|| Failed::Slow("the source is not set up for the agent any more".into()))
    }

    fn key(&self, setup: &IntakeSource) -> Result<String, Failed> {
        let keys = self.app.sealed.intake_secrets(setup, SecretKind::Fetch);
        let keys =
            keys.map_err(|error| Failed::Slow(format!("the fetch key cannot be opened: {error}")))?;
        let newest = keys.into_iter().next();
        newest.ok_or_else(|| Failed::Slow("no fetch key is set for the source any more".into()))
    }

    /// Stores the call, as long as the lease holds. `None` where it does not: another node has the notice, or it went with its call.
    async fn store(&self, lease: &NoticeLease, taken: Taken) -> Result<Option<Accepted>, Failed> {
        let renewed = self.app.store.renew_notice(lease, LEASE).await;
        if !renewed.map_err(|error| unstored(&error))? {
            return Ok(None);
        }
        match store(
            &self.app,
            &lease.notice.agent_id,
            taken.of_agent(&lease.notice.agent_id),
        )
        .await
        {
            Ok(accepted) => Ok(Some(accepted)),
            Err(NotTaken::Failed(error)) => Err(unstored(&error)),
            Err(NotTaken::Rejected(rejected)) => Err(Failed::Never(match *rejected {
                aftercall_store::calls::Rejected::Invalid(problem) => Failed::broken(&[problem]),
                other => other.to_string(),
            })),
            Err(NotTaken::Invalid(problems)) => Err(Failed::Never(Failed::broken(&problems))),
            Err(NotTaken::Refused(_) | NotTaken::CannotFetch | NotTaken::Sealed) => {
                Err(Failed::NotNow)
            }
        }
    }

    async fn record(&self, lease: NoticeLease, stored: Result<Option<Accepted>, Failed>) {
        let now = self.app.store.now();
        let (end, hold, outcome) = match stored {
            Ok(Some(accepted)) => (NoticeEnd::Done, None, outcome_name(&accepted)),
            Ok(None) => return count(&lease, "lost", None),
            Err(failed) => {
                let hold = failed.hold(now);
                let random = self.app.store.random_unit();
                match failed.end(lease.notice.attempts, random, now) {
                    Some(end @ NoticeEnd::Again { .. }) => (end, hold, "again"),
                    Some(end) => (end, hold, "dead"),
                    None => {
                        // Its lease runs out otherwise.
                        self.app.store.give_back_notice(&lease).await.ok();
                        return;
                    }
                }
            }
        };
        let reason = match &end {
            NoticeEnd::Again { reason, .. } | NoticeEnd::Dead(reason) => Some(reason.clone()),
            NoticeEnd::Done => None,
        };
        let recorded = RecordedNotice { lease, end, hold };
        match self.app.store.record_notice(&recorded).await {
            Ok(true) => count(&recorded.lease, outcome, reason.as_deref()),
            Ok(false) => count(&recorded.lease, "lost", None),
            Err(error) => {
                let notice = recorded.lease.notice.id;
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    notice,
                    error,
                    "what came of a notice could not be stored: the call is fetched again"
                );
            }
        }
    }

    async fn sweep(&self) {
        loop {
            match self.app.store.sweep_notices(SWEPT).await {
                Ok(lost) => {
                    if lost > 0 {
                        tracing::warn!(notices = lost, "leases ended before calls were fetched");
                    }
                    if lost < SWEPT {
                        return;
                    }
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "notices of calls could not be looked through");
                    return;
                }
            }
        }
    }
}

fn unstored(error: &StoreError) -> Failed {
    if error.is_outage() {
        Failed::NotNow
    } else {
        Failed::Slow(error.to_string())
    }
}

fn count(lease: &NoticeLease, outcome: &'static str, reason: Option<&str>) {
    let notice = &lease.notice;
    let source = by_name(&notice.source).map_or("unknown", |source| source.name());
    metrics::counter!("aftercall_intake_fetch_total", "source" => source, "outcome" => outcome)
        .increment(1);
    tracing::info!(
        notice = notice.id,
        agent = notice.agent_id,
        source,
        attempt = notice.attempts,
        outcome,
        reason,
        "a call was fetched"
    );
}
