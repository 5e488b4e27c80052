//! The job table against a model of it: any sequence of what workers, the operator, the sweeper and time can do leads to
//! the same states, and each job's analysis is stored at most once a run.

use std::cell::Cell;
use std::collections::HashMap;

use aftercall_store::jobs::{Failed, Failure, Job, JobState, Lease, MAX_ATTEMPTS};
use aftercall_store::testing::TestDb;
use aftercall_store::{Agent, Store, on_both};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::help::{LEASE, agent_of_slot, analysis, sent};

on_both!(the_table_follows_the_model);

/// Sequences that are tried on each database.
const CASES: u32 = 48;

#[derive(Debug, Clone)]
enum Step {
    Send,
    Ask { call: usize },
    Claim { limit: u64 },
    Renew { lease: usize },
    Release { lease: usize },
    Finish { lease: usize },
    Fail { lease: usize, wait: Option<i64> },
    Cancel { job: usize },
    Retry { job: usize },
    Advance { seconds: i64 },
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    let any = || 0..64usize;
    prop_oneof![
        3 => Just(Step::Send),
        1 => any().prop_map(|call| Step::Ask { call }),
        4 => (1..4u64).prop_map(|limit| Step::Claim { limit }),
        1 => any().prop_map(|lease| Step::Renew { lease }),
        1 => any().prop_map(|lease| Step::Release { lease }),
        3 => any().prop_map(|lease| Step::Finish { lease }),
        2 => (any(), prop::option::of(0..90i64)).prop_map(|(lease, wait)| Step::Fail { lease, wait }),
        1 => any().prop_map(|job| Step::Cancel { job }),
        1 => any().prop_map(|job| Step::Retry { job }),
        3 => (1..50i64).prop_map(|seconds| Step::Advance { seconds }),
        2 => Just(Step::Sweep),
    ]
}

async fn the_table_follows_the_model(db: TestDb) {
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        // A failure is told in full; there is no file to keep it in on a fresh database.
        failure_persistence: None,
        ..Config::default()
    });
    let number = Cell::new(0);
    let result = tokio::task::block_in_place(|| {
        runner.run(&vec(step(), 1..60), |steps| {
            number.set(number.get() + 1);
            tokio::runtime::Handle::current().block_on(follow(&db, number.get(), &steps));
            Ok(())
        })
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

async fn follow(db: &TestDb, number: usize, steps: &[Step]) {
    // A slot of its own keeps one sequence from the jobs of the others.
    let (agent, slot) = agent_of_slot(&db.store, &format!("case-{number}")).await;
    let mut model = Model {
        agent,
        slot,
        number,
        calls: Vec::new(),
        jobs: Vec::new(),
        leases: Vec::new(),
    };
    for step in steps {
        model.take(db, step).await;
        model.check(&db.store).await;
    }
    for call in &model.calls {
        db.store.delete_call(&call.call_id).await.unwrap();
    }
}

struct Model {
    agent: Agent,
    slot: String,
    number: usize,
    calls: Vec<ModelCall>,
    jobs: Vec<ModelJob>,
    leases: Vec<Lease>,
}

struct ModelCall {
    call_id: String,
    row_id: String,
    analyses: usize,
}

struct ModelJob {
    id: String,
    call: usize,
    state: JobState,
    priority: i64,
    run_at: Timestamp,
    attempts: i64,
    /// Token and end.
    lease: Option<(String, Timestamp)>,
}

impl Model {
    async fn take(&mut self, db: &TestDb, step: &Step) {
        let store = &db.store;
        let now = store.now();
        match *step {
            Step::Send => {
                let call_id = format!("{}-{}", self.number, self.calls.len());
                let row_id = sent(store, &self.agent, &call_id).await.call.id;
                let call = self.calls.len();
                self.calls.push(ModelCall {
                    call_id: call_id.clone(),
                    row_id,
                    analyses: 0,
                });
                let open = store.open_jobs(&self.calls[call].row_id).await.unwrap();
                assert_eq!(open.len(), 1);
                self.add(call, &open[0], 0);
            }
            Step::Ask { call } => {
                let Some(call) = pick(call, self.calls.len()) else {
                    return;
                };
                let job = store
                    .enqueue_analysis(&self.calls[call].call_id, None, false)
                    .await
                    .unwrap();
                match self
                    .jobs
                    .iter_mut()
                    .find(|known| known.call == call && known.is_open())
                {
                    Some(open) => {
                        assert_eq!(open.id, job.id);
                        if open.state == JobState::Queued {
                            open.priority = 10;
                            open.run_at = open.run_at.min(now);
                        }
                    }
                    None => self.add(call, &job, 10),
                }
            }
            Step::Claim { limit } => {
                let slots = [self.slot.clone()];
                let leases = store.claim(&slots, "w", limit, LEASE, None).await.unwrap();
                let mut due: Vec<&mut ModelJob> = self
                    .jobs
                    .iter_mut()
                    .filter(|job| job.state == JobState::Queued && job.run_at <= now)
                    .collect();
                due.sort_by(|a, b| {
                    let key = |job: &ModelJob| (-job.priority, job.run_at);
                    key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
                });
                due.truncate(usize::try_from(limit).unwrap());
                let claimed: Vec<&str> = leases.iter().map(|lease| lease.job.id.as_str()).collect();
                let expected: Vec<&str> = due.iter().map(|job| job.id.as_str()).collect();
                assert_eq!(claimed, expected);
                for (job, lease) in due.into_iter().zip(&leases) {
                    job.state = JobState::Running;
                    job.attempts += 1;
                    job.lease = Some((lease.token.clone(), now + LEASE));
                    assert_eq!(lease.attempt, job.attempts);
                }
                self.leases.extend(leases);
            }
            Step::Renew { lease } => {
                let Some((lease, job)) = self.lease(lease) else {
                    return;
                };
                let renewed = store.renew(&lease, LEASE).await.unwrap();
                assert_eq!(renewed, job.as_ref().map(|_| now + LEASE));
                if let Some(job) = job {
                    job.lease = Some((lease.token, now + LEASE));
                }
            }
            Step::Release { lease } => {
                let Some((lease, job)) = self.lease(lease) else {
                    return;
                };
                assert_eq!(store.release(&lease).await.unwrap(), job.is_some());
                if let Some(job) = job {
                    job.to(JobState::Queued);
                    job.attempts -= 1;
                    job.run_at = now;
                }
            }
            Step::Finish { lease } => {
                let Some((lease, job)) = self.lease(lease) else {
                    return;
                };
                let work = store.work(&lease).await.unwrap();
                let new = analysis(&work.call, json!({"x": 1}));
                let stored = store.finish_analysis(&lease, new).await.unwrap();
                assert_eq!(stored.is_some(), job.is_some());
                if let Some(job) = job {
                    job.to(JobState::Done);
                    let call = job.call;
                    self.calls[call].analyses += 1;
                }
            }
            Step::Fail { lease, wait } => {
                let Some((lease, job)) = self.lease(lease) else {
                    return;
                };
                let retry_at = wait.map(|seconds| now + SignedDuration::from_secs(seconds));
                let failure = Failure {
                    reason: "failed".to_owned(),
                    retry_at,
                    analysis: None,
                };
                let failed = store.fail(&lease, failure).await.unwrap();
                let expected = match (&job, retry_at) {
                    (None, _) => Failed::LeaseLost,
                    (Some(_), Some(_)) => Failed::Queued,
                    (Some(_), None) => Failed::Dead,
                };
                assert_eq!(failed, expected);
                if let Some(job) = job {
                    job.to(match retry_at {
                        Some(_) => JobState::Queued,
                        None => JobState::Dead,
                    });
                    job.run_at = retry_at.unwrap_or(job.run_at);
                }
            }
            Step::Cancel { job } => {
                let Some(job) = pick(job, self.jobs.len()) else {
                    return;
                };
                let job = &mut self.jobs[job];
                let cancelled = store.cancel_job(&job.id).await;
                assert_eq!(cancelled.is_ok(), job.is_open());
                if job.is_open() {
                    job.to(JobState::Cancelled);
                }
            }
            Step::Retry { job } => {
                let Some(job) = pick(job, self.jobs.len()) else {
                    return;
                };
                let call = self.jobs[job].call;
                let other = self
                    .jobs
                    .iter()
                    .any(|job| job.call == call && job.is_open());
                let job = &mut self.jobs[job];
                let over = matches!(job.state, JobState::Dead | JobState::Cancelled);
                let pausing = job.state == JobState::Queued && job.attempts > 0;
                let retried = store.retry_job(&job.id).await;
                assert_eq!(retried.is_ok(), pausing || (over && !other));
                if retried.is_ok() {
                    job.to(JobState::Queued);
                    job.attempts = 0;
                    job.run_at = now;
                }
            }
            Step::Advance { seconds } => db.clock.advance(SignedDuration::from_secs(seconds)),
            Step::Sweep => {
                let expired =
                    |job: &&mut ModelJob| job.lease.as_ref().is_some_and(|(_, end)| *end < now);
                let mut count = 0;
                for job in self.jobs.iter_mut().filter(expired) {
                    job.to(JobState::Queued);
                    job.run_at = now;
                    count += 1;
                }
                assert_eq!(store.sweep_expired().await.unwrap(), count);
            }
        }
    }

    fn add(&mut self, call: usize, job: &Job, priority: i64) {
        assert_eq!(job.priority, priority);
        self.jobs.push(ModelJob {
            id: job.id.clone(),
            call,
            state: JobState::Queued,
            priority,
            run_at: job.run_at,
            attempts: 0,
            lease: None,
        });
    }

    /// One of the leases there ever were, and its job if it still holds.
    fn lease(&mut self, lease: usize) -> Option<(Lease, Option<&mut ModelJob>)> {
        let lease = self.leases[pick(lease, self.leases.len())?].clone();
        let job = self.jobs.iter_mut().find(|job| {
            job.id == lease.job.id
                && job
                    .lease
                    .as_ref()
                    .is_some_and(|(token, _)| *token == lease.token)
        });
        Some((lease, job))
    }

    async fn check(&self, store: &Store) {
        let filter = aftercall_store::jobs::JobFilter {
            slots: vec![self.slot.clone()],
            ..Default::default()
        };
        let stored = store.jobs(&filter, 1, 1_000).await.unwrap();
        let stored: HashMap<String, Job> = stored
            .items
            .into_iter()
            .map(|item| (item.job.id.clone(), item.job))
            .collect();
        assert_eq!(stored.len(), self.jobs.len());
        for job in &self.jobs {
            let found = &stored[&job.id];
            assert_eq!(found.state, job.state);
            assert_eq!(found.attempts, job.attempts);
            assert_eq!((found.run_at, found.priority), (job.run_at, job.priority));
            assert_eq!(found.lease_until, job.lease.as_ref().map(|(_, end)| *end));
            assert_eq!(found.max_attempts, MAX_ATTEMPTS);
            let ended = matches!(
                found.state,
                JobState::Done | JobState::Dead | JobState::Cancelled
            );
            assert_eq!(found.finished_at.is_some(), ended);
        }
        for call in &self.calls {
            let analyses = store.analyses(&call.row_id).await.unwrap();
            assert_eq!(analyses.len(), call.analyses);
        }
    }
}

impl ModelJob {
    fn is_open(&self) -> bool {
        matches!(self.state, JobState::Queued | JobState::Running)
    }

    fn to(&mut self, state: JobState) {
        self.state = state;
        if state != JobState::Running {
            self.lease = None;
        }
    }
}

/// One of `count` things.
fn pick(number: usize, count: usize) -> Option<usize> {
    (count > 0).then(|| number % count)
}
