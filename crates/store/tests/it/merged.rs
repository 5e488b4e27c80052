//! Calls that come in several events.

use aftercall_core::Call;
use aftercall_store::calls::{Known, NewCall, Outcome, Rejected};
use aftercall_store::jobs::JobState;
use aftercall_store::testing::TestDb;
use aftercall_store::{Agent, Store, on_both};
use serde_json::json;

use crate::help::{agent, analysis, claim, claim_one, new_call};

on_both!(
    words_come_while_the_analysis_waits,
    words_come_while_the_analysis_runs,
    words_come_after_the_analysis,
    other_words_are_analysed_anew,
    another_call_is_not_joined,
);

/// A call that is over, with or without what was said in it.
fn event(agent: &Agent, words: bool) -> NewCall {
    let mut new = new_call(agent, json!({"callId": "c", "status": "completed"}));
    if !words {
        new.call.transcript.clear();
    }
    new
}

/// What has more words counts; another type is another call.
fn join(stored: Known, sent: Known) -> Option<Known> {
    let words = |known: &Known| known.call.transcript.len();
    (stored.call.kind == sent.call.kind).then(|| match words(&stored) < words(&sent) {
        true => sent,
        false => stored,
    })
}

async fn merge(store: &Store, new: NewCall) -> Outcome {
    store.merge_call(new, join).await.unwrap().unwrap().outcome
}

async fn claimed_call(store: &Store) -> Call {
    let lease = claim_one(store, "internal").await;
    let work = store.work(&lease).await.unwrap();
    assert!(claim(store, "internal", 9).await.is_empty(), "one job only");
    work.call
}

async fn words_come_while_the_analysis_waits(db: TestDb) {
    let agent = agent(&db.store).await;
    assert_eq!(
        merge(&db.store, event(&agent, false)).await,
        Outcome::Created
    );
    assert_eq!(
        merge(&db.store, event(&agent, true)).await,
        Outcome::Updated
    );
    assert_eq!(
        merge(&db.store, event(&agent, false)).await,
        Outcome::Unchanged
    );
    assert_eq!(claimed_call(&db.store).await.transcript.len(), 1);
}

async fn words_come_while_the_analysis_runs(db: TestDb) {
    let agent = agent(&db.store).await;
    merge(&db.store, event(&agent, false)).await;
    let lost = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lost).await.unwrap().call;
    assert!(call.transcript.is_empty());
    assert_eq!(
        merge(&db.store, event(&agent, true)).await,
        Outcome::Updated
    );
    let stored = db
        .store
        .finish_analysis(&lost, analysis(&call, json!({"x": 1})));
    assert!(stored.await.unwrap().is_none(), "it knew no words");
    assert_eq!(claimed_call(&db.store).await.transcript.len(), 1);
}

async fn words_come_after_the_analysis(db: TestDb) {
    let agent = agent(&db.store).await;
    merge(&db.store, event(&agent, false)).await;
    let first = claim_one(&db.store, "internal").await;
    let call = db.store.work(&first).await.unwrap().call;
    let stored = db
        .store
        .finish_analysis(&first, analysis(&call, json!({"x": 1})));
    assert!(stored.await.unwrap().is_some());
    assert!(!first.job.announce);
    assert_eq!(
        merge(&db.store, event(&agent, true)).await,
        Outcome::Updated
    );
    let second = claim_one(&db.store, "internal").await;
    assert!(second.job.announce, "receivers hear of the words");
    let job = db.store.job(&first.job.id).await.unwrap().job;
    assert_eq!(job.state, JobState::Done);
}

async fn other_words_are_analysed_anew(db: TestDb) {
    let agent = agent(&db.store).await;
    merge(&db.store, event(&agent, true)).await;
    let first = claim_one(&db.store, "internal").await;
    let call = db.store.work(&first).await.unwrap().call;
    let mut longer = event(&agent, true);
    let turn = longer.call.transcript[0].clone();
    longer.call.transcript.push(turn);
    assert_eq!(merge(&db.store, longer.clone()).await, Outcome::Updated);
    assert_eq!(merge(&db.store, longer).await, Outcome::Unchanged);
    assert_eq!(
        merge(&db.store, event(&agent, true)).await,
        Outcome::Unchanged
    );
    let stored = db
        .store
        .finish_analysis(&first, analysis(&call, json!({"x": 1})));
    assert!(
        stored.await.unwrap().is_none(),
        "it is about the words of before"
    );
    assert_eq!(claimed_call(&db.store).await.transcript.len(), 2);
}

async fn another_call_is_not_joined(db: TestDb) {
    let agent = agent(&db.store).await;
    merge(&db.store, event(&agent, true)).await;
    let mut other = event(&agent, false);
    other.call.kind = Some("webcall".to_owned());
    let refused = db.store.merge_call(other, join).await.unwrap();
    assert!(
        matches!(refused, Err(Rejected::Conflict { .. })),
        "{refused:?}"
    );
    assert_eq!(claimed_call(&db.store).await.transcript.len(), 1);
}
