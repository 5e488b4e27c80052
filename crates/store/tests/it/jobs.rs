//! The job table: claims, leases, failures, and the operator's hand.

use std::collections::HashSet;

use aftercall_store::jobs::{Failed, Failure, JobCount, JobFilter, JobState, MAX_ATTEMPTS};
use aftercall_store::testing::TestDb;
use aftercall_store::{Conflict, Store, StoreError, on_both};
use jiff::SignedDuration;
use serde_json::json;

use crate::help::{LEASE, agent, agent_of_slot, analysis, claim, claim_one, finish, sent};

on_both!(
    the_most_urgent_and_oldest_come_first,
    workers_get_only_what_they_can_run,
    no_job_is_claimed_twice,
    a_lease_is_renewed_while_it_holds,
    a_released_job_has_lost_no_attempt,
    a_failed_job_waits_for_its_time,
    a_vanished_worker_costs_one_lease,
    the_operator_retries_and_cancels,
    jobs_are_counted_and_listed,
    a_cancelled_job_does_not_block_a_new_one,
    a_job_in_a_pause_is_hurried,
    a_job_ends_though_its_call_cannot_be_read,
    jobs_that_ended_long_ago_are_deleted,
);

fn again(store: &Store, seconds: i64) -> Failure {
    Failure {
        reason: "no model".to_owned(),
        retry_at: Some(store.now() + SignedDuration::from_secs(seconds)),
        analysis: None,
    }
}

fn dead() -> Failure {
    Failure {
        reason: "given up".to_owned(),
        retry_at: None,
        analysis: None,
    }
}

async fn the_most_urgent_and_oldest_come_first(db: TestDb) {
    let agent = agent(&db.store).await;
    for call_id in ["a", "b", "c"] {
        sent(&db.store, &agent, call_id).await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
    // The first job of "b" is cancelled, so that the one that is asked for is another.
    let filter = JobFilter {
        call_id: Some("b".to_owned()),
        ..JobFilter::default()
    };
    let first = db
        .store
        .jobs(&filter, 1, 1)
        .await
        .unwrap()
        .items
        .remove(0)
        .job;
    db.store.cancel_job(&first.id).await.unwrap();
    db.store.enqueue_analysis("b", None, false).await.unwrap();
    let leases = claim(&db.store, "internal", 2).await;
    let mut order = Vec::new();
    for lease in leases.iter().chain(&claim(&db.store, "internal", 2).await) {
        assert_eq!((lease.attempt, lease.job.state), (1, JobState::Running));
        assert_eq!(lease.until, db.store.now() + LEASE);
        assert_eq!(lease.job.worker.as_deref(), Some("w"));
        order.push(db.store.job(&lease.job.id).await.unwrap().call_id);
    }
    assert_eq!(order, ["b", "a", "c"]);
}

async fn workers_get_only_what_they_can_run(db: TestDb) {
    let (a, slot_a) = agent_of_slot(&db.store, "a").await;
    let (b, slot_b) = agent_of_slot(&db.store, "b").await;
    for n in 0..2 {
        sent(&db.store, &a, &format!("a{n}")).await;
        sent(&db.store, &b, &format!("b{n}")).await;
    }
    assert!(claim(&db.store, "internal", 10).await.is_empty());
    assert!(
        db.store
            .claim(&[], "w", 10, LEASE, None)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(claim(&db.store, &slot_a, 0).await.is_empty());
    let both = [slot_b.clone(), slot_a];
    let leases = db.store.claim(&both, "w", 3, LEASE, None).await.unwrap();
    let slots: Vec<_> = leases.iter().map(|lease| lease.job.slot.as_str()).collect();
    assert_eq!(slots, [slot_b.as_str(), slot_b.as_str(), "agent:a"]);
}

async fn no_job_is_claimed_twice(db: TestDb) {
    let agent = agent(&db.store).await;
    for n in 0..60 {
        sent(&db.store, &agent, &n.to_string()).await;
    }
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..6 {
        let store = db.store.clone();
        workers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let slots = ["internal".to_owned()];
                let leases = store
                    .claim(&slots, &worker.to_string(), 4, LEASE, None)
                    .await
                    .unwrap();
                assert!(leases.len() <= 4);
                if leases.is_empty() {
                    break mine;
                }
                mine.extend(leases.into_iter().map(|lease| lease.job.id));
            }
        });
    }
    let claimed: Vec<String> = workers.join_all().await.concat();
    let mut all = claimed.clone();
    // A worker that saw every row locked by others stopped early: what is left is still there, nothing is lost.
    all.extend(
        claim(&db.store, "internal", 100)
            .await
            .into_iter()
            .map(|lease| lease.job.id),
    );
    assert_eq!(all.len(), 60);
    assert_eq!(all.into_iter().collect::<HashSet<_>>().len(), 60);
}

async fn a_lease_is_renewed_while_it_holds(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    for _ in 0..3 {
        db.clock.advance(SignedDuration::from_secs(40));
        let until = db.store.renew(&lease, LEASE).await.unwrap();
        assert_eq!(until, Some(db.store.now() + LEASE));
        assert_eq!(db.store.sweep_expired().await.unwrap(), 0);
    }
    // Not yet swept, it can still be saved.
    db.clock.advance(SignedDuration::from_secs(100));
    assert!(db.store.renew(&lease, LEASE).await.unwrap().is_some());
    db.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(db.store.sweep_expired().await.unwrap(), 1);
    assert_eq!(db.store.renew(&lease, LEASE).await.unwrap(), None);
}

async fn a_released_job_has_lost_no_attempt(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    for _ in 0..3 {
        let lease = claim_one(&db.store, "internal").await;
        assert_eq!(lease.attempt, 1);
        assert!(db.store.release(&lease).await.unwrap());
        assert!(!db.store.release(&lease).await.unwrap());
    }
}

async fn a_failed_job_waits_for_its_time(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    let failure = again(&db.store, 30);
    assert_eq!(
        db.store.fail(&lease, failure.clone()).await.unwrap(),
        Failed::Queued
    );
    assert_eq!(
        db.store.fail(&lease, failure).await.unwrap(),
        Failed::LeaseLost
    );
    let job = db.store.job(&lease.job.id).await.unwrap().job;
    assert_eq!((job.state, job.attempts), (JobState::Queued, 1));
    assert_eq!(job.last_error.as_deref(), Some("no model"));
    assert_eq!(db.store.oldest_queued().await.unwrap(), None);
    assert!(claim(&db.store, "internal", 1).await.is_empty());
    db.clock.advance(SignedDuration::from_secs(30));
    assert_eq!(
        db.store.oldest_queued().await.unwrap(),
        Some(db.store.now())
    );
    let lease = claim_one(&db.store, "internal").await;
    assert_eq!(lease.attempt, 2);
    assert_eq!(db.store.fail(&lease, dead()).await.unwrap(), Failed::Dead);
    let job = db.store.job(&lease.job.id).await.unwrap().job;
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Dead, Some(db.store.now()))
    );
    db.clock.advance(SignedDuration::from_hours(10));
    assert!(claim(&db.store, "internal", 1).await.is_empty());
    let wait = db
        .store
        .retry_at(1)
        .duration_since(db.store.now())
        .as_secs();
    assert!((24..=36).contains(&wait), "{wait}");
}

async fn a_vanished_worker_costs_one_lease(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    assert_eq!(db.store.sweep_expired().await.unwrap(), 0);
    for attempt in 1..=MAX_ATTEMPTS + 1 {
        let lease = claim_one(&db.store, "internal").await;
        // The last one is what tells the worker to end it.
        assert_eq!(
            (lease.attempt, lease.job.max_attempts),
            (attempt, MAX_ATTEMPTS)
        );
        db.clock.advance(LEASE);
        assert_eq!(db.store.sweep_expired().await.unwrap(), 0);
        db.clock.advance(SignedDuration::from_micros(1));
        assert_eq!(db.store.sweep_expired().await.unwrap(), 1);
        let job = db.store.job(&lease.job.id).await.unwrap().job;
        assert_eq!(
            (job.state, job.attempts, job.worker),
            (JobState::Queued, attempt, None)
        );
        assert!(job.last_error.unwrap().contains("lease"));
    }
}

async fn the_operator_retries_and_cancels(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    let id = lease.job.id.as_str();
    let error = db.store.retry_job(id).await.unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::JobState {
            state: "running",
            ..
        })
    ));
    let job = db.store.cancel_job(id).await.unwrap();
    assert_eq!(
        (job.state, job.worker, job.finished_at),
        (JobState::Cancelled, None, Some(db.store.now()))
    );
    assert_eq!(db.store.renew(&lease, LEASE).await.unwrap(), None);
    let error = db.store.cancel_job(id).await.unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::JobState {
            state: "cancelled",
            ..
        })
    ));
    db.clock.advance(SignedDuration::from_secs(1));
    let job = db.store.retry_job(id).await.unwrap();
    assert_eq!(
        (job.state, job.attempts, job.finished_at),
        (JobState::Queued, 0, None)
    );
    assert_eq!(job.run_at, db.store.now());
    finish(&db.store, "internal", json!({})).await;
    for result in [db.store.retry_job(id).await, db.store.cancel_job(id).await] {
        assert!(matches!(
            result,
            Err(StoreError::Conflict(Conflict::JobState {
                state: "done",
                ..
            }))
        ));
    }
    for result in [
        db.store.retry_job("nothing").await,
        db.store.cancel_job("nothing").await,
    ] {
        assert!(matches!(
            result,
            Err(StoreError::Missing { what: "Job", .. })
        ));
    }
    assert!(db.store.job("nothing").await.is_err());
}

async fn jobs_are_counted_and_listed(db: TestDb) {
    let agent = agent(&db.store).await;
    let (own, slot) = agent_of_slot(&db.store, "m").await;
    assert!(db.store.job_counts().await.unwrap().is_empty());
    assert_eq!(db.store.oldest_queued().await.unwrap(), None);
    let start = db.store.now();
    for call_id in ["a", "b", "c", "d"] {
        sent(&db.store, &agent, call_id).await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
    sent(&db.store, &own, "e").await;
    assert_eq!(db.store.oldest_queued().await.unwrap(), Some(start));
    finish(&db.store, "internal", json!({})).await;
    let lease = claim_one(&db.store, "internal").await;
    db.store.fail(&lease, dead()).await.unwrap();
    claim_one(&db.store, "internal").await;
    let count = |slot: &str, state| JobCount {
        slot: slot.to_owned(),
        state,
        count: 1,
    };
    let counts = [
        count(&slot, JobState::Queued),
        count("internal", JobState::Dead),
        count("internal", JobState::Queued),
        count("internal", JobState::Running),
    ];
    assert_eq!(db.store.job_counts().await.unwrap(), counts);
    for (filter, expected) in [
        (JobFilter::default(), "edcba"),
        (
            JobFilter {
                states: vec![JobState::Done, JobState::Dead],
                ..JobFilter::default()
            },
            "ba",
        ),
        (
            JobFilter {
                slots: vec![slot],
                ..JobFilter::default()
            },
            "e",
        ),
        (
            JobFilter {
                call_id: Some("c".to_owned()),
                ..JobFilter::default()
            },
            "c",
        ),
        (
            JobFilter {
                call_id: Some("x".to_owned()),
                ..JobFilter::default()
            },
            "",
        ),
    ] {
        let page = db.store.jobs(&filter, 1, 100).await.unwrap();
        let ids: String = page.items.into_iter().map(|item| item.call_id).collect();
        assert_eq!(ids, expected, "{filter:?}");
        assert_eq!(page.total, expected.len() as u64);
    }
    let second = db.store.jobs(&JobFilter::default(), 2, 2).await.unwrap();
    let ids: String = second.items.into_iter().map(|item| item.call_id).collect();
    assert_eq!((ids.as_str(), second.total), ("cb", 5));
}

async fn a_cancelled_job_does_not_block_a_new_one(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let first = db.store.enqueue_analysis("c", None, false).await.unwrap();
    db.store.cancel_job(&first.id).await.unwrap();
    let second = db.store.enqueue_analysis("c", None, false).await.unwrap();
    assert_ne!(second.id, first.id);
    let error = db.store.retry_job(&first.id).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(Conflict::JobOpen)));
    assert_eq!(claim_one(&db.store, "internal").await.job.id, second.id);
}

async fn a_job_in_a_pause_is_hurried(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    db.store.fail(&lease, again(&db.store, 3600)).await.unwrap();
    let asked = db.store.enqueue_analysis("c", None, false).await.unwrap();
    assert_eq!(
        (asked.id.as_str(), asked.attempts, asked.priority),
        (lease.job.id.as_str(), 1, 10)
    );
    assert_eq!(asked.run_at, db.store.now());
    let lease = claim_one(&db.store, "internal").await;
    assert_eq!(lease.attempt, 2);
    // One that runs stays as it is.
    let asked = db.store.enqueue_analysis("c", None, false).await.unwrap();
    assert_eq!(
        (asked.id.as_str(), asked.state),
        (lease.job.id.as_str(), JobState::Running)
    );
    db.store.fail(&lease, again(&db.store, 3600)).await.unwrap();
    let retried = db.store.retry_job(&lease.job.id).await.unwrap();
    assert_eq!((retried.run_at, retried.attempts), (db.store.now(), 0));
    // One that is due and was never tried has nothing to be hurried.
    let error = db.store.retry_job(&lease.job.id).await.unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::JobState {
            state: "queued",
            ..
        })
    ));
    let open = db.store.open_jobs(&lease.job.call_row_id).await.unwrap();
    assert_eq!(open, [retried]);
    finish(&db.store, "internal", json!({})).await;
    let open = db.store.open_jobs(&lease.job.call_row_id).await.unwrap();
    assert!(open.is_empty());
}

async fn a_job_ends_though_its_call_cannot_be_read(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lease).await.unwrap().call;
    db.execute("UPDATE calls SET listed = '{\"secret words'")
        .await;
    let error = db.store.work(&lease).await.unwrap_err();
    assert!(!error.is_outage(), "{error:?}");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    let failure = Failure {
        analysis: Some(analysis(&call, json!({}))),
        ..dead()
    };
    assert_eq!(db.store.fail(&lease, failure).await.unwrap(), Failed::Dead);
}

async fn jobs_that_ended_long_ago_are_deleted(db: TestDb) {
    let agent = agent(&db.store).await;
    let keep = SignedDuration::from_hours(24);
    for call_id in ["done", "cancelled", "dead", "waits", "late"] {
        sent(&db.store, &agent, call_id).await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
    finish(&db.store, "internal", json!({})).await;
    let lease = claim_one(&db.store, "internal").await;
    db.store.cancel_job(&lease.job.id).await.unwrap();
    let lease = claim_one(&db.store, "internal").await;
    db.store.fail(&lease, dead()).await.unwrap();
    db.clock.advance(keep);
    assert_eq!(db.store.purge_jobs(keep, 9).await.unwrap(), 0);
    let lease = claim_one(&db.store, "internal").await;
    db.store.fail(&lease, again(&db.store, 0)).await.unwrap();
    let filter = JobFilter {
        call_id: Some("late".to_owned()),
        ..JobFilter::default()
    };
    let late = db.store.jobs(&filter, 1, 1).await.unwrap().items.remove(0);
    db.store.cancel_job(&late.job.id).await.unwrap();
    db.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(db.store.purge_jobs(keep, 1).await.unwrap(), 1);
    assert_eq!(db.store.purge_jobs(keep, 9).await.unwrap(), 1);
    assert_eq!(db.store.purge_jobs(keep, 9).await.unwrap(), 0);
    let left = db.store.jobs(&JobFilter::default(), 1, 9).await.unwrap();
    let left: Vec<_> = left.items.into_iter().map(|item| item.call_id).collect();
    assert_eq!(left, ["late", "waits", "dead"]);
    // What was found out stays.
    assert_eq!(db.store.call("done").await.unwrap().analyses.len(), 1);
}
