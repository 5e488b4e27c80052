//! One job: what it is about is read, the slot asked, and what comes out stored.

use std::error::Error as _;
use std::time::{Duration, Instant};

use aftercall_analyst::{unasked, without_transcript};
use aftercall_core::{Analysis, Call, Metric, PostCallConfig, Problem, Slot, Status, Usage};
use aftercall_store::analyses::{AnalysisStatus, NewAnalysis};
use aftercall_store::jobs::{Failed, Failure, Lease, Work};
use aftercall_store::{Store, StoreError};

use jiff::Timestamp;

use super::zone::agent_zone;
use super::{AnalyseError, Analysts, Budget, Urgency};

/// Between two attempts to store what a model has answered.
const AGAIN: Duration = Duration::from_secs(1);

/// What jobs need.
pub(super) struct Jobs<'a> {
    pub(super) store: &'a Store,
    pub(super) analysts: &'a Analysts,
    pub(super) budget: &'a Budget,
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// It ended, or failed and waits for its next attempt: either is stored.
    Stored,
    /// It is not this worker's any more.
    Lost,
    /// Nothing could be done about it now; it is to be given back.
    NotNow,
}

impl Jobs<'_> {
    /// Does a job. It may be dropped at any time: what is not stored then is done again.
    pub(super) async fn run(&self, lease: &Lease) -> Done {
        let started = Instant::now();
        let work = match self.store.work(lease).await {
            Ok(work) => work,
            Err(error) => return self.unreadable(lease, &error).await,
        };
        let Work {
            row,
            mut call,
            revision_id,
            config,
        } = work;
        let metrics = match PostCallConfig::of(&config) {
            Ok(config) => config.metrics,
            Err(problems) => {
                let reason = format!("the version's metrics cannot be read: {}", told(&problems));
                return self
                    .fail(lease, &call, &[], revision_id, &reason, false)
                    .await;
            }
        };
        if lease.attempt > lease.job.max_attempts {
            let last = lease
                .job
                .last_error
                .as_deref()
                .unwrap_or("no reason is known");
            let reason = format!("given up after {} attempts: {last}", lease.job.max_attempts);
            return self
                .fail(lease, &call, &metrics, revision_id, &reason, false)
                .await;
        }
        if call.timezone.is_none() {
            call.timezone = agent_zone(&config);
        }
        // A call without a word costs nothing.
        let used_up = if call.has_words() {
            self.budget.used_up(self.store, &row.agent_id).await
        } else {
            Ok(None)
        };
        match used_up {
            Ok(None) => {}
            Ok(Some((until, reason))) => return self.put_off(lease, until, &reason).await,
            Err(error) => {
                warn(lease, &error, "what an agent has spent could not be read");
                return Done::NotNow;
            }
        }
        match self.analyze(lease, &call, &metrics).await {
            Ok(analysis) => {
                let took = started.elapsed();
                self.finish(lease, analysis, metrics, revision_id, took)
                    .await
            }
            Err(AnalyseError::NotReady(_) | AnalyseError::Stopped | AnalyseError::Busy(_)) => {
                Done::NotNow
            }
            Err(error) => {
                let reason = error.to_string();
                self.fail(lease, &call, &metrics, revision_id, &reason, true)
                    .await
            }
        }
    }

    async fn analyze(
        &self,
        lease: &Lease,
        call: &Call,
        metrics: &[Metric],
    ) -> Result<Analysis, AnalyseError> {
        if let Some(analysis) = without_transcript(call, metrics) {
            return Ok(analysis);
        }
        let name = &lease.job.slot;
        let slot =
            Slot::from_name(name).ok_or_else(|| AnalyseError::NotConfigured(name.clone()))?;
        self.analysts
            .analyze(&slot, call.clone(), metrics.to_vec(), Urgency::Job)
            .await
    }

    async fn put_off(&self, lease: &Lease, until: Timestamp, reason: &str) -> Done {
        tracing::info!(job = lease.job.id, reason, "an analysis is put off");
        count(lease, "put_off");
        match self.store.put_off(lease, until, reason).await {
            Ok(true) => Done::Stored,
            Ok(false) => Done::Lost,
            Err(error) => {
                warn(lease, &error, "a job could not be put off");
                Done::NotNow
            }
        }
    }

    async fn finish(
        &self,
        lease: &Lease,
        analysis: Analysis,
        metrics: Vec<Metric>,
        revision_id: Option<String>,
        took: Duration,
    ) -> Done {
        let spent = analysis.provenance.spent();
        let new = NewAnalysis {
            analysis,
            metrics,
            revision_id,
            status: AnalysisStatus::Completed,
            reason: None,
        };
        loop {
            match self.store.finish_analysis(lease, new.clone()).await {
                Ok(Some(_)) => {
                    count(lease, "completed");
                    spent.iter().for_each(count_usage);
                    metrics::histogram!("aftercall_analysis_seconds", "slot" => lease.job.slot.clone())
                        .record(took.as_secs_f64());
                    tracing::info!(
                        job = lease.job.id,
                        call = lease.job.call_row_id,
                        slot = lease.job.slot,
                        duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                        "a call is analysed"
                    );
                    return Done::Stored;
                }
                Ok(None) => return Done::Lost,
                // The answers have cost minutes: they are kept until the database is back, or the lease is another's.
                Err(error) => {
                    warn(
                        lease,
                        &error,
                        "an analysis could not be stored and is tried again",
                    );
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    /// Tells that an attempt failed. With `again` it is repeated later, as often as jobs are; the last failure, and the
    /// first one that only an operator can mend, leave a failed analysis in the call's log.
    async fn fail(
        &self,
        lease: &Lease,
        call: &Call,
        metrics: &[Metric],
        revision_id: Option<String>,
        reason: &str,
        again: bool,
    ) -> Done {
        let last = !again || lease.attempt >= lease.job.max_attempts;
        let unconfigured = !self.analysts.is_configured(&lease.job.slot);
        let analysis = (last || (unconfigured && lease.attempt == 1)).then(|| NewAnalysis {
            analysis: failed(call, metrics, reason),
            metrics: metrics.to_vec(),
            revision_id,
            status: AnalysisStatus::Failed,
            reason: Some(reason.to_owned()),
        });
        let failure = Failure {
            reason: reason.to_owned(),
            retry_at: (!last).then(|| self.store.retry_at(lease.attempt)),
            analysis,
        };
        tracing::warn!(
            job = lease.job.id,
            call = lease.job.call_row_id,
            slot = lease.job.slot,
            attempt = lease.attempt,
            last,
            reason,
            "an analysis failed"
        );
        match self.store.fail(lease, failure).await {
            Ok(Failed::LeaseLost) => Done::Lost,
            Ok(Failed::Queued) => {
                count(lease, "failed");
                Done::Stored
            }
            Ok(Failed::Dead) => {
                count(lease, "dead");
                Done::Stored
            }
            Err(error) => {
                // Its lease runs out, and the attempt is counted.
                warn(lease, &error, "that an analysis failed could not be stored");
                Done::Lost
            }
        }
    }

    /// A database that is away is waited for, and costs no attempt. What is broken stays broken: each attempt counts.
    async fn unreadable(&self, lease: &Lease, error: &StoreError) -> Done {
        if let StoreError::Missing { .. } = error {
            tracing::info!(job = lease.job.id, "the call of a job was deleted");
            return Done::Lost;
        }
        if error.is_outage() {
            warn(lease, error, "the call of a job could not be read");
            return Done::NotNow;
        }
        let cause = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        let reason = format!("the call or its version cannot be read: {cause}");
        let nobody = Call::from_turns(Vec::new());
        let revision_id = lease.job.revision_id.clone();
        self.fail(lease, &nobody, &[], revision_id, &reason, true)
            .await
    }
}

/// An analysis in which every metric failed for the same reason.
fn failed(call: &Call, metrics: &[Metric], reason: &str) -> Analysis {
    Analysis {
        summary: format!("The call was not analysed: {reason}"),
        ..unasked(call, metrics, Status::Failed, reason)
    }
}

fn count(lease: &Lease, outcome: &'static str) {
    let slot = lease.job.slot.clone();
    metrics::counter!("aftercall_analyses_total", "slot" => slot, "outcome" => outcome)
        .increment(1);
}

/// Adds to the figures of an endpoint.
fn count_usage((endpoint, usage): &(String, Usage)) {
    for (kind, tokens) in [
        ("read", usage.tokens_read),
        ("cached", usage.tokens_cached),
        ("written", usage.tokens_written),
    ] {
        metrics::counter!("aftercall_tokens_total", "endpoint" => endpoint.clone(), "kind" => kind)
            .increment(tokens);
    }
    metrics::counter!("aftercall_endpoint_requests_total", "endpoint" => endpoint.clone())
        .increment(usage.requests);
    if let Some(cost) = usage.cost {
        metrics::gauge!("aftercall_cost", "endpoint" => endpoint.clone()).increment(cost);
    }
}

fn warn(lease: &Lease, error: &StoreError, text: &str) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(job = lease.job.id, error, "{text}");
}

fn told(problems: &[Problem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}
