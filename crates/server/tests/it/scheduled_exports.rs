//! Exports that are written again and again: only what has changed, whole, and by one node.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use aftercall_export::{Form, Format};
use aftercall_server::exports::{Destination, Interval, Outcome, Schedule, write_due};
use aftercall_store::calls::NewCall;
use aftercall_store::testing::TestDb;
use aftercall_store::{NewAgent, Store, on_both};
use jiff::SignedDuration;
use serde_json::{Map, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

on_both!(
    only_what_has_changed_is_written,
    deleted_calls_leave_the_files,
    another_format_takes_the_place_of_the_one_before,
    a_run_that_broke_off_is_gone_on_with,
    the_hour_that_is_not_over_waits,
);

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn schedule(folder: &TempDir, format: Format) -> Schedule {
    let address = folder.path().to_str().unwrap();
    Schedule {
        name: "e".to_owned(),
        destination: Destination::open(address).unwrap(),
        address: address.to_owned(),
        format,
        form: Form::Wide,
        columns: None,
        transcripts: false,
        interval: Interval::Day,
        delay: SignedDuration::from_hours(1),
    }
}

async fn written(store: &Store, schedule: &Schedule) -> Option<Outcome> {
    write_due(store, schedule, &CancellationToken::new())
        .await
        .unwrap()
}

fn outcome(written: u64, left: u64, deleted: u64) -> Option<Outcome> {
    Some(Outcome {
        written,
        left,
        deleted,
    })
}

async fn agent(store: &Store) -> String {
    let new = NewAgent {
        name: "a".to_owned(),
        description: None,
        document: Map::new(),
        workflow_type: "single_prompt".to_owned(),
        config: Map::new(),
        created_by: None,
    };
    store.create_agent(new).await.unwrap().id
}

async fn call(store: &Store, agent_id: &str, call_id: &str, status: &str) {
    let file = json!({"callId": call_id, "status": status, "transcript": []});
    let new = NewCall {
        call: aftercall_core::parse_call(&file).unwrap(),
        agent_id: agent_id.to_owned(),
        revision_id: None,
        extra: Map::new(),
        is_test: false,
    };
    store.accept_call(new).await.unwrap().unwrap();
}

/// Every file by its path, with its content.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                found.insert(name.to_owned(), text);
            }
        }
    }
    found
}

/// Two calls of one agent on the first of March, one on the second, one of another agent; it is the third, two o'clock.
async fn scene(db: &TestDb) -> (String, String) {
    let (a, b) = (agent(&db.store).await, agent(&db.store).await);
    call(&db.store, &a, "call-one", "completed").await;
    call(&db.store, &a, "call-two", "in_progress").await;
    db.clock.advance(DAY);
    call(&db.store, &a, "call-three", "completed").await;
    call(&db.store, &b, "call-four", "completed").await;
    db.clock.set("2026-03-03T02:00:00Z".parse().unwrap());
    (a, b)
}

async fn only_what_has_changed_is_written(db: TestDb) {
    let folder = TempDir::new().unwrap();
    let (a, b) = scene(&db).await;
    let schedule = schedule(&folder, Format::Jsonl);
    assert_eq!(written(&db.store, &schedule).await, outcome(3, 0, 0));
    assert_eq!(
        written(&db.store, &schedule).await,
        None,
        "it is not due again"
    );
    let first = format!("agent={a}/day=2026-03-01/calls.jsonl");
    let files_before = files(folder.path());
    let names: Vec<&String> = files_before.keys().collect();
    let mut expected = [
        first.clone(),
        format!("agent={a}/day=2026-03-02/calls.jsonl"),
        format!("agent={b}/day=2026-03-02/calls.jsonl"),
    ];
    expected.sort();
    assert_eq!(names, expected.iter().collect::<Vec<_>>());
    assert_eq!(files_before[&first].lines().count(), 2);
    let changed = |name: &str| -> SystemTime {
        folder
            .path()
            .join(name)
            .metadata()
            .unwrap()
            .modified()
            .unwrap()
    };
    let times: Vec<SystemTime> = expected.iter().map(|name| changed(name)).collect();

    // A late body completes a call of the first day; nothing else has changed by the next day.
    call(&db.store, &a, "call-two", "completed").await;
    db.clock.advance(DAY);
    assert_eq!(written(&db.store, &schedule).await, outcome(1, 2, 0));
    let after = files(folder.path());
    for (name, time) in expected.iter().zip(times) {
        assert_eq!(changed(name) != time, *name == first, "{name}");
        assert_eq!(after[name] != files_before[name], *name == first, "{name}");
    }
    assert!(!after[&first].contains("in_progress"));
}

async fn deleted_calls_leave_the_files(db: TestDb) {
    let folder = TempDir::new().unwrap();
    let (a, b) = scene(&db).await;
    let schedule = schedule(&folder, Format::Csv);
    written(&db.store, &schedule).await.unwrap();
    db.store.delete_call("call-one").await.unwrap();
    db.store.delete_call("call-four").await.unwrap();
    db.clock.advance(DAY);
    assert_eq!(written(&db.store, &schedule).await, outcome(1, 1, 1));
    let files = files(folder.path());
    assert!(
        files
            .values()
            .all(|text| !text.contains("call-one") && !text.contains("call-four"))
    );
    assert!(files[&format!("agent={a}/day=2026-03-01/calls.csv")].contains("call-two"));
    assert!(!files.keys().any(|name| name.contains(&b)), "{files:?}");
    db.clock.advance(DAY);
    assert_eq!(written(&db.store, &schedule).await, outcome(0, 2, 0));
}

async fn another_format_takes_the_place_of_the_one_before(db: TestDb) {
    let folder = TempDir::new().unwrap();
    scene(&db).await;
    written(&db.store, &schedule(&folder, Format::Csv))
        .await
        .unwrap();
    db.clock.advance(DAY);
    let parquet = schedule(&folder, Format::Parquet);
    assert_eq!(written(&db.store, &parquet).await, outcome(3, 0, 0));
    let files = files(folder.path());
    assert_eq!(files.len(), 3);
    assert!(
        files.keys().all(|name| name.ends_with("calls.parquet")),
        "{files:?}"
    );
}

async fn a_run_that_broke_off_is_gone_on_with(db: TestDb) {
    let folder = TempDir::new().unwrap();
    let (a, _) = scene(&db).await;
    let schedule = schedule(&folder, Format::Jsonl);
    let broken = "UPDATE calls SET updated_at = updated_at + 9000000000000000000 WHERE call_id = 'call-three'";
    db.execute(broken).await;
    let failed = write_due(&db.store, &schedule, &CancellationToken::new()).await;
    assert!(failed.is_err());
    let kept = files(folder.path());
    assert!(kept.contains_key(&format!("agent={a}/day=2026-03-01/calls.jsonl")));
    assert!(!kept.contains_key(&format!("agent={a}/day=2026-03-02/calls.jsonl")));
    let mended = "UPDATE calls SET updated_at = updated_at - 9000000000000000000 WHERE call_id = 'call-three'";
    db.execute(mended).await;
    let other = db.another_store().await;
    assert_eq!(
        written(&other, &schedule).await,
        None,
        "the lease of the node that failed still holds"
    );
    db.clock.advance(SignedDuration::from_mins(2));
    let left = kept.len() as u64;
    assert_eq!(written(&other, &schedule).await, outcome(3 - left, left, 0));
    assert_eq!(files(folder.path()).len(), 3);
}

async fn the_hour_that_is_not_over_waits(db: TestDb) {
    let folder = TempDir::new().unwrap();
    let a = agent(&db.store).await;
    let schedule = Schedule {
        interval: Interval::Hour,
        delay: SignedDuration::ZERO,
        ..schedule(&folder, Format::Jsonl)
    };
    call(&db.store, &a, "call-nine", "completed").await;
    db.clock.advance(SignedDuration::from_mins(61));
    call(&db.store, &a, "call-ten", "completed").await;
    assert_eq!(written(&db.store, &schedule).await, outcome(1, 0, 0));
    let text = |files: BTreeMap<String, String>| files.into_values().collect::<String>();
    let now = text(files(folder.path()));
    assert!(
        now.contains("call-nine") && !now.contains("call-ten"),
        "{now}"
    );
    db.clock.advance(SignedDuration::from_mins(60));
    assert_eq!(written(&db.store, &schedule).await, outcome(1, 0, 0));
    assert!(text(files(folder.path())).contains("call-ten"));
}
