//! Exports: one moment of all calls, and who writes which part of them.

use aftercall_core::{CallRecord, MetricType, Value};
use aftercall_store::calls::{CallFilter, MetricFilter};
use aftercall_store::exports::{Partition, Written};
use aftercall_store::testing::TestDb;
use aftercall_store::{Store, on_both};
use jiff::SignedDuration;
use serde_json::json;

use crate::help::{agent, analysis, claim_one, failed, finish, new_call, send, sent};

on_both!(
    a_record_is_what_the_call_and_its_current_analysis_say,
    every_page_is_read_once_and_in_order,
    filters_are_those_of_lists,
    what_happens_meanwhile_does_not_show,
    writers_do_not_wait,
    metrics_that_occur_are_columns,
    transcripts_come_only_when_asked_for_and_in_small_pages,
    one_node_at_a_time_writes_an_export,
    a_partition_tells_when_it_has_changed,
    what_was_written_is_kept_by_the_holder_of_the_lease,
);

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

async fn all(store: &Store, filter: CallFilter, transcripts: bool) -> Vec<CallRecord> {
    let mut snapshot = store.snapshot(filter, transcripts).await.unwrap();
    let mut calls = Vec::new();
    loop {
        let page = snapshot.next().await.unwrap();
        if page.is_empty() {
            break;
        }
        calls.extend(page);
    }
    assert!(snapshot.next().await.unwrap().is_empty());
    assert_eq!(snapshot.count().await.unwrap(), calls.len() as u64);
    snapshot.end().await;
    calls
}

fn ids(calls: &[CallRecord]) -> Vec<&str> {
    calls.iter().map(|call| call.call_id.as_str()).collect()
}

async fn a_record_is_what_the_call_and_its_current_analysis_say(db: TestDb) {
    let agent = agent(&db.store).await;
    let file = json!({
        "callId": "a", "type": "webcall", "status": "completed", "from": "+491", "to": "+492",
        "startedAt": "2026-03-01T09:00:00Z", "endedAt": "2026-03-01T09:00:30.5Z", "language": "de",
        "timezone": "Europe/Berlin", "recordingUrl": "https://x/y", "isTest": true,
        "extra": {"disconnectionReason": "user_hangup", "campaignId": "k", "retryCallId": "z"},
    });
    send(&db.store, &agent, file).await.unwrap();
    finish(&db.store, "internal", json!({"old": true})).await;
    db.store.enqueue_analysis("a", None, false).await.unwrap();
    db.clock.advance(MINUTE);
    let answers = json!({
        "b": true, "n": [7, 0.123_456_789_012_345_68], "t": "x\u{0}y", "at": "2026-03-04T10:00:00+01:00", "none": null,
    });
    finish(&db.store, "internal", answers).await;
    let calls = all(&db.store, CallFilter::default(), false).await;
    let detail = db.store.call("a").await.unwrap();
    let (row, current) = (&detail.row, detail.current().unwrap());
    let call = &calls[0];
    assert_eq!((&call.id, &call.agent_id), (&row.id, &row.agent_id));
    assert_eq!(
        (&call.version_id, call.version_number),
        (&row.revision_id, Some(1))
    );
    assert_eq!(
        (&call.kind, &call.status, call.finished),
        (&row.kind, &row.status, true)
    );
    assert_eq!(
        (call.started_at, call.ended_at),
        (row.started_at, row.ended_at)
    );
    assert_eq!(
        (&call.from, &call.to, &call.language),
        (&row.from, &row.to, &row.language)
    );
    assert_eq!(
        (&call.timezone, &call.recording_url),
        (&row.timezone, &row.recording_url)
    );
    assert_eq!(
        (call.duration_seconds, call.latency_seconds),
        (Some(30.5), None)
    );
    assert_eq!(call.disconnection_reason.as_deref(), Some("user_hangup"));
    assert_eq!(
        (call.campaign_id.as_deref(), call.retry_of.as_deref()),
        (Some("k"), Some("z"))
    );
    assert_eq!((call.is_test, call.created_at), (true, row.created_at));
    assert_eq!((call.updated_at, &call.transcript), (row.updated_at, &None));
    let found = call.analysis.as_ref().unwrap();
    assert_eq!((&found.id, found.number), (&current.id, 2));
    assert_eq!(
        (&*found.status, found.created_at),
        ("completed", current.created_at)
    );
    assert_eq!(
        (&*found.summary, found.model.as_deref()),
        ("What happened.", Some("test"))
    );
    let names: Vec<&str> = found
        .answers
        .iter()
        .map(|answer| &*answer.identifier)
        .collect();
    assert_eq!(names, ["at", "b", "n", "none", "t"]);
    let answer = |place: usize| &found.answers[place];
    assert_eq!(answer(0).time, "2026-03-04T09:00:00Z".parse().ok());
    assert_eq!(answer(1).value, Some(Value::Boolean(true)));
    assert_eq!(
        (answer(2).value.clone(), answer(2).confidence),
        (Some(Value::Integer(7)), 0.123_456_789_012_345_68)
    );
    assert_eq!(
        (answer(3).status.name(), &answer(3).value),
        ("not_mentioned", &None)
    );
    assert_eq!(answer(4).kind, MetricType::String);
}

async fn every_page_is_read_once_and_in_order(db: TestDb) {
    let agent = agent(&db.store).await;
    let mut expected = Vec::new();
    // More than two pages, many of an instant.
    for instant in 0..3 {
        let files = (0..750).map(|n| json!({"callId": format!("c-{instant}-{n}")}));
        let new = files.map(|file| new_call(&agent, file)).collect();
        let stored = db.store.accept_calls(new).await.unwrap();
        let stored = stored.into_iter().map(|accepted| accepted.unwrap().call);
        expected.extend(stored.map(|call| (instant, call.id, call.call_id)));
        db.clock.advance(MINUTE);
    }
    expected.sort();
    let expected: Vec<String> = expected
        .into_iter()
        .map(|(_, _, call_id)| call_id)
        .collect();
    let calls = all(&db.store, CallFilter::default(), false).await;
    assert_eq!(ids(&calls), expected);
}

async fn filters_are_those_of_lists(db: TestDb) {
    let agent = agent(&db.store).await;
    for (name, rating) in [("a", 1), ("b", 5), ("c", 2)] {
        sent(&db.store, &agent, name).await;
        finish(&db.store, "internal", json!({"rating": rating})).await;
        db.clock.advance(MINUTE);
    }
    let filter = CallFilter {
        metrics: vec![MetricFilter::parse("rating.lt", "3").unwrap()],
        ..CallFilter::default()
    };
    assert_eq!(
        ids(&all(&db.store, filter.clone(), false).await),
        ["a", "c"]
    );
    let snapshot = db.store.snapshot(filter, false).await.unwrap();
    assert_eq!(snapshot.metric_columns().await.unwrap().len(), 1);
    snapshot.end().await;
}

async fn what_happens_meanwhile_does_not_show(db: TestDb) {
    let agent = agent(&db.store).await;
    for name in ["a", "b"] {
        sent(&db.store, &agent, name).await;
        finish(&db.store, "internal", json!({"n": 1})).await;
        db.clock.advance(MINUTE);
    }
    let mut snapshot = db
        .store
        .snapshot(CallFilter::default(), false)
        .await
        .unwrap();
    sent(&db.store, &agent, "c").await;
    finish(&db.store, "internal", json!({"late": true})).await;
    db.store.delete_call("a").await.unwrap();
    db.store.enqueue_analysis("b", None, false).await.unwrap();
    finish(&db.store, "internal", json!({"n": 2})).await;
    let columns = snapshot.metric_columns().await.unwrap();
    assert_eq!(columns.len(), 1);
    let calls = snapshot.next().await.unwrap();
    assert_eq!(ids(&calls), ["a", "b"]);
    for call in &calls {
        let answers = &call.analysis.as_ref().unwrap().answers;
        assert_eq!(answers[0].value, Some(Value::Integer(1)));
    }
    snapshot.end().await;
    assert_eq!(
        ids(&all(&db.store, CallFilter::default(), false).await),
        ["b", "c"]
    );
}

async fn writers_do_not_wait(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "a").await;
    let snapshot = db
        .store
        .snapshot(CallFilter::default(), false)
        .await
        .unwrap();
    // Another process too.
    let other = db.another_store().await;
    for n in 0..50 {
        sent(&other, &agent, &format!("c-{n}")).await;
    }
    db.store.delete_call("a").await.unwrap();
    assert_eq!(snapshot.count().await.unwrap(), 1);
    snapshot.end().await;
    if let Some(folder) = db.folder() {
        let log = std::fs::metadata(folder.join("test.db-wal")).unwrap();
        assert_eq!(
            log.len(),
            0,
            "the log is emptied once nobody reads any more"
        );
    }
}

async fn metrics_that_occur_are_columns(db: TestDb) {
    let agent = agent(&db.store).await;
    for (name, answers) in [
        ("a", json!({"mood": "good", "solved": true})),
        ("b", json!({"mood": 3})),
        ("c", json!({"solved": null})),
    ] {
        sent(&db.store, &agent, name).await;
        finish(&db.store, "internal", answers).await;
        db.clock.advance(MINUTE);
    }
    sent(&db.store, &agent, "f").await;
    let lease = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lease).await.unwrap().call;
    let failed = failed(&call, "no model");
    db.store.finish_analysis(&lease, failed).await.unwrap();
    let snapshot = db
        .store
        .snapshot(CallFilter::default(), false)
        .await
        .unwrap();
    let columns = snapshot.metric_columns().await.unwrap();
    snapshot.end().await;
    let told: Vec<(&str, MetricType)> = columns
        .iter()
        .map(|column| (&*column.identifier, column.kind))
        .collect();
    // A null is a STRING in these tests.
    assert_eq!(
        told,
        [
            ("mood", MetricType::Integer),
            ("mood", MetricType::String),
            ("solved", MetricType::Boolean),
            ("solved", MetricType::String),
        ]
    );
    let prompts = columns.iter().map(|column| &column.definition);
    assert!(prompts.flatten().all(|metric| metric.prompt == "?"));
    assert!(columns[0].definition.is_some());
}

async fn transcripts_come_only_when_asked_for_and_in_small_pages(db: TestDb) {
    let agent = agent(&db.store).await;
    let said = "x".repeat(900 * 1024);
    for n in 0..9 {
        let content = if n == 4 { "short" } else { said.as_str() };
        let turns =
            json!([{"role": "user", "content": content}, {"role": "user", "content": content}]);
        let file = json!({"callId": format!("c-{n}"), "transcript": turns});
        send(&db.store, &agent, file).await.unwrap();
        db.clock.advance(MINUTE);
    }
    let mut snapshot = db
        .store
        .snapshot(CallFilter::default(), true)
        .await
        .unwrap();
    let (mut pages, mut seen) = (0, Vec::new());
    loop {
        let page = snapshot.next().await.unwrap();
        if page.is_empty() {
            break;
        }
        let bytes: usize = page
            .iter()
            .map(|call| call.transcript.as_ref().unwrap().len())
            .sum();
        assert!(bytes <= 4 * 1024 * 1024, "{bytes}");
        seen.extend(page.into_iter().map(|call| call.call_id));
        pages += 1;
    }
    snapshot.end().await;
    let expected: Vec<String> = (0..9).map(|n| format!("c-{n}")).collect();
    assert_eq!(seen, expected);
    assert!(pages >= 4, "{pages}");
}

async fn one_node_at_a_time_writes_an_export(db: TestDb) {
    let other = db.another_store().await;
    let due = db.store.now();
    let held = db
        .store
        .claim_export("e", due, MINUTE)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(other.claim_export("e", due, MINUTE).await.unwrap(), None);
    let another = other.claim_export("f", due, MINUTE).await.unwrap();
    assert!(another.is_some(), "another export is nobody's");
    db.clock.advance(SignedDuration::from_secs(40));
    assert!(db.store.renew_export(&held, MINUTE).await.unwrap());
    db.clock.advance(SignedDuration::from_secs(40));
    assert_eq!(other.claim_export("e", due, MINUTE).await.unwrap(), None);
    db.clock.advance(SignedDuration::from_secs(40));
    let taken = other.claim_export("e", due, MINUTE).await.unwrap().unwrap();
    assert!(!db.store.renew_export(&held, MINUTE).await.unwrap());
    assert!(!db.store.end_export(&held, due).await.unwrap());
    assert!(other.end_export(&taken, due).await.unwrap());
    assert_eq!(db.store.claim_export("e", due, MINUTE).await.unwrap(), None);
    let later = due.checked_add(MINUTE).unwrap();
    let next = db.store.claim_export("e", later, MINUTE).await.unwrap();
    assert!(next.is_some(), "it is due again");
}

async fn a_partition_tells_when_it_has_changed(db: TestDb) {
    let agent = agent(&db.store).await;
    for name in ["a", "b"] {
        sent(&db.store, &agent, name).await;
    }
    db.clock.advance(SignedDuration::from_hours(24));
    sent(&db.store, &agent, "c").await;
    db.clock.advance(MINUTE);
    let partitions = async || {
        let now = db.store.now();
        db.store.partitions(&agent.id, now).await.unwrap()
    };
    let before = partitions().await;
    let days: Vec<(String, i64)> = before
        .iter()
        .map(|partition| (partition.day.to_string(), partition.calls))
        .collect();
    assert_eq!(
        days,
        [("2026-03-01".to_owned(), 2), ("2026-03-02".to_owned(), 1)]
    );
    assert_eq!(partitions().await, before);
    let lease = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lease).await.unwrap().call;
    let late = analysis(&call, json!({"x": 1}));
    db.store.finish_analysis(&lease, late).await.unwrap();
    let after = partitions().await;
    assert_ne!(after[0].fingerprint, before[0].fingerprint);
    assert_eq!(after[1], before[1]);
    db.store.delete_call("b").await.unwrap();
    assert_ne!(partitions().await[0].fingerprint, after[0].fingerprint);
    db.store.delete_call("c").await.unwrap();
    assert_eq!(partitions().await.len(), 1);
    let early = db.store.partitions(&agent.id, before_all()).await.unwrap();
    assert!(early.is_empty());
    assert_eq!(db.store.agent_ids().await.unwrap(), [agent.id.as_str()]);
}

fn before_all() -> jiff::Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

async fn what_was_written_is_kept_by_the_holder_of_the_lease(db: TestDb) {
    let due = db.store.now();
    let held = db
        .store
        .claim_export("e", due, MINUTE)
        .await
        .unwrap()
        .unwrap();
    let written = |fingerprint: &str| Written {
        partition: Partition {
            agent_id: "69a400100000000000000001".to_owned(),
            day: "2026-03-01".parse().unwrap(),
            calls: 3,
            fingerprint: fingerprint.to_owned(),
        },
        path: "a/b.csv".to_owned(),
    };
    let kept = async || {
        let agent_id = "69a400100000000000000001";
        db.store.written_partitions("e", agent_id).await.unwrap()
    };
    for fingerprint in ["1", "2"] {
        assert!(
            db.store
                .keep_written(&held, &written(fingerprint))
                .await
                .unwrap()
        );
        assert_eq!(kept().await, [written(fingerprint)]);
    }
    db.clock.advance(MINUTE * 2);
    assert!(!db.store.keep_written(&held, &written("3")).await.unwrap());
    let gone = db
        .store
        .forget_written(&held, &written("2").partition)
        .await;
    assert!(!gone.unwrap());
    assert_eq!(kept().await, [written("2")]);
    let held = db
        .store
        .claim_export("e", due, MINUTE)
        .await
        .unwrap()
        .unwrap();
    let gone = db
        .store
        .forget_written(&held, &written("2").partition)
        .await;
    assert!(gone.unwrap());
    assert_eq!(kept().await, []);
}
