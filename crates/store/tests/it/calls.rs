//! Calls that come in, and that go.

use std::collections::HashMap;
use std::task::Poll;
use std::time::Duration;

use aftercall_store::calls::{CallFilter, NewCall, Outcome, Rejected};
use aftercall_store::jobs::{JobFilter, JobState};
use aftercall_store::testing::{Backend, TestDb, run};
use aftercall_store::{Conflict, Store, StoreError, on_both};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::help::{self, agent, claim, claim_one, finish, new_call, send, sent};

on_both!(
    a_call_comes_back_whole,
    the_same_call_again_changes_nothing,
    other_content_is_a_conflict,
    a_call_waits_until_it_is_finished,
    unknown_agents_and_versions_are_rejected,
    the_version_is_the_active_one_unless_named,
    a_batch_answers_for_each_row,
    a_large_batch_is_one_commit,
    senders_of_the_same_call_agree,
    batches_in_any_order_do_not_block,
    many_senders_at_once_get_their_own_answers,
    a_call_is_stored_even_if_its_sender_leaves,
    a_deleted_call_is_gone,
    a_call_can_be_cancelled,
    only_what_waits_is_cancelled_in_the_queue,
    the_sender_has_the_last_word_on_a_cancelled_call,
    a_call_without_a_status_is_completed,
    retries_belong_to_their_first_attempt,
    made_ids_have_the_documented_form,
);

async fn jobs_of(store: &Store, call_id: &str) -> Vec<JobState> {
    let filter = JobFilter {
        call_id: Some(call_id.to_owned()),
        ..JobFilter::default()
    };
    let jobs = store.jobs(&filter, 1, 100).await.unwrap();
    jobs.items.into_iter().map(|item| item.job.state).collect()
}

async fn a_call_comes_back_whole(db: TestDb) {
    let agent = agent(&db.store).await;
    let file = json!({
        "callId": "c-1", "type": "webcall", "status": "completed", "startedAt": "2026-03-01T09:00:00.123456Z",
        "endedAt": "2026-03-01T09:01:00Z", "timezone": "Europe/Berlin", "from": "+1", "to": "+2", "language": "en",
        "recordingUrl": "https://example.com/a.wav", "variables": {"z": 1, "a": ["\u{0}", 1.5, null]},
        "transcript": [
            {"role": "agent", "content": "Hi \u{0} 😀", "start": 0.1, "end": 1.0},
            {"role": "user", "content": "", "start": 1.25},
            {"role": "supervisor", "content": "x", "start": 9.0},
        ],
        "extra": {"disconnectionReason": "user_hangup", "campaignId": "k", "callCost": 0.25},
        "isTest": true,
    });
    let new = new_call(&agent, file);
    let accepted = db.store.accept_call(new.clone()).await.unwrap().unwrap();
    assert_eq!(accepted.outcome, Outcome::Created);
    let detail = db.store.call("c-1").await.unwrap();
    assert_eq!(detail.row, accepted.call);
    let mut call = new.call;
    call.agent_id = Some(agent.id.clone());
    assert_eq!(detail.to_call(), call);
    assert_eq!(detail.extra, new.extra);
    assert_eq!(
        Json::from(detail.row.listed.clone()),
        json!({"callCost": 0.25})
    );
    assert_eq!(
        detail.row.disconnection_reason.as_deref(),
        Some("user_hangup")
    );
    assert_eq!(detail.row.campaign_id.as_deref(), Some("k"));
    assert_eq!(
        detail.row.duration,
        Some(SignedDuration::from_micros(59_876_544))
    );
    assert!(detail.row.is_test && detail.row.finished);
    assert_eq!(detail.row.revision_id, Some(agent.active_revision_id));
    assert_eq!(detail.version_number, Some(1));
    assert_eq!(detail.row.created_at, db.store.now());
    assert!(detail.analyses.is_empty() && detail.current().is_none());
    for id in [&detail.row.id, &detail.row.call_id] {
        assert_eq!(db.store.find_call(id).await.unwrap(), detail);
    }
    assert_eq!(
        db.store.call_by_row_id(&detail.row.id).await.unwrap(),
        detail
    );
    assert_eq!(jobs_of(&db.store, "c-1").await, [JobState::Queued]);
    for result in [
        db.store.call("c-2").await,
        db.store.call_by_row_id("c-1").await,
    ] {
        assert!(matches!(
            result,
            Err(StoreError::Missing { what: "Call", .. })
        ));
    }
}

async fn the_same_call_again_changes_nothing(db: TestDb) {
    let agent = agent(&db.store).await;
    let file = json!({"callId": "c", "variables": {"a": 1, "b": 2}, "from": "+1"});
    let first = send(&db.store, &agent, file).await.unwrap();
    db.clock.advance(SignedDuration::from_secs(5));
    let other_order = json!({"from": "+1", "variables": {"b": 2, "a": 1}, "callId": "c"});
    let named = json!({"callId": "c", "variables": {"a": 1, "b": 2}, "from": "+1", "versionId": agent.active_revision_id});
    for again in [other_order, named] {
        let again = send(&db.store, &agent, again).await.unwrap();
        assert_eq!(again.outcome, Outcome::Unchanged);
        assert_eq!(again.call, first.call);
    }
    assert_eq!(jobs_of(&db.store, "c").await, [JobState::Queued]);
}

async fn other_content_is_a_conflict(db: TestDb) {
    let (a, b) = (agent(&db.store).await, agent(&db.store).await);
    let file = json!({"callId": "c", "from": "+1", "variables": {"a": 1}});
    send(&db.store, &a, file).await.unwrap();
    let before = db.store.call("c").await.unwrap();
    for (agent, file, fields) in [
        (
            &b,
            json!({"callId": "c", "from": "+1", "variables": {"a": 1}}),
            vec!["agentId"],
        ),
        (
            &a,
            json!({"callId": "c", "from": "+2", "variables": {"a": 2}}),
            vec!["from", "variables.a"],
        ),
        (&a, json!({"callId": "c"}), vec!["from", "variables.a"]),
        (
            &a,
            json!({"callId": "c", "from": "+1", "variables": {"a": 1}, "transcript": []}),
            vec!["transcript[0]"],
        ),
        (
            &a,
            json!({"callId": "c", "from": "+1", "variables": {"a": 1}, "extra": {"duration": 3}, "isTest": true}),
            vec!["duration", "isTest"],
        ),
    ] {
        let rejected = send(&db.store, agent, file).await.unwrap_err();
        let fields = fields.into_iter().map(str::to_owned).collect();
        let conflict = Rejected::Conflict {
            call_id: "c".to_owned(),
            fields,
        };
        assert_eq!(rejected, conflict);
    }
    assert_eq!(db.store.call("c").await.unwrap(), before);
    assert_eq!(jobs_of(&db.store, "c").await, [JobState::Queued]);
}

async fn a_call_waits_until_it_is_finished(db: TestDb) {
    let agent = agent(&db.store).await;
    let open = json!({"callId": "c", "status": "in_progress", "from": "+1", "transcript": []});
    let created = send(&db.store, &agent, open.clone()).await.unwrap();
    assert!(!created.call.finished);
    assert!(jobs_of(&db.store, "c").await.is_empty());
    let error = db
        .store
        .enqueue_analysis("c", None, false)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::CallNotFinished { .. })
    ));
    db.clock.advance(SignedDuration::from_secs(5));
    for (file, outcome) in [
        (open.clone(), Outcome::Unchanged),
        (
            json!({"callId": "c", "status": "active", "variables": {"a": 1}, "transcript": []}),
            Outcome::Updated,
        ),
        (json!({"callId": "c", "to": "+2"}), Outcome::Completed),
        (json!({"callId": "c", "to": "+2"}), Outcome::Unchanged),
    ] {
        let accepted = send(&db.store, &agent, file).await.unwrap();
        assert_eq!(accepted.outcome, outcome);
        assert_eq!(accepted.call.id, created.call.id);
    }
    let detail = db.store.call("c").await.unwrap();
    assert!(detail.row.finished);
    assert_eq!(detail.row.status.as_deref(), Some("completed"));
    assert_eq!(detail.row.from.as_deref(), Some("+1"));
    assert_eq!(detail.row.to.as_deref(), Some("+2"));
    assert_eq!(detail.variables["a"], json!(1));
    assert_eq!(detail.transcript.len(), 1);
    assert_eq!(detail.row.created_at, created.call.created_at);
    assert_eq!(detail.row.updated_at, db.store.now());
    assert_eq!(jobs_of(&db.store, "c").await, [JobState::Queued]);
    let late = send(&db.store, &agent, open).await.unwrap_err();
    assert!(
        matches!(late, Rejected::Conflict { fields, .. } if fields.contains(&"status".to_owned()))
    );
}

async fn unknown_agents_and_versions_are_rejected(db: TestDb) {
    let (a, b) = (agent(&db.store).await, agent(&db.store).await);
    let mut unknown = a.clone();
    unknown.id = "0".repeat(24);
    let rejected = send(&db.store, &unknown, json!({"callId": "c"})).await;
    assert!(matches!(rejected, Err(Rejected::UnknownAgent { agent_id }) if agent_id == unknown.id));
    for version in [&b.active_revision_id, "nothing"] {
        let rejected = send(&db.store, &a, json!({"callId": "c", "versionId": version})).await;
        assert!(
            matches!(rejected, Err(Rejected::UnknownVersion { version_id, .. }) if version_id == *version)
        );
    }
    let rejected = send(
        &db.store,
        &a,
        json!({"callId": "c", "extra": {"campaignId": "\u{0}"}}),
    )
    .await;
    assert!(matches!(rejected, Err(Rejected::Invalid(problem)) if problem.field == "campaignId"));
    assert!(db.store.call("c").await.is_err());
}

async fn the_version_is_the_active_one_unless_named(db: TestDb) {
    let agent = agent(&db.store).await;
    let first = agent.active_revision_id.clone();
    let open = json!({"callId": "open", "status": "active", "transcript": []});
    send(&db.store, &agent, open).await.unwrap();
    let patch = json!({
        "slmModel": "m", "postCallAnalyticsConfig": {"dispositionMetrics": [], "useInternalAnalyticsModel": false},
    });
    let second = db
        .store
        .publish_config(&agent.id, patch.as_object().unwrap(), None)
        .await
        .unwrap();
    assert_ne!(second.id, first);
    let named = json!({"callId": "named", "versionId": first});
    for (file, version, slot) in [
        (json!({"callId": "plain"}), &second.id, "agent:m"),
        (named, &first, "internal"),
        (json!({"callId": "open"}), &first, "internal"),
    ] {
        let accepted = send(&db.store, &agent, file).await.unwrap();
        assert_eq!(accepted.call.revision_id.as_ref(), Some(version));
        let filter = JobFilter {
            call_id: Some(accepted.call.call_id),
            ..JobFilter::default()
        };
        let jobs = db.store.jobs(&filter, 1, 9).await.unwrap();
        assert_eq!(jobs.items[0].job.slot, slot);
        assert_eq!(jobs.items[0].job.revision_id.as_ref(), Some(version));
    }
    let other = send(
        &db.store,
        &agent,
        json!({"callId": "plain", "versionId": first}),
    )
    .await;
    assert!(matches!(other, Err(Rejected::Conflict { fields, .. }) if fields == ["versionId"]));
}

async fn a_batch_answers_for_each_row(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "there").await;
    let mut unknown = agent.clone();
    unknown.id = "nobody".to_owned();
    let files = [
        (&agent, json!({"callId": "new"})),
        (&agent, json!({"callId": "there"})),
        (&unknown, json!({"callId": "x"})),
        (&agent, json!({"callId": "new"})),
        (&agent, json!({"callId": "there", "from": "+1"})),
        (
            &agent,
            json!({"callId": "late", "status": "active", "transcript": []}),
        ),
        (&agent, json!({"callId": "new", "to": "+1"})),
        (&agent, json!({"callId": "late"})),
        (&agent, json!({"callId": "late"})),
    ];
    let batch = files.map(|(agent, file)| new_call(agent, file)).into();
    let answers = db.store.accept_calls(batch).await.unwrap();
    let told: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Ok(accepted) => format!("{:?}", accepted.outcome),
            Err(Rejected::Conflict { fields, .. }) => fields.join(","),
            Err(_) => "rejected".to_owned(),
        })
        .collect();
    assert_eq!(
        told,
        [
            "Created",
            "Unchanged",
            "rejected",
            "Unchanged",
            "from",
            "Created",
            "to",
            "Completed",
            "Unchanged"
        ]
    );
    assert_eq!(jobs_of(&db.store, "new").await.len(), 1);
    assert_eq!(jobs_of(&db.store, "late").await.len(), 1);
    assert!(db.store.accept_calls(Vec::new()).await.unwrap().is_empty());
}

async fn a_large_batch_is_one_commit(db: TestDb) {
    let agent = agent(&db.store).await;
    let calls = |from: usize, to: usize| -> Vec<NewCall> {
        (from..to)
            .map(|n| {
                new_call(
                    &agent,
                    json!({"callId": format!("c-{n}"), "variables": {"n": n}}),
                )
            })
            .collect()
    };
    let answers = db.store.accept_calls(calls(0, 450)).await.unwrap();
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Ok(a) if a.outcome == Outcome::Created))
    );
    let answers = db.store.accept_calls(calls(200, 700)).await.unwrap();
    let outcomes: Vec<_> = answers
        .iter()
        .map(|answer| answer.as_ref().unwrap().outcome)
        .collect();
    assert!(
        outcomes[..250]
            .iter()
            .all(|outcome| *outcome == Outcome::Unchanged)
    );
    assert!(
        outcomes[250..]
            .iter()
            .all(|outcome| *outcome == Outcome::Created)
    );
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(
            answer.as_ref().unwrap().call.call_id,
            format!("c-{}", n + 200)
        );
    }
    assert_eq!(claim(&db.store, "internal", 1_000).await.len(), 700);
    assert_eq!(
        db.store.call("c-699").await.unwrap().variables["n"],
        json!(699)
    );
}

async fn senders_of_the_same_call_agree(db: TestDb) {
    let agent = agent(&db.store).await;
    let mut senders = tokio::task::JoinSet::new();
    for n in 0..16 {
        let (store, agent) = (db.store.clone(), agent.clone());
        // Half of them say something else.
        let file = json!({"callId": "c", "variables": {"x": n % 2}});
        senders.spawn(async move { send(&store, &agent, file).await });
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    while let Some(answer) = senders.join_next().await {
        let told = match answer.unwrap() {
            Ok(accepted) if accepted.outcome == Outcome::Created => "created",
            Ok(accepted) if accepted.outcome == Outcome::Unchanged => "unchanged",
            Err(Rejected::Conflict { .. }) => "conflict",
            other => panic!("{other:?}"),
        };
        *counts.entry(told).or_default() += 1;
    }
    let expected = HashMap::from([("created", 1), ("unchanged", 7), ("conflict", 8)]);
    assert_eq!(counts, expected);
    assert_eq!(jobs_of(&db.store, "c").await.len(), 1);
}

async fn batches_in_any_order_do_not_block(db: TestDb) {
    let agent = agent(&db.store).await;
    for round in 0..5 {
        let mut senders = tokio::task::JoinSet::new();
        for sender in 0..4 {
            let mut batch: Vec<NewCall> = (0..40)
                .map(|n| {
                    new_call(
                        &agent,
                        json!({"callId": format!("{}-{n}", round + (n + sender) % 2)}),
                    )
                })
                .collect();
            if sender % 2 == 0 {
                batch.reverse();
            }
            let store = db.store.clone();
            senders.spawn(async move { store.accept_calls(batch).await.unwrap() });
        }
        while let Some(answers) = senders.join_next().await {
            assert!(answers.unwrap().iter().all(Result::is_ok));
        }
    }
}

async fn many_senders_at_once_get_their_own_answers(db: TestDb) {
    let agent = agent(&db.store).await;
    let nobody = db.store.new_id().to_string();
    let mut senders = tokio::task::JoinSet::new();
    for n in 0..60 {
        let call_id = format!("c-{n}");
        let mut batch = vec![
            new_call(&agent, json!({"callId": call_id})),
            new_call(&agent, json!({"callId": format!("{call_id}-b")})),
        ];
        if n % 3 == 0 {
            batch[0].agent_id = nobody.clone();
        }
        let store = db.store.clone();
        senders.spawn(async move { (n, store.accept_calls(batch).await.unwrap()) });
    }
    while let Some(answered) = senders.join_next().await {
        let (n, answers) = answered.unwrap();
        match &answers[0] {
            Ok(accepted) => assert_eq!(accepted.call.call_id, format!("c-{n}")),
            Err(rejected) => assert!(n % 3 == 0, "{rejected}"),
        }
        let second = answers[1].as_ref().unwrap();
        assert_eq!(second.call.call_id, format!("c-{n}-b"));
        assert_eq!(second.outcome, Outcome::Created);
    }
    assert_eq!(jobs_of(&db.store, "c-1").await.len(), 1);
    assert!(db.store.call("c-0").await.is_err());
}

async fn a_call_is_stored_even_if_its_sender_leaves(db: TestDb) {
    let agent = agent(&db.store).await;
    let new = new_call(&agent, json!({"callId": "c"}));
    // Polled once, then dropped.
    let mut accepting = Box::pin(db.store.accept_call(new));
    std::future::poll_fn(|context| Poll::Ready(accepting.as_mut().poll(context).is_ready())).await;
    drop(accepting);
    let stored = async {
        while db.store.call("c").await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), stored)
        .await
        .expect("the call is stored");
}

async fn a_deleted_call_is_gone(db: TestDb) {
    let agent = agent(&db.store).await;
    for call_id in ["kept", "gone"] {
        sent(&db.store, &agent, call_id).await;
        finish(&db.store, "internal", json!({"resolved": true})).await;
    }
    db.store
        .enqueue_analysis("gone", None, false)
        .await
        .unwrap();
    let held = claim_one(&db.store, "internal").await;
    let call = db.store.work(&held).await.unwrap().call;
    db.store.delete_call("gone").await.unwrap();
    assert!(matches!(
        db.store.delete_call("gone").await,
        Err(StoreError::Missing { what: "Call", .. })
    ));
    assert!(db.store.call("gone").await.is_err());
    assert!(jobs_of(&db.store, "gone").await.is_empty());
    assert!(
        db.store
            .analyses(&held.job.call_row_id)
            .await
            .unwrap()
            .is_empty()
    );
    // The worker that was at it comes too late.
    assert!(db.store.work(&held).await.is_err());
    let late = db
        .store
        .finish_analysis(&held, help::analysis(&call, json!({"resolved": true})));
    assert!(late.await.unwrap().is_none());
    assert_eq!(db.store.renew(&held, help::LEASE).await.unwrap(), None);
    // Nothing of the other call went with it.
    let kept = db.store.call("kept").await.unwrap();
    assert!(kept.current().is_some() && kept.transcript.len() == 1);
    let again = sent(&db.store, &agent, "gone").await;
    assert_eq!(again.outcome, Outcome::Created);
}

async fn a_call_can_be_cancelled(db: TestDb) {
    let agent = agent(&db.store).await;
    let file =
        json!({"callId": "c", "status": "in_queue", "transcript": [], "extra": {"region": "eu"}});
    send(&db.store, &agent, file).await.unwrap();
    let cancelled = db
        .store
        .cancel_call("c", Some("wrong number"))
        .await
        .unwrap();
    assert_eq!(cancelled.previous_status.as_deref(), Some("in_queue"));
    assert_eq!(cancelled.call.status.as_deref(), Some("cancelled"));
    assert!(cancelled.call.finished);
    let detail = db.store.call("c").await.unwrap();
    let extra = json!({"region": "eu", "cancelReason": "wrong number"});
    assert_eq!(Json::Object(detail.extra), extra);
    assert_eq!(detail.row, cancelled.call);
    assert_eq!(jobs_of(&db.store, "c").await, [JobState::Queued]);
    let again = db.store.cancel_call("c", None).await.unwrap_err();
    assert!(matches!(
        again,
        StoreError::Conflict(Conflict::CallFinished { .. })
    ));
    assert!(matches!(
        db.store.cancel_call("d", None).await,
        Err(StoreError::Missing { .. })
    ));
}

async fn only_what_waits_is_cancelled_in_the_queue(db: TestDb) {
    let agent = agent(&db.store).await;
    for (call_id, status, may) in [
        ("a", "pending", true),
        ("b", "in_queue", true),
        ("c", "in_progress", false),
        ("d", "completed", false),
    ] {
        let file = json!({"callId": call_id, "status": status, "transcript": []});
        send(&db.store, &agent, file).await.unwrap();
        let outcome = db.store.cancel_queued_call(call_id).await;
        let refused = matches!(outcome, Err(StoreError::Conflict(Conflict::CallNotQueued)));
        assert_eq!(outcome.is_ok(), may, "{status}");
        assert_eq!(refused, !may, "{status}");
    }
}

/// A call that was cancelled here may have gone on: what was said in it is not turned away.
async fn the_sender_has_the_last_word_on_a_cancelled_call(db: TestDb) {
    let agent = agent(&db.store).await;
    let open = json!({"callId": "c", "status": "in_progress", "from": "+1", "transcript": [], "extra": {"region": "eu"}});
    send(&db.store, &agent, open.clone()).await.unwrap();
    db.store.cancel_call("c", Some("a mistake")).await.unwrap();
    // A worker is at the analysis of a call without a word.
    let held = claim_one(&db.store, "internal").await;
    let silent = db.store.work(&held).await.unwrap().call;
    let again = send(&db.store, &agent, open).await.unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    let late = json!({"callId": "c", "status": "in_progress", "from": "+2", "transcript": []});
    let late = send(&db.store, &agent, late).await.unwrap_err();
    assert!(
        matches!(&late, Rejected::Conflict { fields, .. } if fields == &["region", "from", "status"]),
        "{late:?}"
    );
    let last = json!({"callId": "c", "status": "completed", "from": "+1"});
    let completed = send(&db.store, &agent, last.clone()).await.unwrap();
    assert_eq!(completed.outcome, Outcome::Completed);
    assert_eq!(completed.call.status.as_deref(), Some("completed"));
    let late = db
        .store
        .finish_analysis(&held, help::analysis(&silent, json!({})));
    assert!(late.await.unwrap().is_none());
    assert_eq!(jobs_of(&db.store, "c").await, [JobState::Queued]);
    let held = claim_one(&db.store, "internal").await;
    let work = db.store.work(&held).await.unwrap();
    assert_eq!(work.call.transcript.len(), 1);
    let detail = db.store.call("c").await.unwrap();
    let extra = json!({"region": "eu", "cancelReason": "a mistake"});
    assert_eq!(Json::Object(detail.extra), extra);
    // From now on it is finished like any other.
    let again = send(&db.store, &agent, last).await.unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    let other = json!({"callId": "c", "status": "completed", "from": "+3"});
    assert!(send(&db.store, &agent, other).await.is_err());
}

async fn a_call_without_a_status_is_completed(db: TestDb) {
    let agent = agent(&db.store).await;
    let plain = json!({"callId": "c"});
    let first = send(&db.store, &agent, plain.clone()).await.unwrap();
    assert_eq!(first.call.status.as_deref(), Some("completed"));
    for same in [plain, json!({"callId": "c", "status": "completed"})] {
        let again = send(&db.store, &agent, same).await.unwrap();
        assert_eq!(again.outcome, Outcome::Unchanged);
    }
    let filter = CallFilter {
        statuses: vec!["completed".to_owned()],
        ..CallFilter::default()
    };
    let found = db.store.page_calls(&filter, None, 10).await.unwrap();
    assert_eq!(found.items.len(), 1);
}

/// Nothing of a deleted call can be read from the file any longer.
#[test]
fn a_deleted_call_is_gone_from_the_file() {
    run(Backend::Sqlite, async |db| {
        let agent = agent(&db.store).await;
        let folder = db.folder().unwrap().to_owned();
        let word = "UNMISTAKABLE";
        let times = || -> usize {
            let files = std::fs::read_dir(&folder).unwrap();
            let counts = files.map(|file| {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                let found = bytes
                    .windows(word.len())
                    .filter(|part| *part == word.as_bytes());
                found.count()
            });
            counts.sum()
        };
        for (n, length) in [1, 2_000].into_iter().enumerate() {
            let (kept, gone) = (format!("kept-{n}"), format!("gone-{n}"));
            let text = format!("{word} ").repeat(length);
            let said = json!([{"role": "user", "content": text}]);
            let file = json!({"callId": gone, "transcript": said, "variables": {"a": text},
                "extra": {"b": text, "callCost": text}, "from": word});
            sent(&db.store, &agent, &kept).await;
            finish(&db.store, "internal", json!({"note": "quiet"})).await;
            send(&db.store, &agent, file).await.unwrap();
            finish(&db.store, "internal", json!({"note": text})).await;
            assert!(times() > 5, "{}", times());
            db.store.delete_call(&gone).await.unwrap();
            assert_eq!(times(), 0, "{length}");
            assert_eq!(db.store.call(&kept).await.unwrap().transcript.len(), 1);
        }
    });
}

async fn retries_belong_to_their_first_attempt(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "first").await;
    for call_id in ["second", "third"] {
        db.clock.advance(SignedDuration::from_secs(1));
        let file = json!({"callId": call_id, "extra": {"retryCallId": "first"}});
        send(&db.store, &agent, file).await.unwrap();
    }
    for call_id in ["first", "third"] {
        let attempts = db.store.attempts(call_id).await.unwrap();
        let ids: Vec<_> = attempts
            .iter()
            .map(|item| item.call.call_id.as_str())
            .collect();
        assert_eq!(ids, ["first", "second", "third"]);
        assert_eq!(attempts[0].retry_count, 2);
    }
    assert_eq!(db.store.call("first").await.unwrap().retry_count, 2);
    let ids = ["third", "nothing", "first"].map(str::to_owned);
    let found = db.store.calls_by_ids(&ids).await.unwrap();
    let ids: Vec<_> = found
        .iter()
        .map(|item| item.call.call_id.as_str())
        .collect();
    assert_eq!(ids, ["third", "first"]);
}

async fn made_ids_have_the_documented_form(db: TestDb) {
    let id = db.store.new_call_id();
    let mut parts = id.split('-');
    assert_eq!(parts.next(), Some("CALL"));
    assert_eq!(
        parts.next(),
        Some(db.store.now().as_millisecond().to_string().as_str())
    );
    let digits = parts.next().unwrap();
    assert!(
        digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit()),
        "{id}"
    );
    assert_ne!(id, db.store.new_call_id());
}
