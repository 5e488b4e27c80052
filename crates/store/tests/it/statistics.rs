//! Statistics: what sums say, what the calls say, and what plain counting of every call says is the same, whatever happened to
//! the calls and whenever it was added up.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use aftercall_core::{
    AnswerRecord, BucketUnit, Buckets, CallRecord, MetricType, Status, Value, steps, time_zone,
};
use aftercall_store::calls::{CallFilter, DurationRange, MetricFilter};
use aftercall_store::jobs::Failure;
use aftercall_store::statistics::{
    CallStatistics, CallSums, MetricFigures, MetricPoint, MetricStatistics, Question, ServedBy,
    Shown, Spread, Values,
};
use aftercall_store::testing::TestDb;
use aftercall_store::{Agent, PoolOptions, SeededRandom, Store, on_both};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};

use crate::help::{agent, analysis, claim, failed, finish, send, sent};

on_both!(
    sums_and_scans_say_what_the_calls_say,
    two_nodes_add_up_at_once,
    adding_up_that_is_cut_off_loses_nothing,
    a_beginning_that_is_cut_off_leaves_none_open,
    what_was_there_before_is_counted_once,
    most_texts_are_told_and_all_are_counted,
);

/// Sequences that are tried on each database.
const CASES: u32 = 24;

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "America/St_Johns",
];

/// When clocks were moved in one of them, and in one case set by the sun.
const MOVED: [&str; 8] = [
    "2026-03-29T01:00:00Z",
    "2026-11-01T06:00:00Z",
    "2026-04-04T15:00:00Z",
    "2026-02-15T02:00:00Z",
    "2018-11-04T03:00:00Z",
    "2011-12-30T10:00:00Z",
    "2010-11-07T02:31:00Z",
    "1893-03-31T23:06:32Z",
];

#[derive(Debug, Clone)]
struct Facts {
    /// Place in [`MOVED`] and seconds from there; none where the call has no start.
    start: Option<(usize, i64)>,
    duration: Option<f64>,
    status: &'static str,
    kind: &'static str,
    is_test: bool,
}

#[derive(Debug, Clone)]
enum Step {
    Send { agent: usize, facts: Facts },
    Change { call: usize, facts: Facts },
    Cancel { call: usize },
    Again { call: usize },
    Analyse { limit: u64, answers: Vec<Answers> },
    Fail,
    Publish { agent: usize },
    Delete { call: usize },
    Fold { limit: u64 },
    Advance { seconds: i64 },
}

/// Each metric's answer, none where it was not asked.
#[derive(Debug, Clone)]
struct Answers {
    resolved: Option<Json>,
    csat: Option<Json>,
    outcome: Option<Json>,
    due: Option<Json>,
    confidence: f64,
    failed: bool,
}

#[derive(Debug, Clone)]
struct Asked {
    zone: usize,
    unit: usize,
    moved: usize,
    before: i64,
    length: i64,
    filter: usize,
    metric: MetricFilter,
    identifiers: usize,
}

fn facts() -> impl Strategy<Value = Facts> {
    let seconds = prop_oneof![-200_000..200_000i64, (-200..200i64).prop_map(|n| n * 900)];
    (
        prop::option::weighted(0.9, (0..MOVED.len(), seconds)),
        prop::option::of((0..5_000u32).prop_map(|tenths| f64::from(tenths) / 10.0 + 0.000_001)),
        prop::sample::select(vec!["completed", "in_progress", "no_answer"]),
        prop::sample::select(vec!["webcall", "chat", "long"]),
        any::<bool>(),
    )
        .prop_map(|(start, duration, status, kind, is_test)| Facts {
            start,
            duration,
            status,
            kind,
            is_test,
        })
}

fn answers() -> impl Strategy<Value = Answers> {
    let text = prop::sample::select(vec!["late", "wrong bill", "praise", "late "]);
    let resolved = prop_oneof![
        4 => any::<bool>().prop_map(Json::from),
        1 => text.prop_map(Json::from),
        1 => Just(Json::Null)
    ];
    let csat =
        prop_oneof![8 => (-3..40i64).prop_map(Json::from), 1 => any::<i64>().prop_map(Json::from)];
    let outcome = prop::sample::select(vec![json!("solved"), json!("call_back"), json!(null)]);
    let due = (0..MOVED.len(), -90_000..90_000i64)
        .prop_map(|(moved, seconds)| Json::from(at(moved, seconds).to_string()));
    (
        prop::option::of(resolved),
        prop::option::of(csat),
        prop::option::of(outcome),
        prop::option::of(due),
        prop_oneof![0.0..=1.0f64, (0..=10u8).prop_map(|n| f64::from(n) / 10.0)],
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(resolved, csat, outcome, due, confidence, failed)| Answers {
                resolved,
                csat,
                outcome,
                due,
                confidence,
                failed,
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    let any = || 0..64usize;
    prop_oneof![
        6 => (0..2usize, facts()).prop_map(|(agent, facts)| Step::Send { agent, facts }),
        2 => (any(), facts()).prop_map(|(call, facts)| Step::Change { call, facts }),
        1 => any().prop_map(|call| Step::Cancel { call }),
        2 => any().prop_map(|call| Step::Again { call }),
        5 => (1..6u64, vec(answers(), 6)).prop_map(|(limit, answers)| Step::Analyse { limit, answers }),
        1 => Just(Step::Fail),
        1 => (0..2usize).prop_map(|agent| Step::Publish { agent }),
        1 => any().prop_map(|call| Step::Delete { call }),
        3 => (1..12u64).prop_map(|limit| Step::Fold { limit }),
        1 => (1..5_000i64).prop_map(|seconds| Step::Advance { seconds }),
    ]
}

fn metric_filter() -> impl Strategy<Value = MetricFilter> {
    prop::sample::select(vec![
        ("resolved", "late"),
        ("resolved.ne", "true"),
        ("resolved.in", "praise,true"),
        ("csat", "7"),
        ("csat.gte", "12"),
        ("csat.ne", "3"),
        ("csat.missing", "true"),
        ("due.lt", "2020-01-01T00:00:00Z"),
        ("due.gt", "2020-01-01T00:00:00Z"),
        ("due.missing", "false"),
        ("outcome", "solved"),
        ("outcome.status", "not_mentioned"),
        ("outcome.status", "failed"),
        ("csat.confidence.lt", "0.3"),
        ("csat.confidence.gte", "0.7"),
    ])
    .prop_map(|(name, value)| MetricFilter::parse(name, value).unwrap())
}

fn asked() -> impl Strategy<Value = Asked> {
    let odd = || prop_oneof![0..400_000i64, (0..400i64).prop_map(|n| n * 900)];
    (
        0..ZONES.len(),
        0..4usize,
        0..MOVED.len(),
        odd(),
        odd(),
        0..10usize,
        metric_filter(),
        0..3usize,
    )
        .prop_map(
            |(zone, unit, moved, before, length, filter, metric, identifiers)| Asked {
                zone,
                unit,
                moved,
                before,
                length: length + 1,
                filter,
                metric,
                identifiers,
            },
        )
}

fn at(moved: usize, seconds: i64) -> Timestamp {
    let moved: Timestamp = MOVED[moved].parse().unwrap();
    moved + SignedDuration::from_secs(seconds)
}

async fn sums_and_scans_say_what_the_calls_say(db: TestDb) {
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        // A failure is told in full; there is no file to keep it in on a fresh database.
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    });
    let agents = [agent(&db.store).await, agent(&db.store).await];
    let (number, summed) = (Cell::new(0), Cell::new(0));
    let result = tokio::task::block_in_place(|| {
        let sequences = (vec(step(), 1..50), vec(asked(), 12));
        runner.run(&sequences, |(steps, asked)| {
            number.set(number.get() + 1);
            let runtime = tokio::runtime::Handle::current();
            summed.set(
                summed.get() + runtime.block_on(follow(&db, &agents, number.get(), &steps, &asked)),
            );
            Ok(())
        })
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(summed.get() > CASES as usize, "{}", summed.get());
}

/// Follows the steps, asks, and says how often sums answered.
async fn follow(
    db: &TestDb,
    agents: &[Agent; 2],
    number: usize,
    steps: &[Step],
    asked: &[Asked],
) -> usize {
    let store = &db.store;
    let mut calls: Vec<String> = Vec::new();
    for step in steps {
        take(db, agents, number, &mut calls, step).await;
    }
    let mut summed = 0;
    for asked in asked {
        let question = question(agents, asked);
        summed += usize::from(agree(store, &question).await);
    }
    while store.fold_statistics(7).await.unwrap() > 0 {}
    for asked in asked {
        agree(store, &question(agents, asked)).await;
    }
    store.recount_statistics().await.unwrap();
    agree(store, &question(agents, &asked[0])).await;
    for call in &calls {
        if store.delete_call(call).await.is_ok() {
            while store.fold_statistics(100).await.unwrap() > 0 {}
        }
    }
    // Open jobs went with their calls, and so did everything that was summed.
    let everything = Question {
        filter: CallFilter::default(),
        buckets: buckets(
            "UTC",
            BucketUnit::Month,
            "1890-01-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
        ),
        identifiers: Vec::new(),
        scan: false,
    };
    let left = store.metric_statistics(&everything).await.unwrap();
    assert_eq!((left.metrics, left.versions), (vec![], vec![]));
    let left = store.call_statistics(&everything).await.unwrap();
    assert_eq!(left.totals, CallSums::default());
    assert_eq!(left.served_by, ServedBy::Rollup);
    summed
}

async fn take(
    db: &TestDb,
    agents: &[Agent; 2],
    number: usize,
    calls: &mut Vec<String>,
    step: &Step,
) {
    let store = &db.store;
    let pick = |call: usize| (!calls.is_empty()).then(|| calls[call % calls.len()].clone());
    match step {
        Step::Send { agent, facts } => {
            let call_id = format!("{number}-{}", calls.len());
            send(store, &agents[*agent], file(&call_id, facts))
                .await
                .unwrap();
            calls.push(call_id);
        }
        Step::Change { call, facts } => {
            let Some(call_id) = pick(*call) else { return };
            let Ok(stored) = store.call(&call_id).await else {
                return;
            };
            let agent = agents.iter().find(|agent| agent.id == stored.row.agent_id);
            // A finished call that differs is refused, and nothing changes.
            let _ = send(store, agent.unwrap(), file(&call_id, facts)).await;
        }
        Step::Cancel { call } => {
            if let Some(call_id) = pick(*call) {
                let _ = store.cancel_call(&call_id, None).await;
            }
        }
        Step::Again { call } => {
            if let Some(call_id) = pick(*call) {
                let _ = store.enqueue_analysis(&call_id, None, false).await;
            }
        }
        Step::Analyse { limit, answers } => {
            for (lease, answers) in claim(store, "internal", *limit).await.iter().zip(answers) {
                let work = store.work(lease).await.unwrap();
                let new = answers.analysis(&work.call);
                store.finish_analysis(lease, new).await.unwrap();
            }
        }
        Step::Fail => {
            for lease in claim(store, "internal", 1).await {
                let work = store.work(&lease).await.unwrap();
                let failure = Failure {
                    reason: "no".to_owned(),
                    retry_at: None,
                    analysis: Some(failed(&work.call, "no")),
                };
                store.fail(&lease, failure).await.unwrap();
            }
        }
        Step::Publish { agent } => {
            let patch = json!({"firstMessage": format!("{number} {}", db.store.new_id())});
            let patch = patch.as_object().unwrap();
            store
                .publish_config(&agents[*agent].id, patch, None)
                .await
                .unwrap();
        }
        Step::Delete { call } => {
            if let Some(call_id) = pick(*call) {
                let _ = store.delete_call(&call_id).await;
            }
        }
        Step::Fold { limit } => {
            assert!(store.fold_statistics(*limit).await.unwrap() <= *limit);
        }
        Step::Advance { seconds } => db.clock.advance(SignedDuration::from_secs(*seconds)),
    }
}

fn file(call_id: &str, facts: &Facts) -> Json {
    let mut file = json!({
        "callId": call_id,
        "status": facts.status,
        // Too long for an index of PostgreSQL.
        "type": facts.kind.repeat(if facts.kind == "long" { 1_000 } else { 1 }),
        "isTest": facts.is_test,
        "extra": {},
    });
    if let Some((moved, seconds)) = facts.start {
        file["startedAt"] = at(moved, seconds).to_string().into();
    }
    if let Some(duration) = facts.duration {
        file["extra"]["duration"] = duration.into();
    }
    file
}

impl Answers {
    fn analysis(&self, call: &aftercall_core::Call) -> aftercall_store::analyses::NewAnalysis {
        let asked = [
            ("csat", &self.csat),
            ("due", &self.due),
            ("outcome", &self.outcome),
            ("resolved", &self.resolved),
        ];
        let values = asked.iter().filter_map(|(identifier, value)| {
            let value = value.as_ref()?;
            Some(((*identifier).to_owned(), json!([value, self.confidence])))
        });
        let mut new = analysis(call, Json::Object(values.collect()));
        let metrics = new.metrics.iter_mut();
        for (metric, answer) in metrics.zip(&mut new.analysis.disposition_metrics) {
            if metric.identifier == "outcome" {
                metric.kind = MetricType::Enum;
                answer.kind = MetricType::Enum;
            }
            if self.failed {
                answer.status = Status::Failed;
                answer.value = None;
            }
        }
        new
    }
}

fn buckets(zone: &str, unit: BucketUnit, from: &str, to: &str) -> Buckets {
    let zone = time_zone(zone).unwrap();
    Buckets::new(
        from.parse().unwrap(),
        to.parse().unwrap(),
        unit,
        zone,
        5_000,
    )
    .unwrap()
}

fn question(agents: &[Agent; 2], asked: &Asked) -> Question {
    let from = at(asked.moved, -asked.before);
    let to = from + SignedDuration::from_secs(asked.length);
    let zone = time_zone(ZONES[asked.zone]).unwrap();
    let unit = BucketUnit::ALL[asked.unit];
    let metric = |name, value| vec![MetricFilter::parse(name, value).unwrap()];
    let filter = match asked.filter {
        0 => CallFilter {
            agent_ids: vec![agents[0].id.clone()],
            ..CallFilter::default()
        },
        1 => CallFilter {
            revision_ids: agents
                .iter()
                .map(|a| a.active_revision_id.clone())
                .collect(),
            ..CallFilter::default()
        },
        2 => CallFilter {
            is_test: Some(false),
            ..CallFilter::default()
        },
        3 => CallFilter {
            kinds: vec!["chat".to_owned()],
            metrics: metric("csat.lt", "20"),
            ..CallFilter::default()
        },
        4 => CallFilter {
            durations: vec![DurationRange {
                from: Some(SignedDuration::from_secs(100)),
                to: None,
            }],
            ..CallFilter::default()
        },
        5 => CallFilter {
            metrics: metric("resolved", "true"),
            ..CallFilter::default()
        },
        6 => CallFilter {
            metrics: vec![asked.metric.clone()],
            ..CallFilter::default()
        },
        _ => CallFilter::default(),
    };
    let identifiers: &[&str] = match asked.identifiers {
        0 => &["csat", "resolved"],
        _ => &[],
    };
    Question {
        filter,
        buckets: Buckets::new(from, to, unit, zone, 5_000).unwrap(),
        identifiers: identifiers.iter().map(|s| (*s).to_owned()).collect(),
        scan: false,
    }
}

/// Asks the sums and the calls, and counts. Whether sums answered.
async fn agree(store: &Store, question: &Question) -> bool {
    let scan = Question {
        scan: true,
        ..question.clone()
    };
    let records = records(store, question).await;
    let (calls, metrics) = (
        counted_calls(&records, question),
        counted(&records, question),
    );
    let mut summed = false;
    for question in [question, &scan] {
        let found = store.call_statistics(question).await.unwrap();
        let told = format!("{:?} {question:#?} {records:#?}", found.served_by);
        assert_eq!(found.series, calls.series, "{told}");
        assert_eq!(found.totals, calls.totals, "{told}");
        let found = store.metric_statistics(question).await.unwrap();
        let told = format!("{:?} {question:#?} {records:#?}", found.served_by);
        assert_eq!(found.metrics, metrics.metrics, "{told}");
        let versions = found
            .versions
            .iter()
            .map(|version| (version.id.clone(), version.first_call_at));
        assert_eq!(
            versions.collect::<BTreeMap<_, _>>(),
            first_calls(&records, question),
            "{told}"
        );
        assert!(
            found
                .versions
                .is_sorted_by_key(|version| version.first_call_at)
        );
        assert!(found.served_by == ServedBy::Scan || !question.scan);
        summed |= found.served_by == ServedBy::Rollup;
    }
    summed
}

/// The calls of the period that pass, by the filters of lists.
async fn records(store: &Store, question: &Question) -> Vec<CallRecord> {
    let mut snapshot = store
        .snapshot(question.filter.clone(), false)
        .await
        .unwrap();
    let mut records = Vec::new();
    loop {
        let page = snapshot.next().await.unwrap();
        if page.is_empty() {
            break;
        }
        records.extend(page);
    }
    snapshot.end().await;
    records.retain(|call| question.buckets.at(began(call)).is_some());
    records
}

fn began(call: &CallRecord) -> Timestamp {
    call.started_at.unwrap_or(call.created_at)
}

fn counted_calls(records: &[CallRecord], question: &Question) -> CallStatistics {
    let mut series = vec![CallSums::default(); question.buckets.len()];
    let mut totals = CallSums::default();
    for call in records {
        let status = call
            .analysis
            .as_ref()
            .map(|analysis| analysis.status.as_str());
        for sums in [
            &mut totals,
            &mut series[question.buckets.at(began(call)).unwrap()],
        ] {
            sums.calls += 1;
            sums.finished += i64::from(call.finished);
            sums.analysed += i64::from(status == Some("completed"));
            sums.analysis_failed += i64::from(status == Some("failed"));
            if let Some(seconds) = call.duration_seconds {
                sums.with_duration += 1;
                #[expect(clippy::cast_possible_truncation, reason = "some seconds")]
                let us = (seconds * 1e6).round() as i64;
                sums.duration_us += us;
            }
        }
    }
    CallStatistics {
        totals,
        series,
        served_by: ServedBy::Scan,
    }
}

fn first_calls(records: &[CallRecord], question: &Question) -> BTreeMap<String, Timestamp> {
    let mut first = BTreeMap::new();
    for call in records {
        if answers_of(call, question).next().is_some() {
            let at = first
                .entry(call.version_id.clone().unwrap())
                .or_insert(began(call));
            *at = began(call).min(*at);
        }
    }
    first
}

fn answers_of<'a>(
    call: &'a CallRecord,
    question: &'a Question,
) -> impl Iterator<Item = &'a AnswerRecord> {
    let answers = call.analysis.iter().flat_map(|analysis| &analysis.answers);
    answers.filter(|answer| {
        question.identifiers.is_empty() || question.identifiers.contains(&answer.identifier)
    })
}

/// Everything that is told of metrics, counted answer by answer.
fn counted(records: &[CallRecord], question: &Question) -> MetricStatistics {
    let mut by_metric: BTreeMap<(&str, &str), Vec<(&CallRecord, &AnswerRecord)>> = BTreeMap::new();
    for call in records {
        for answer in answers_of(call, question) {
            let name = (answer.identifier.as_str(), answer.kind.name());
            by_metric.entry(name).or_default().push((call, answer));
        }
    }
    let metrics = by_metric.into_iter().map(|((identifier, kind), answers)| {
        let kind = MetricType::from_name(kind).unwrap();
        let values = values(kind, &answers, question.buckets.zone());
        let all: Vec<&AnswerRecord> = answers.iter().map(|(_, answer)| *answer).collect();
        let point = point(&all, &values);
        let mut histogram = [0; 10];
        for answer in all
            .iter()
            .filter(|answer| answer.status == Status::Answered)
        {
            histogram[usize::try_from(millionths(answer) / 100_000)
                .unwrap()
                .min(9)] += 1;
        }
        let series = (0..question.buckets.len()).map(|bucket| {
            let within = answers
                .iter()
                .filter(|(call, _)| question.buckets.at(began(call)) == Some(bucket));
            self::point(
                &within.map(|(_, answer)| *answer).collect::<Vec<_>>(),
                &values,
            )
        });
        MetricFigures {
            identifier: identifier.to_owned(),
            kind,
            answered: point.answered,
            not_mentioned: point.not_mentioned,
            failed: point.failed,
            confidence: point.confidence,
            histogram,
            series: series.collect(),
            values,
        }
    });
    MetricStatistics {
        metrics: metrics.collect(),
        versions: Vec::new(),
        served_by: ServedBy::Scan,
    }
}

fn millionths(answer: &AnswerRecord) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "up to a million")]
    let millionths = (answer.confidence * 1e6 + 0.5).floor() as i64;
    millionths
}

#[expect(clippy::cast_precision_loss, reason = "as the store does it")]
fn point(answers: &[&AnswerRecord], values: &Values) -> MetricPoint {
    let of = |status| answers.iter().filter(move |answer| answer.status == status);
    let count = |status| of(status).count() as i64;
    let answered = count(Status::Answered);
    let confidence: i64 = of(Status::Answered).map(|answer| millionths(answer)).sum();
    let whole: Vec<i128> = of(Status::Answered)
        .filter_map(|answer| match answer.value {
            Some(Value::Integer(value)) => Some(i128::from(value)),
            _ => None,
        })
        .collect();
    let shown: Vec<(Shown, Value)> = match values {
        Values::Boolean(..) => [true, false]
            .map(|value| (Shown::Boolean(value), Value::Boolean(value)))
            .into(),
        Values::Enum(choices) => choices
            .iter()
            .map(|(text, _)| (Shown::Text(text.clone()), Value::Text(text.clone())))
            .collect(),
        _ => Vec::new(),
    };
    MetricPoint {
        answered,
        not_mentioned: count(Status::NotMentioned),
        failed: count(Status::Failed),
        confidence: (answered > 0).then(|| confidence as f64 / answered as f64 / 1e6),
        values: shown
            .into_iter()
            .map(|(shown, value)| {
                let these = answers
                    .iter()
                    .filter(|answer| answer.value == Some(value.clone()));
                (shown, these.count() as i64)
            })
            .filter(|(_, count)| *count > 0)
            .collect(),
        mean: (!whole.is_empty()).then(|| whole.iter().sum::<i128>() as f64 / whole.len() as f64),
    }
}

fn values(kind: MetricType, answers: &[(&CallRecord, &AnswerRecord)], zone: &TimeZone) -> Values {
    let boolean = |wanted| {
        let found = answers
            .iter()
            .filter(|(_, answer)| answer.value == Some(Value::Boolean(wanted)));
        found.count() as i64
    };
    let texts = || {
        answers
            .iter()
            .filter_map(|(call, answer)| match &answer.value {
                Some(Value::Text(text)) => Some((
                    text.clone(),
                    began(call).as_microsecond().div_euclid(900_000_000),
                )),
                _ => None,
            })
    };
    match kind {
        MetricType::Boolean => Values::Boolean(boolean(true), boolean(false)),
        MetricType::Enum | MetricType::String => {
            let mut heard: BTreeMap<String, (i64, i64)> = BTreeMap::new();
            for (text, quarter) in texts() {
                let (count, last) = heard.entry(text).or_insert((0, quarter));
                *count += 1;
                *last = quarter.max(*last);
            }
            let distinct = heard.len() as i64;
            let mut told: Vec<(String, (i64, i64))> = heard.into_iter().collect();
            if kind == MetricType::Enum {
                told.sort_by_key(|(_, (count, _))| -count);
            } else {
                told.sort_by_key(|(_, (count, last))| (-count, -last));
                told.truncate(20);
            }
            let told = told.into_iter().map(|(text, (count, _))| (text, count));
            match kind {
                MetricType::Enum => Values::Enum(told.collect()),
                _ => Values::String(told.collect(), distinct),
            }
        }
        MetricType::Integer => {
            let mut numbers: BTreeMap<i64, i64> = BTreeMap::new();
            for (_, answer) in answers {
                if let Some(Value::Integer(value)) = answer.value {
                    *numbers.entry(value).or_default() += 1;
                }
            }
            let sum: i128 = numbers
                .iter()
                .map(|(n, c)| i128::from(*n) * i128::from(*c))
                .sum();
            let count: i64 = numbers.values().sum();
            #[expect(clippy::cast_precision_loss, reason = "as the store does it")]
            Values::Integer((count > 0).then(|| Spread {
                mean: sum as f64 / count as f64,
                min: *numbers.first_key_value().unwrap().0,
                max: *numbers.last_key_value().unwrap().0,
                sum,
                steps: steps(&numbers),
            }))
        }
        MetricType::Datetime => {
            let mut days = BTreeMap::new();
            for time in answers.iter().filter_map(|(_, answer)| answer.time) {
                *days.entry(time.to_zoned(zone.clone()).date()).or_insert(0) += 1;
            }
            Values::Datetime(days.into_iter().collect())
        }
    }
}

/// Every call that there is, from sums.
fn everything() -> Question {
    Question {
        filter: CallFilter::default(),
        buckets: buckets(
            "Europe/Berlin",
            BucketUnit::Day,
            "2026-02-20T00:00:00Z",
            "2026-03-10T00:00:00Z",
        ),
        identifiers: Vec::new(),
        scan: false,
    }
}

async fn some_calls(store: &Store, number: usize) {
    let agent = agent(store).await;
    for call in 0..number {
        sent(store, &agent, &format!("c-{call}")).await;
        finish(
            store,
            "internal",
            json!({"csat": call % 4, "resolved": call % 3 == 0, "why": format!("reason {}", call % 5)}),
        )
        .await;
    }
}

async fn two_nodes_add_up_at_once(db: TestDb) {
    some_calls(&db.store, 30).await;
    let other = db.another_store().await;
    let everything = everything();
    let before = db.store.metric_statistics(&everything).await.unwrap();
    assert_eq!(before.served_by, ServedBy::Rollup);
    assert_eq!(before.metrics.len(), 3);
    assert_eq!(before.metrics[0].answered, 30);
    let mut folded = 0;
    for _ in 0..200 {
        let (a, b, seen) = tokio::join!(
            db.store.fold_statistics(3),
            other.fold_statistics(3),
            other.metric_statistics(&everything)
        );
        assert_eq!(seen.unwrap(), before);
        folded += a.unwrap() + b.unwrap();
    }
    // One for each call, and one for its analysis.
    assert_eq!(folded, 60);
    assert_eq!(
        db.store.metric_statistics(&everything).await.unwrap(),
        before
    );
    assert!(agree(&db.store, &everything).await);
}

/// As when the process is killed: whatever was begun is rolled back.
async fn adding_up_that_is_cut_off_loses_nothing(db: TestDb) {
    some_calls(&db.store, 8).await;
    let before = db.store.metric_statistics(&everything()).await.unwrap();
    let mut whole = 0;
    for turns in 0..400 {
        let cut = async {
            for _ in 0..turns {
                tokio::time::sleep(std::time::Duration::from_micros(50)).await;
            }
        };
        tokio::select! {
            biased;
            () = cut => {}
            folded = db.store.fold_statistics(2) => whole += folded.unwrap(),
        }
        let after = db.store.metric_statistics(&everything()).await.unwrap();
        assert_eq!(after, before, "{turns}");
    }
    while db.store.fold_statistics(2).await.unwrap() > 0 {}
    assert!(whole <= 16);
    assert!(agree(&db.store, &everything()).await);
}

/// Where the only connection stays in a transaction, the next one cannot begin as it has to.
async fn a_beginning_that_is_cut_off_leaves_none_open(db: TestDb) {
    let known = agent(&db.store).await;
    let one = PoolOptions {
        max_connections: 1,
        ..PoolOptions::default()
    };
    let random = Arc::new(SeededRandom::new(3));
    let store = Store::connect(&db.url, db.clock.clone(), random, one)
        .await
        .unwrap();
    for polls in 0..40 {
        cut(polls, agent(&store)).await;
        store.agent(&known.id).await.unwrap();
        store.call_statistics(&everything()).await.unwrap();
    }
}

/// Goes on so many times at most, then drops what has not ended.
async fn cut<T>(times: usize, work: impl Future<Output = T>) {
    let (mut left, mut work) = (times, pin!(work));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Pending if left > 0 => {
            left -= 1;
            Poll::Pending
        }
        _ => Poll::Ready(()),
    })
    .await;
}

async fn what_was_there_before_is_counted_once(db: TestDb) {
    some_calls(&db.store, 12).await;
    db.store.fold_statistics(5).await.unwrap();
    let before = db.store.metric_statistics(&everything()).await.unwrap();
    let calls = db.store.call_statistics(&everything()).await.unwrap();
    assert_eq!(calls.totals.analysed, 12);
    db.execute(
        "DELETE FROM seaql_migrations WHERE version IN ('0005_statistics', '0010_facts', '0011_postgresql');
         DROP TABLE statistics_calls; DROP TABLE statistics_metrics; DROP TABLE statistics_deltas;
         DROP INDEX calls_created; DROP INDEX calls_agent_created; DROP INDEX calls_began;
         ALTER TABLE calls DROP COLUMN answer_lines; ALTER TABLE calls DROP COLUMN search_text;
         CREATE INDEX calls_began ON calls (COALESCE(started_at, created_at));
         CREATE INDEX calls_created ON calls (created_at, id);
         CREATE INDEX calls_agent_created ON calls (agent_id, created_at, id)",
    )
    .await;
    assert_eq!(
        db.store.migrate().await.unwrap(),
        ["0005_statistics", "0010_facts", "0011_postgresql"]
    );
    assert_eq!(db.store.fold_statistics(10).await.unwrap(), 0);
    assert_eq!(
        db.store.metric_statistics(&everything()).await.unwrap(),
        before
    );
    assert_eq!(
        db.store.call_statistics(&everything()).await.unwrap(),
        calls
    );
    // A call of before that goes away is taken off what was counted.
    db.store.delete_call("c-3").await.unwrap();
    assert!(agree(&db.store, &everything()).await);
    let calls = db.store.call_statistics(&everything()).await.unwrap();
    assert_eq!(calls.totals.analysed, 11);
}

async fn most_texts_are_told_and_all_are_counted(db: TestDb) {
    let agent = agent(&db.store).await;
    for call in 0..45 {
        sent(&db.store, &agent, &format!("c-{call}")).await;
        let why = if call % 9 == 0 {
            "often".to_owned()
        } else {
            format!("once {call:02}")
        };
        finish(&db.store, "internal", json!({"why": why})).await;
        if call % 7 == 0 {
            db.clock.advance(SignedDuration::from_mins(20));
        }
    }
    assert!(agree(&db.store, &everything()).await);
    let found = db.store.metric_statistics(&everything()).await.unwrap();
    let Values::String(texts, distinct) = &found.metrics[0].values else {
        panic!("{found:?}");
    };
    assert_eq!(*distinct, 41);
    assert_eq!(texts.len(), 20);
    assert_eq!(texts[0], ("often".to_owned(), 5));
    // The last were heard last.
    assert_eq!(texts[1], ("once 43".to_owned(), 1));
    let told: BTreeSet<&String> = texts.iter().map(|(text, _)| text).collect();
    assert_eq!(told.len(), 20);
}
