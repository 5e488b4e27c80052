//! Jobs are done, tried again, given up, handed over; on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aftercall_core::agent_config::Config;
use aftercall_core::{Call, Role, Slot, Status, Turn};
use aftercall_server::worker::{
    AnalyseError, Analysts, Budget, Panicked, Urgency, Wake, Worker, WorkerSettings,
};
use aftercall_store::analyses::AnalysisStatus;
use aftercall_store::calls::{CallDetail, NewCall};
use aftercall_store::jobs::{Job, JobFilter, JobState};
use aftercall_store::testing::TestDb;
use aftercall_store::{Clock, NewAgent, PoolOptions, SeededRandom, Store, SystemClock, on_both};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::scripted::{Act, Script};

/// Waits that no healthy run comes near.
const LONG: Duration = Duration::from_secs(30);

pub(crate) struct Running {
    stop: CancellationToken,
    wake: Wake,
    task: JoinHandle<Result<(), Panicked>>,
}

impl Running {
    pub(crate) async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(LONG, self.task)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }
}

pub(crate) fn start(store: &Store, analysts: Analysts) -> Running {
    start_with(store, analysts, 20)
}

/// Workers that hold to a budget.
pub(crate) fn start_within(store: &Store, analysts: Analysts, budget: Budget) -> Running {
    run(store, analysts, 20, budget)
}

fn start_with(store: &Store, analysts: Analysts, drain_seconds: u32) -> Running {
    run(store, analysts, drain_seconds, Budget::default())
}

fn run(store: &Store, analysts: Analysts, drain_seconds: u32, budget: Budget) -> Running {
    let settings = WorkerSettings {
        poll_milliseconds: 10,
        sweep_seconds: 1,
        drain_seconds,
        ..WorkerSettings::default()
    };
    let (stop, wake) = (CancellationToken::new(), Wake::default());
    let worker = Worker::new(store.clone(), analysts, settings, wake.clone()).with_budget(budget);
    let task = tokio::spawn(worker.run(stop.clone()));
    Running { stop, wake, task }
}

pub(crate) async fn agent(store: &Store, more: &[(&str, serde_json::Value)]) -> String {
    let mut post_call = json!({"dispositionMetrics": [
        {"identifier": "solved", "dispositionMetricPrompt": "Solved?", "dispositionMetricType": "BOOLEAN"},
    ]});
    let mut config = Config::new();
    for (name, value) in more {
        match *name {
            "timezone" => config.insert((*name).into(), value.clone()),
            _ => post_call
                .as_object_mut()
                .unwrap()
                .insert((*name).into(), value.clone()),
        };
    }
    config.insert("postCallAnalyticsConfig".into(), post_call);
    let new = NewAgent {
        name: "a".into(),
        description: None,
        document: Map::new(),
        workflow_type: "single_prompt".into(),
        config,
        created_by: None,
    };
    store.create_agent(new).await.unwrap().id
}

pub(crate) async fn send(store: &Store, agent_id: &str, call_id: &str, words: &str) {
    let mut call = Call::from_turns(vec![Turn {
        role: Role::User,
        content: words.into(),
        start: None,
        end: None,
    }]);
    call.call_id = call_id.into();
    let new = NewCall {
        call,
        agent_id: agent_id.into(),
        revision_id: None,
        extra: Map::new(),
        is_test: false,
    };
    store.accept_call(new).await.unwrap().unwrap();
}

/// Waits until the call has so many analyses, and the newest one counts.
pub(crate) async fn analysed(store: &Store, call_id: &str, number: i64) -> CallDetail {
    until(async || {
        let call = store.call(call_id).await.unwrap();
        // The call and its analyses are read one after the other: a commit may fall in between.
        let counts = call.current().is_some_and(|row| row.number >= number);
        counts.then_some(call)
    })
    .await
}

pub(crate) async fn job(store: &Store) -> Job {
    let page = store.jobs(&JobFilter::default(), 1, 1).await.unwrap();
    page.items.into_iter().next().unwrap().job
}

pub(crate) async fn until<T>(look: impl AsyncFn() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, looking).await.unwrap()
}

async fn calls_are_analysed(db: TestDb) {
    let agent = agent(
        &db.store,
        &[(
            "timezone",
            json!({"label": "Europe/Berlin", "offset": "+01:00"}),
        )],
    )
    .await;
    let running = start(&db.store, Script::default().analysts());
    for n in 0..5 {
        send(&db.store, &agent, &format!("c{n}"), "hello").await;
    }
    running.wake.now();
    for n in 0..5 {
        let call = analysed(&db.store, &format!("c{n}"), 1).await;
        let row = call.current().unwrap();
        assert_eq!(row.status, AnalysisStatus::Completed);
        let answer = &row.analysis.disposition_metrics[0];
        assert_eq!(answer.status, Status::Answered);
        assert!(
            answer.reasoning.contains("Europe/Berlin"),
            "the agent's zone: {}",
            answer.reasoning
        );
    }
    running.end().await;
    assert!(db.store.job_counts().await.unwrap().is_empty());
}

async fn a_call_without_words_asks_no_model(db: TestDb) {
    let agent = agent(&db.store, &[("useReasoningModel", json!(true))]).await;
    let script = Script::default();
    send(&db.store, &agent, "c", " … ").await;
    let running = start(&db.store, script.analysts());
    let call = analysed(&db.store, "c", 1).await;
    let row = call.current().unwrap();
    assert_eq!(row.status, AnalysisStatus::Completed);
    assert_eq!(
        row.analysis.disposition_metrics[0].status,
        Status::NotMentioned
    );
    assert!(script.taken().is_empty());
    running.end().await;
}

async fn what_fails_is_tried_again_and_given_up_in_the_end(db: TestDb) {
    let agent = agent(&db.store, &[]).await;
    let script = Script::default();
    for _ in 0..8 {
        script.then(Act::Fail("no memory"));
    }
    send(&db.store, &agent, "c", "hello").await;
    let running = start(&db.store, script.analysts());
    for attempt in 1..8 {
        let waiting = until(async || {
            let job = job(&db.store).await;
            (job.attempts == attempt && job.state == JobState::Queued).then_some(job)
        })
        .await;
        assert_eq!(waiting.last_error.as_deref(), Some("no memory"));
        assert!(waiting.run_at > db.store.now(), "it waits");
        assert!(db.store.call("c").await.unwrap().analyses.is_empty());
        db.clock.advance(SignedDuration::from_hours(2));
    }
    let call = analysed(&db.store, "c", 1).await;
    let row = call.current().unwrap();
    assert_eq!(row.status, AnalysisStatus::Failed);
    assert_eq!(row.reason.as_deref(), Some("no memory"));
    assert_eq!(row.analysis.disposition_metrics[0].reasoning, "no memory");
    let dead = job(&db.store).await;
    assert_eq!(dead.state, JobState::Dead);
    db.store.retry_job(&dead.id).await.unwrap();
    let call = analysed(&db.store, "c", 2).await;
    assert_eq!(call.current().unwrap().status, AnalysisStatus::Completed);
    running.end().await;
}

async fn a_call_that_cannot_be_read_is_given_up(db: TestDb) {
    // One is for the slot of this process, the other for one that is set up nowhere.
    for reasoning in [false, true] {
        let agent = agent(&db.store, &[("useReasoningModel", json!(reasoning))]).await;
        let id = format!("c-{reasoning}");
        send(&db.store, &agent, &id, "secret words").await;
        let call = db.store.call(&id).await.unwrap().row.id;
        db.execute("UPDATE transcripts SET turns = '[\"secret words\"]'")
            .await;
        let running = start(&db.store, Script::default().analysts());
        // The unseen one is looked for more seldom, and is done in the same way.
        let last = if reasoning { 1 } else { 8 };
        for attempt in 1..=last {
            let failed = until(async || {
                let job = job(&db.store).await;
                (job.attempts == attempt && job.state != JobState::Running).then_some(job)
            })
            .await;
            let reason = failed.last_error.unwrap();
            assert!(reason.contains("cannot be read"), "{reason}");
            assert!(!reason.contains("secret"), "{reason}");
            if attempt < 8 {
                assert!(failed.run_at > db.store.now(), "it waits");
                db.clock.advance(SignedDuration::from_hours(2));
            } else {
                assert_eq!(failed.state, JobState::Dead);
            }
        }
        let analyses = db.store.analyses(&call).await.unwrap();
        assert_eq!(analyses[0].status, AnalysisStatus::Failed);
        running.end().await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
}

async fn a_slot_that_is_not_configured_says_so(db: TestDb) {
    let agent = agent(&db.store, &[("useReasoningModel", json!(true))]).await;
    send(&db.store, &agent, "c", "hello").await;
    let running = start(&db.store, Script::default().analysts());
    let call = analysed(&db.store, "c", 1).await;
    let row = call.current().unwrap();
    assert_eq!(row.status, AnalysisStatus::Failed);
    let reason = row.reason.as_deref().unwrap();
    assert!(reason.contains("`reasoning` is not configured"), "{reason}");
    let job = job(&db.store).await;
    assert_eq!(
        job.state,
        JobState::Queued,
        "it is tried again on its schedule"
    );
    running.end().await;
}

async fn a_stop_waits_and_then_puts_back(db: TestDb) {
    let agent = agent(&db.store, &[]).await;
    let script = Script::default();
    let go = script.then_wait();
    send(&db.store, &agent, "c", "hello").await;
    let running = start_with(&db.store, script.analysts(), 1);
    until(async || (!script.taken().is_empty()).then_some(())).await;
    running.end().await;
    let back = job(&db.store).await;
    assert_eq!((back.state, back.attempts), (JobState::Queued, 0));
    drop(go);
    let running = start(&db.store, Script::default().analysts());
    analysed(&db.store, "c", 1).await;
    running.end().await;
}

async fn a_stop_lets_what_is_in_hand_be_finished(db: TestDb) {
    let agent = agent(&db.store, &[]).await;
    let script = Script::default();
    let go = script.then_wait();
    for id in ["c", "d"] {
        send(&db.store, &agent, id, "hello").await;
    }
    let running = start(&db.store, script.analysts());
    until(async || (!script.taken().is_empty()).then_some(())).await;
    running.stop.cancel();
    go.send(()).unwrap();
    running.end().await;
    let first = &script.taken()[0];
    let call = db.store.call(first).await.unwrap();
    assert_eq!(call.analyses.len(), 1);
    let filter = JobFilter {
        states: vec![JobState::Queued],
        ..JobFilter::default()
    };
    assert_eq!(db.store.jobs(&filter, 1, 9).await.unwrap().total, 1);
}

async fn what_a_lost_worker_did_is_not_counted(db: TestDb) {
    let agent = agent(&db.store, &[]).await;
    let lost = Script::default();
    let go = lost.then_wait();
    send(&db.store, &agent, "c", "hello").await;
    let first = start(&db.store, lost.analysts());
    until(async || (!lost.taken().is_empty()).then_some(())).await;
    // The first one does not renew in time: its lease runs out, and another takes the job.
    let other = db.another_store().await;
    db.clock.advance(SignedDuration::from_mins(10));
    let second = start(&other, Script::default().analysts());
    let call = analysed(&other, "c", 1).await;
    let current = call.current().unwrap().id.clone();
    go.send(()).unwrap();
    first.end().await;
    second.end().await;
    let call = db.store.call("c").await.unwrap();
    assert_eq!(call.analyses.len(), 1);
    assert_eq!(call.current().unwrap().id, current);
    let job = job(&db.store).await;
    assert_eq!((job.state, job.attempts), (JobState::Done, 2));
}

async fn a_deleted_call_leaves_nothing(db: TestDb) {
    let agent = agent(&db.store, &[]).await;
    let script = Script::default();
    let go = script.then_wait();
    send(&db.store, &agent, "c", "hello").await;
    let running = start(&db.store, script.analysts());
    until(async || (!script.taken().is_empty()).then_some(())).await;
    db.store.delete_call("c").await.unwrap();
    go.send(()).unwrap();
    send(&db.store, &agent, "d", "hello").await;
    analysed(&db.store, "d", 1).await;
    running.end().await;
    assert!(db.store.call("c").await.is_err());
}

/// A clock that breaks when it is told to.
struct Breaking {
    clock: SystemClock,
    broken: AtomicBool,
}

impl Clock for Breaking {
    fn now(&self) -> Timestamp {
        assert!(!self.broken.load(Ordering::Relaxed), "as the test says");
        self.clock.now()
    }
}

async fn a_panic_in_a_loop_ends_the_workers(db: TestDb) {
    let clock = Arc::new(Breaking {
        clock: SystemClock,
        broken: AtomicBool::new(false),
    });
    let random = Arc::new(SeededRandom::new(9));
    let store = Store::connect(&db.url, clock.clone(), random, PoolOptions::default())
        .await
        .unwrap();
    let agent = agent(&store, &[]).await;
    let running = start(&store, Script::default().analysts());
    send(&store, &agent, "c", "hello").await;
    analysed(&store, "c", 1).await;
    clock.broken.store(true, Ordering::Relaxed);
    running.wake.now();
    let ended = tokio::time::timeout(LONG, running.task).await.unwrap();
    assert_eq!(ended.unwrap(), Err(Panicked));
    assert!(!running.stop.is_cancelled(), "others are not stopped by it");
}

on_both!(
    calls_are_analysed,
    a_call_without_words_asks_no_model,
    what_fails_is_tried_again_and_given_up_in_the_end,
    a_slot_that_is_not_configured_says_so,
    a_stop_waits_and_then_puts_back,
    a_stop_lets_what_is_in_hand_be_finished,
    what_a_lost_worker_did_is_not_counted,
    a_deleted_call_leaves_nothing,
    a_call_that_cannot_be_read_is_given_up,
    a_panic_in_a_loop_ends_the_workers,
);

fn call(id: &str) -> Call {
    let mut call = Call::from_turns(Vec::new());
    call.call_id = id.into();
    call
}

#[tokio::test]
async fn those_who_wait_and_jobs_take_turns() {
    let script = Script::default();
    let go = script.then_wait();
    let analysts = script.analysts();
    let ask = |id: &'static str, urgency| {
        let analysts = analysts.clone();
        let asked = async move {
            analysts
                .analyze(&Slot::Internal, call(id), Vec::new(), urgency)
                .await
        };
        tokio::spawn(asked)
    };
    let first = ask("first", Urgency::Job);
    until(async || (!script.taken().is_empty()).then_some(())).await;
    let waiting = |number| {
        let analysts = analysts.clone();
        async move {
            until(async || (analysts.states()[0].waiting == number).then_some(())).await;
        }
    };
    let job = ask("job", Urgency::Job);
    waiting(1).await;
    let now = ask("now", Urgency::Now);
    waiting(2).await;
    let later = ask("later", Urgency::Now);
    waiting(3).await;
    go.send(()).unwrap();
    for task in [first, job, now, later] {
        assert!(task.await.unwrap().is_ok());
    }
    assert_eq!(script.taken(), ["first", "now", "job", "later"]);
}

#[tokio::test]
async fn who_waits_too_long_is_told_so_and_asks_no_model() {
    let script = Script::default();
    let go = script.then_wait();
    let analysts = script.analysts_with(&WorkerSettings {
        request_seconds: 1,
        ..WorkerSettings::default()
    });
    let ask = |text: &str| {
        let (analysts, text) = (analysts.clone(), text.to_owned());
        tokio::spawn(async move { analysts.generate(&Slot::Internal, text).await })
    };
    let first = ask("first");
    until(async || (!script.taken().is_empty()).then_some(())).await;
    let second = ask("second");
    for task in [first, second] {
        assert_eq!(task.await.unwrap(), Err(AnalyseError::Late(1)));
    }
    assert_eq!(analysts.states()[0].waiting, 0);
    go.send(()).unwrap();
    assert_eq!(ask("third").await.unwrap().unwrap(), "THIRD");
    assert_eq!(script.taken(), ["first", "third"]);
}

#[tokio::test]
async fn the_line_of_those_who_wait_is_bounded() {
    let script = Script::default();
    let go = script.then_wait();
    let analysts = script.analysts();
    let ask = || {
        let analysts = analysts.clone();
        tokio::spawn(async move { analysts.generate(&Slot::Internal, "a".into()).await })
    };
    let mut asked = vec![ask()];
    until(async || (!script.taken().is_empty()).then_some(())).await;
    for waiting in 1..=2 {
        asked.push(ask());
        until(async || (analysts.states()[0].waiting == waiting).then_some(())).await;
    }
    assert!(ask().await.unwrap().is_err());
    go.send(()).unwrap();
    for task in asked {
        assert_eq!(task.await.unwrap().unwrap(), "A");
    }
}

#[tokio::test]
async fn a_panic_ends_one_task_alone() {
    let script = Script::default();
    script.then(Act::Panic);
    let analysts = script.analysts();
    assert!(
        analysts
            .generate(&Slot::Internal, "a".into())
            .await
            .is_err()
    );
    assert_eq!(
        analysts
            .generate(&Slot::Internal, "b".into())
            .await
            .unwrap(),
        "B"
    );
    assert!(
        analysts
            .generate(&Slot::Reasoning, "c".into())
            .await
            .is_err()
    );
    analysts.close();
    assert!(
        analysts
            .generate(&Slot::Internal, "d".into())
            .await
            .is_err()
    );
}
