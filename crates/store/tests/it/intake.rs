//! Notices of calls that are fetched: kept once, taken by one node at a time, and never lost.

use aftercall_store::intake::{
    IntakeNotice, IntakePatch, KeptNotice, NewNotice, NoticeEnd, NoticeLease, NoticeState,
    RecordedNotice, SecretKind,
};
use aftercall_store::testing::TestDb;
use aftercall_store::{Agent, Conflict, Store, StoreError, on_both};
use jiff::SignedDuration;
use serde_json::json;

use crate::help::{LEASE, agent, send};

on_both!(
    a_notice_is_kept_once,
    several_nodes_take_each_notice_once,
    a_lease_that_ran_out_is_taken_over_once,
    what_was_not_tried_is_given_back,
    what_fails_waits_and_what_is_given_up_is_put_back,
    a_platform_that_wants_a_pause_has_it,
    a_call_takes_its_notices_with_it,
    old_notices_are_purged,
    of_fetch_keys_the_newest_counts_alone,
);

fn notice(agent: &Agent, call_id: &str) -> NewNotice {
    NewNotice {
        agent_id: agent.id.clone(),
        source: "ultravox".to_owned(),
        call_id: call_id.to_owned(),
        event: "call.ended".to_owned(),
        notice: json!({"callId": call_id, "payload": {"text": "a\u{0}b"}}),
    }
}

async fn take(store: &Store, limit: u64) -> Vec<NoticeLease> {
    store.take_notices("node", limit, LEASE).await.unwrap()
}

async fn one(store: &Store) -> NoticeLease {
    let mut taken = take(store, 9).await;
    assert_eq!(taken.len(), 1, "{taken:?}");
    taken.remove(0)
}

async fn record(store: &Store, lease: &NoticeLease, end: NoticeEnd) -> bool {
    let lease = lease.clone();
    let hold = None;
    let recorded = RecordedNotice { lease, end, hold };
    store.record_notice(&recorded).await.unwrap()
}

async fn all(store: &Store, agent: &Agent, states: &[NoticeState]) -> Vec<IntakeNotice> {
    store.notices(&agent.id, states, 100).await.unwrap().items
}

async fn only(store: &Store, agent: &Agent) -> IntakeNotice {
    let mut all = all(store, agent, &[]).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

async fn a_notice_is_kept_once(db: TestDb) {
    let store = &db.store;
    let agent = agent(store).await;
    let new = notice(&agent, "c-1");
    let keep = async |new: &NewNotice| store.keep_notice(new.clone()).await.unwrap();
    assert_eq!(keep(&new).await, KeptNotice::Waits);
    assert_eq!(keep(&new).await, KeptNotice::Known);
    let lease = one(store).await;
    assert_eq!(lease.notice.notice, Some(new.notice.clone()));
    assert_eq!(keep(&new).await, KeptNotice::Known);
    assert!(record(store, &lease, NoticeEnd::Dead("gone".into())).await);
    // Its sender is told that the call is fetched, and so it is.
    assert_eq!(keep(&new).await, KeptNotice::Waits);
    let lease = one(store).await;
    assert_eq!(lease.notice.attempts, 1);
    assert!(record(store, &lease, NoticeEnd::Done).await);
    assert_eq!(keep(&new).await, KeptNotice::Done);
    let done = only(store, &agent).await;
    assert_eq!((done.state, done.notice), (NoticeState::Done, None));
    // Of the same call, and it says something else.
    let mut other = new.clone();
    other.notice["payload"] = json!({"text": "more"});
    assert_eq!(keep(&other).await, KeptNotice::Waits);
    assert_eq!(all(store, &agent, &[]).await.len(), 2);
    assert_eq!(all(store, &agent, &[NoticeState::Waiting]).await.len(), 1);
    let nobody = store.notices("0", &[], 9).await;
    assert!(matches!(nobody, Err(StoreError::Missing { .. })));
}

async fn several_nodes_take_each_notice_once(db: TestDb) {
    let agent = agent(&db.store).await;
    for n in 0..40 {
        let new = notice(&agent, &format!("c-{n}"));
        db.store.keep_notice(new).await.unwrap();
    }
    let other = db.another_store().await;
    let mut taken = Vec::new();
    loop {
        let (a, b) = tokio::join!(take(&db.store, 7), take(&other, 7));
        if a.is_empty() && b.is_empty() {
            break;
        }
        taken.extend(a.into_iter().chain(b).map(|lease| lease.notice.call_id));
    }
    assert_eq!(taken.len(), 40);
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 40);
    assert!(take(&db.store, 0).await.is_empty());
}

async fn a_lease_that_ran_out_is_taken_over_once(db: TestDb) {
    let store = &db.store;
    let agent = agent(store).await;
    store.keep_notice(notice(&agent, "c-1")).await.unwrap();
    let lost = one(store).await;
    assert_eq!(store.sweep_notices(9).await.unwrap(), 0);
    assert!(store.renew_notice(&lost, LEASE).await.unwrap());
    db.clock.advance(LEASE + SignedDuration::from_secs(1));
    assert_eq!(store.sweep_notices(9).await.unwrap(), 1);
    assert_eq!(store.sweep_notices(9).await.unwrap(), 0);
    let swept = only(store, &agent).await;
    assert_eq!(swept.state, NoticeState::Waiting);
    assert!(swept.last_error.unwrap().contains("did not come back"));
    let lease = one(store).await;
    assert_eq!(lease.notice.attempts, 2);
    // Whoever had it before can do nothing any more.
    assert!(!store.renew_notice(&lost, LEASE).await.unwrap());
    assert!(!record(store, &lost, NoticeEnd::Dead("late".into())).await);
    store.give_back_notice(&lost).await.unwrap();
    assert_eq!(only(store, &agent).await.state, NoticeState::Fetching);
    assert!(record(store, &lease, NoticeEnd::Done).await);
    assert!(!record(store, &lease, NoticeEnd::Done).await);
    assert_eq!(only(store, &agent).await.state, NoticeState::Done);
}

async fn what_was_not_tried_is_given_back(db: TestDb) {
    let store = &db.store;
    let agent = agent(store).await;
    store.keep_notice(notice(&agent, "c-1")).await.unwrap();
    let lease = one(store).await;
    store.give_back_notice(&lease).await.unwrap();
    assert_eq!(only(store, &agent).await.attempts, 0);
    assert_eq!(one(store).await.notice.attempts, 1);
}

async fn what_fails_waits_and_what_is_given_up_is_put_back(db: TestDb) {
    let store = &db.store;
    let agent = agent(store).await;
    store.keep_notice(notice(&agent, "c-1")).await.unwrap();
    let lease = one(store).await;
    let at = store.now() + SignedDuration::from_secs(5);
    let reason = "status 404\u{0}".to_owned();
    assert!(record(store, &lease, NoticeEnd::Again { at, reason }).await);
    assert!(take(store, 9).await.is_empty());
    db.clock.advance(SignedDuration::from_secs(5));
    let lease = one(store).await;
    assert_eq!(
        lease.notice.last_error.as_deref(),
        Some("status 404\u{fffd}")
    );
    let retry = async |agent_id: &str| store.retry_notice(agent_id, &lease.notice.id).await;
    assert!(matches!(
        retry(&agent.id).await,
        Err(StoreError::Conflict(Conflict::NoticeState {
            state: "fetching"
        }))
    ));
    assert!(record(store, &lease, NoticeEnd::Dead("401".into())).await);
    assert!(take(store, 9).await.is_empty());
    let other = crate::help::agent(store).await;
    assert!(matches!(
        retry(&other.id).await,
        Err(StoreError::Missing { .. })
    ));
    let back = retry(&agent.id).await.unwrap();
    assert_eq!((back.state, back.attempts), (NoticeState::Waiting, 0));
    assert_eq!(back.last_error.as_deref(), Some("401"));
    assert_eq!(one(store).await.notice.attempts, 1);
}

async fn a_platform_that_wants_a_pause_has_it(db: TestDb) {
    let store = &db.store;
    let (agent, other) = (agent(store).await, agent(store).await);
    for n in 0..5 {
        let new = notice(&agent, &format!("c-{n}"));
        store.keep_notice(new).await.unwrap();
        db.clock.advance(SignedDuration::from_secs(1));
    }
    store.keep_notice(notice(&other, "c-9")).await.unwrap();
    let lease = take(store, 1).await.remove(0);
    assert_eq!(lease.notice.call_id, "c-0");
    let at = store.now() + SignedDuration::from_secs(60);
    let reason = "busy".to_owned();
    let recorded = RecordedNotice {
        lease,
        end: NoticeEnd::Again { at, reason },
        hold: Some(at),
    };
    assert!(store.record_notice(&recorded).await.unwrap());
    assert_eq!(one(store).await.notice.call_id, "c-9");
    db.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(take(store, 9).await.len(), 5);
}

async fn a_call_takes_its_notices_with_it(db: TestDb) {
    let store = &db.store;
    let agent = agent(store).await;
    send(store, &agent, json!({"callId": "c-1"})).await.unwrap();
    for id in ["c-1", "c-2"] {
        store.keep_notice(notice(&agent, id)).await.unwrap();
    }
    let leases = take(store, 9).await;
    store.delete_call("c-1").await.unwrap();
    assert_eq!(only(store, &agent).await.call_id, "c-2");
    let of = |id: &str| leases.iter().find(|one| one.notice.call_id == id).unwrap();
    assert!(!store.renew_notice(of("c-1"), LEASE).await.unwrap());
    assert!(!record(store, of("c-1"), NoticeEnd::Done).await);
    assert!(record(store, of("c-2"), NoticeEnd::Done).await);
}

async fn old_notices_are_purged(db: TestDb) {
    let store = &db.store;
    let agent = agent(store).await;
    for id in ["done", "dead", "waits"] {
        store.keep_notice(notice(&agent, id)).await.unwrap();
    }
    for lease in take(store, 9).await {
        let end = match lease.notice.call_id.as_str() {
            "done" => NoticeEnd::Done,
            "dead" => NoticeEnd::Dead("401".into()),
            _ => continue,
        };
        assert!(record(store, &lease, end).await);
    }
    let week = SignedDuration::from_hours(7 * 24);
    assert_eq!(store.purge_notices(week, 9).await.unwrap(), 0);
    db.clock.advance(week + SignedDuration::from_secs(1));
    assert_eq!(store.purge_notices(week, 9).await.unwrap(), 1);
    let left = all(store, &agent, &[]).await;
    assert!(
        left.iter().all(|notice| notice.call_id != "done"),
        "{left:?}"
    );
    assert_eq!(left.len(), 2);
}

async fn of_fetch_keys_the_newest_counts_alone(db: TestDb) {
    let store = &db.store;
    let agent = agent(store).await;
    let put = async |patch: IntakePatch| {
        let until = store.now() + SignedDuration::from_hours(24);
        store
            .put_intake_source(&agent.id, "ultravox", patch, until)
            .await
            .unwrap()
    };
    let fetch = |key: Option<&str>| IntakePatch {
        fetch: Some(key.map(str::to_owned)),
        ..IntakePatch::default()
    };
    let base = Some("https://eu.example.com".to_owned());
    let first = put(IntakePatch {
        signing: Some("s".into()),
        fetch_base: Some(base.clone()),
        ..fetch(Some("one"))
    })
    .await;
    assert_eq!(first.fetch_base, base);
    let second = put(fetch(Some("two"))).await;
    let keys: Vec<&str> = second
        .of_kind(SecretKind::Fetch)
        .map(|key| key.sealed.as_str())
        .collect();
    assert_eq!(keys, ["two"]);
    assert_eq!(second.of_kind(SecretKind::Signing).count(), 1);
    // What is not said stays.
    let third = put(IntakePatch::default()).await;
    assert_eq!(third.of_kind(SecretKind::Fetch).count(), 1);
    assert_eq!(third.fetch_base, base);
    let none = put(IntakePatch {
        fetch_base: Some(None),
        ..fetch(None)
    })
    .await;
    assert_eq!(none.of_kind(SecretKind::Fetch).count(), 0);
    assert_eq!(none.fetch_base, None);
    store
        .delete_intake_source(&agent.id, "ultravox")
        .await
        .unwrap();
}
