//! Analyses: stored with their answers, one of them the current one.

use aftercall_store::analyses::AnalysisStatus;
use aftercall_store::jobs::{Failed, Failure, JobState};
use aftercall_store::testing::TestDb;
use aftercall_store::{StoreError, on_both};
use jiff::SignedDuration;
use serde_json::json;

use crate::help::{agent, analysis, claim, claim_one, failed, finish, sent};

on_both!(
    an_analysis_is_kept_whole,
    every_analysis_is_kept_and_the_newest_counts,
    a_failed_one_counts_only_where_there_is_no_other,
    nothing_is_stored_without_the_lease,
    the_same_analysis_is_queued_once,
    an_analysis_can_have_another_version,
    many_answers_and_odd_characters_are_kept,
);

async fn an_analysis_is_kept_whole(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    let work = db.store.work(&lease).await.unwrap();
    assert_eq!(work.revision_id.as_ref(), Some(&agent.active_revision_id));
    assert_eq!(work.call.call_id, "c");
    let mut new = analysis(
        &work.call,
        json!({"b": true, "a": 7, "text": "x", "none": null}),
    );
    new.revision_id = work.revision_id;
    db.clock.advance(SignedDuration::from_secs(3));
    let stored = db
        .store
        .finish_analysis(&lease, new.clone())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.analysis, new.analysis);
    assert_eq!(stored.metrics, serde_json::to_value(&new.metrics).unwrap());
    assert_eq!(
        (stored.number, stored.status, stored.milliseconds),
        (1, AnalysisStatus::Completed, 12)
    );
    assert_eq!(stored.revision_id, new.revision_id);
    let detail = db.store.call("c").await.unwrap();
    assert_eq!(detail.current(), Some(&stored));
    assert_eq!(detail.analyses, [stored]);
    assert_eq!(detail.row.updated_at, db.store.now());
    let job = db.store.job(&lease.job.id).await.unwrap().job;
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Done, Some(db.store.now()))
    );
    assert_eq!((job.worker, job.lease_until), (None, None));
}

async fn every_analysis_is_kept_and_the_newest_counts(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    for n in 1..=3 {
        finish(&db.store, "internal", json!({"n": n})).await;
        let detail = db.store.call("c").await.unwrap();
        assert_eq!(detail.current().unwrap().number, n);
        let numbers: Vec<i64> = detail
            .analyses
            .iter()
            .map(|analysis| analysis.number)
            .collect();
        assert_eq!(numbers, (1..=n).rev().collect::<Vec<_>>());
        db.store.enqueue_analysis("c", None, false).await.unwrap();
    }
}

async fn a_failed_one_counts_only_where_there_is_no_other(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lease).await.unwrap().call;
    let dead = Failure {
        reason: "the slot is not configured".to_owned(),
        retry_at: None,
        analysis: Some(failed(&call, "the slot is not configured")),
    };
    assert_eq!(
        db.store.fail(&lease, dead.clone()).await.unwrap(),
        Failed::Dead
    );
    let detail = db.store.call("c").await.unwrap();
    let current = detail.current().unwrap();
    assert_eq!(
        (current.number, current.status),
        (1, AnalysisStatus::Failed)
    );
    assert_eq!(
        current.reason.as_deref(),
        Some("the slot is not configured")
    );
    let job = db.store.job(&lease.job.id).await.unwrap().job;
    assert_eq!(job.state, JobState::Dead);
    assert_eq!(
        job.last_error.as_deref(),
        Some("the slot is not configured")
    );
    db.store.retry_job(&job.id).await.unwrap();
    finish(&db.store, "internal", json!({})).await;
    assert_eq!(
        db.store.call("c").await.unwrap().current().unwrap().number,
        2
    );
    db.store.enqueue_analysis("c", None, false).await.unwrap();
    let lease = claim_one(&db.store, "internal").await;
    db.store.fail(&lease, dead).await.unwrap();
    let detail = db.store.call("c").await.unwrap();
    assert_eq!(detail.analyses.len(), 3);
    assert_eq!(detail.current().unwrap().number, 2);
}

async fn nothing_is_stored_without_the_lease(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lost = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lost).await.unwrap().call;
    db.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(db.store.sweep_expired().await.unwrap(), 1);
    let held = claim_one(&db.store, "internal").await;
    assert_eq!(
        (held.job.id.as_str(), held.attempt),
        (lost.job.id.as_str(), 2)
    );
    let before = db.store.call("c").await.unwrap();
    let late = db
        .store
        .finish_analysis(&lost, analysis(&call, json!({"x": 1})))
        .await
        .unwrap();
    assert_eq!(late, None);
    let failure = Failure {
        reason: "late".to_owned(),
        retry_at: None,
        analysis: Some(failed(&call, "late")),
    };
    assert_eq!(
        db.store.fail(&lost, failure).await.unwrap(),
        Failed::LeaseLost
    );
    assert!(!db.store.release(&lost).await.unwrap());
    assert_eq!(db.store.call("c").await.unwrap(), before);
    let stored = db
        .store
        .finish_analysis(&held, analysis(&call, json!({"x": 2})))
        .await
        .unwrap();
    assert_eq!(stored.unwrap().number, 1);
    // A job ends once.
    let again = db
        .store
        .finish_analysis(&held, analysis(&call, json!({"x": 3})))
        .await
        .unwrap();
    assert_eq!(again, None);
    assert_eq!(db.store.call("c").await.unwrap().analyses.len(), 1);
}

async fn the_same_analysis_is_queued_once(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = db.store.clone();
        senders.spawn(async move { store.enqueue_analysis("c", None, false).await.unwrap().id });
    }
    let mut ids = senders.join_all().await;
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let lease = claim_one(&db.store, "internal").await;
    assert_eq!(lease.job.id, ids[0]);
    let running = db.store.enqueue_analysis("c", None, false).await.unwrap();
    assert_eq!(
        (running.id.as_str(), running.state),
        (ids[0].as_str(), JobState::Running)
    );
    assert!(claim(&db.store, "internal", 10).await.is_empty());
}

async fn an_analysis_can_have_another_version(db: TestDb) {
    let (agent, other) = (agent(&db.store).await, agent(&db.store).await);
    sent(&db.store, &agent, "c").await;
    let patch = json!({"firstMessage": "Hello"});
    let second = db
        .store
        .publish_config(&agent.id, patch.as_object().unwrap(), None)
        .await
        .unwrap();
    let job = db.store.enqueue_analysis("c", None, false).await.unwrap();
    assert_eq!(job.revision_id.as_ref(), Some(&second.id));
    let mut leases = claim(&db.store, "internal", 10).await;
    assert_eq!(leases.len(), 2);
    // What someone asked for comes first.
    assert_eq!(leases[0].job.id, job.id);
    let first = db
        .store
        .enqueue_analysis("c", Some(&agent.active_revision_id), false)
        .await
        .unwrap();
    assert_eq!(first.revision_id.as_ref(), Some(&agent.active_revision_id));
    assert_eq!(first.id, leases[1].job.id);
    let work = db.store.work(&leases.remove(0)).await.unwrap();
    assert_eq!(work.config["firstMessage"], json!("Hello"));
    for version in [other.active_revision_id.as_str(), "nothing"] {
        let error = db
            .store
            .enqueue_analysis("c", Some(version), false)
            .await
            .unwrap_err();
        assert!(matches!(
            error,
            StoreError::Missing {
                what: "Revision",
                ..
            }
        ));
    }
    let error = db
        .store
        .enqueue_analysis("d", None, false)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Missing { what: "Call", .. }));
}

async fn many_answers_and_odd_characters_are_kept(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lease).await.unwrap().call;
    let mut answers = serde_json::Map::new();
    for n in 0..1_200 {
        answers.insert(format!("m_{n}"), json!(n));
    }
    answers.insert("odd".to_owned(), json!("a\u{0}b"));
    answers.insert("long".to_owned(), json!("é".repeat(100_000)));
    let mut new = analysis(&call, answers.into());
    new.analysis.summary = "\u{0}".to_owned();
    let stored = db
        .store
        .finish_analysis(&lease, new.clone())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.analysis, new.analysis);
    assert_eq!(db.store.call("c").await.unwrap().current(), Some(&stored));
}
