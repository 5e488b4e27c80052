//! Figures for charts: what they say, that their marks lead to the calls they count, and what is refused.

use aftercall_server::Settings;
use aftercall_server::worker::{Wake, Worker, WorkerSettings};
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::scripted::Script;
use crate::support::{Server, finished, send};

on_both!(
    calls_are_counted_by_local_days,
    answers_are_counted_by_metric,
    every_mark_leads_to_its_calls,
    what_cannot_be_summed_is_scanned_with_the_same_result,
    a_viewer_may_look_and_intake_may_not,
    what_is_wrong_in_the_query_is_told,
);

const METRICS: &str = r#"{"dispositionMetrics": [
    {"identifier": "solved", "dispositionMetricPrompt": "Solved?", "dispositionMetricType": "BOOLEAN"},
    {"identifier": "rating", "dispositionMetricPrompt": "Rating?", "dispositionMetricType": "INTEGER"},
    {"identifier": "end", "dispositionMetricPrompt": "How?", "dispositionMetricType": "ENUM", "choices": ["good", "bad"]},
    {"identifier": "why", "dispositionMetricPrompt": "Why?", "dispositionMetricType": "STRING"},
    {"identifier": "back_at", "dispositionMetricPrompt": "When?", "dispositionMetricType": "DATETIME"}
]}"#;

/// A server with three analysed calls, of the evening of 1 March in Berlin and the next morning, and one that goes on.
async fn analysed(db: TestDb) -> (Server, String) {
    let mut settings = Settings::default();
    settings.rate.requests_per_second = 0;
    let server = Server::with_analysts(db, settings, Script::default().analysts()).await;
    let agent = server.agent("a").await;
    let metrics: Json = serde_json::from_str(METRICS).unwrap();
    let path = format!("/atoms/v1/agent/{agent}/post-call-analytics");
    assert!(server.post(&path, &metrics).await.status < 300);
    for (name, start, duration) in [
        ("a", "2026-03-01T22:30:00Z", json!(30)),
        ("b", "2026-03-01T23:00:00Z", json!(60.5)),
        ("c", "2026-03-02T08:07:00Z", json!(null)),
    ] {
        let mut call = finished(name, &agent);
        call["startedAt"] = start.into();
        call["duration"] = duration;
        server.call(&call).await.with(201);
    }
    let mut open = finished("d", &agent);
    open["status"] = json!("in_progress");
    open["startedAt"] = "2026-03-02T09:00:00Z".into();
    server.call(&open).await.with(201);
    let stop = CancellationToken::new();
    let worker = Worker::new(
        server.db.store.clone(),
        Script::default().analysts(),
        WorkerSettings::default(),
        Wake::default(),
    );
    let task = tokio::spawn(worker.run(stop.clone()));
    while !server.db.store.job_counts().await.unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    stop.cancel();
    task.await.unwrap().unwrap();
    server.db.clock.advance(SignedDuration::from_hours(30));
    (server, agent)
}

const DAYS: &str = "timezone=Europe/Berlin&from=2026-02-28T23:00:00Z&to=2026-03-03T23:00:00Z";

async fn calls_are_counted_by_local_days(db: TestDb) {
    let (server, agent) = analysed(db).await;
    let found = server
        .get(&format!("/v1/statistics/calls?{DAYS}"))
        .await
        .with(200);
    let calls = |calls: u64, finished: u64, with_duration: u64, sum: f64, mean: Json| {
        json!({
            "calls": calls, "finished": finished, "analysed": finished, "analysisFailed": 0,
            "withDuration": with_duration, "durationSeconds": { "sum": sum, "mean": mean },
        })
    };
    let bucket = |start: &str, end: &str, mut figures: Json| {
        figures["start"] = start.into();
        figures["end"] = end.into();
        figures
    };
    let (first, second, third, fourth) = (
        "2026-03-01T00:00:00+01:00",
        "2026-03-02T00:00:00+01:00",
        "2026-03-03T00:00:00+01:00",
        "2026-03-04T00:00:00+01:00",
    );
    assert_eq!(found["totals"], calls(4, 3, 2, 90.5, json!(45.25)));
    assert_eq!(
        found["series"],
        json!([
            bucket(first, second, calls(1, 1, 1, 30.0, json!(30.0))),
            bucket(second, third, calls(3, 2, 1, 60.5, json!(60.5))),
            bucket(third, fourth, calls(0, 0, 0, 0.0, json!(null))),
        ])
    );
    assert_eq!(found["servedBy"], "rollup");
    assert_eq!(found["timezone"], "Europe/Berlin");
    assert_eq!(found["bucket"], "day");
    assert_eq!(found["from"], "2026-02-28T23:00:00.000Z");
    // Without a period it is that of the last 30 days.
    let found = server
        .get(&format!("/v1/statistics/calls?agentId={agent}"))
        .await
        .with(200);
    assert_eq!(found["to"], "2026-03-02T15:00:00.000Z");
    assert_eq!(found["from"], "2026-01-31T15:00:00.000Z");
    assert_eq!(found["series"].as_array().unwrap().len(), 31);
    assert_eq!(found["totals"]["calls"], 4);
    let other = server
        .get("/v1/statistics/calls?agentId=nobody")
        .await
        .with(200);
    assert_eq!(other["totals"]["calls"], 0);
}

async fn answers_are_counted_by_metric(db: TestDb) {
    let (server, agent) = analysed(db).await;
    let found = server
        .get(&format!("/v1/statistics/metrics?{DAYS}&bucket=week"))
        .await
        .with(200);
    let names: Vec<&str> = found["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| metric["identifier"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["back_at", "end", "rating", "solved", "why"]);
    for metric in found["metrics"].as_array().unwrap() {
        assert_eq!(
            metric["counts"],
            json!({ "answered": 3, "notMentioned": 0, "failed": 0 })
        );
        assert_eq!(
            metric["confidence"],
            json!({ "mean": 0.75, "histogram": [0, 0, 0, 0, 0, 0, 0, 3, 0, 0] })
        );
        // The first of March was a Sunday.
        assert_eq!(metric["series"].as_array().unwrap().len(), 2);
        assert_eq!(metric["series"][0]["answered"], 1);
        assert_eq!(metric["series"][1]["answered"], 2);
        assert_eq!(metric["series"][1]["start"], "2026-03-02T00:00:00+01:00");
    }
    let call = server.get("/v1/calls/a").await.with(200);
    let answered = call["analyses"][0]["dispositionMetrics"]
        .as_array()
        .unwrap();
    let value = |identifier: &str| {
        let is_it = |answer: &&Json| answer["identifier"] == identifier;
        answered.iter().find(is_it).unwrap()["value"].clone()
    };
    let [back_at, end, rating, solved, why] = [0, 1, 2, 3, 4].map(|n| &found["metrics"][n]);
    assert_eq!(
        end["values"],
        json!([{ "value": value("end"), "count": 3 }])
    );
    assert_eq!(
        end["series"][1]["values"],
        json!([{ "value": value("end"), "count": 2 }])
    );
    assert_eq!(
        why["values"],
        json!([{ "value": value("why"), "count": 3 }])
    );
    assert_eq!(why["distinct"], 1);
    assert!(why["series"][0]["values"].is_null());
    let number = value("rating").as_i64().unwrap();
    assert_eq!(
        rating["number"],
        json!({
            "mean": number as f64, "min": number, "max": number, "sum": 3 * number,
            "histogram": [{ "from": number, "to": number, "count": 3 }],
        })
    );
    assert_eq!(rating["series"][0]["mean"], number as f64);
    let yes = if value("solved") == json!(true) { 3 } else { 0 };
    assert_eq!(
        solved["values"],
        json!([{ "value": true, "count": yes }, { "value": false, "count": 3 - yes }])
    );
    assert_eq!(back_at["days"].as_array().unwrap().len(), 1);
    assert_eq!(back_at["days"][0]["count"], 3);
    let versions = found["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0]["agentId"], agent.as_str());
    assert_eq!(versions[0]["firstCallAt"], "2026-03-01T22:30:00.000Z");
    assert_eq!(versions[0]["versionId"], call["versionId"]);
    assert_eq!(versions[0]["number"], call["versionNumber"]);
    let some = server
        .get(&format!("/v1/statistics/metrics?{DAYS}&identifier=end,why"))
        .await
        .with(200);
    assert_eq!(some["metrics"].as_array().unwrap().len(), 2);
    assert_eq!(some["servedBy"], "rollup");
}

async fn every_mark_leads_to_its_calls(db: TestDb) {
    let (server, _) = analysed(db).await;
    let path = "/v1/statistics/metrics?identifier=solved&bucket=hour&timezone=Asia/Kathmandu";
    let found = server
        .get(&format!(
            "{path}&from=2026-03-01T22:40:00Z&to=2026-03-02T10:00:00Z"
        ))
        .await
        .with(200);
    let mut seen = 0;
    for bucket in found["metrics"][0]["series"].as_array().unwrap() {
        let at = |name: &str| bucket[name].as_str().unwrap().replace('+', "%2B");
        let mut count = 0;
        for mark in bucket["values"].as_array().unwrap() {
            let calls = format!(
                "/v1/calls?from={}&to={}&metric.solved={}",
                at("start"),
                at("end"),
                mark["value"]
            );
            let calls = server.get(&calls).await.with(200);
            let found = calls["calls"].as_array().unwrap().len();
            assert_eq!(mark["count"], found, "{bucket}");
            count += found;
        }
        assert_eq!(bucket["answered"], count);
        seen += count;
    }
    assert_eq!(seen, 2);
    assert_eq!(
        found["metrics"][0]["series"][0]["start"],
        "2026-03-02T04:25:00+05:45"
    );
}

async fn what_cannot_be_summed_is_scanned_with_the_same_result(db: TestDb) {
    let (server, _) = analysed(db).await;
    for (path, all) in [("calls", "isTest=false"), ("metrics", "type=webcall")] {
        let path = format!("/v1/statistics/{path}?{DAYS}");
        let mut summed = server.get(&path).await.with(200);
        let mut scanned = server.get(&format!("{path}&{all}")).await.with(200);
        assert_eq!(summed["servedBy"].take(), "rollup");
        assert_eq!(scanned["servedBy"].take(), "scan");
        assert_eq!(summed, scanned);
    }
    let none = server
        .get(&format!("/v1/statistics/metrics?{DAYS}&type=chat"))
        .await
        .with(200);
    assert_eq!(none["metrics"], json!([]));
    assert_eq!(none["versions"], json!([]));
}

async fn a_viewer_may_look_and_intake_may_not(db: TestDb) {
    let server = Server::start(db).await;
    for path in ["/v1/statistics/calls", "/v1/statistics/metrics"] {
        for (key, status) in [(&server.viewer, 200), (&server.intake, 403)] {
            let request = server.request("GET", path).bearer_auth(key);
            assert_eq!(send(request).await.status, status, "{path}");
        }
    }
}

async fn what_is_wrong_in_the_query_is_told(db: TestDb) {
    let server = Server::start(db).await;
    for (query, status, field) in [
        ("bucket=minute", 400, "bucket"),
        ("timezone=Middle/Earth", 400, "timezone"),
        ("from=yesterday", 400, "from"),
        ("agent=x", 400, "agent"),
        ("metric.csat.below=3", 400, "metric.csat.below"),
        (
            "from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
            422,
            "from",
        ),
        (
            "from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z",
            422,
            "from",
        ),
        ("from=2027-03-02T00:00:00Z", 422, "from"),
        (
            "bucket=hour&from=2026-01-01T00:00:00Z&to=2026-03-10T00:00:00Z",
            422,
            "bucket",
        ),
        (
            "to=2026-03-02T00:00:00Z&from=0001-01-01T00:00:00Z",
            422,
            "bucket",
        ),
    ] {
        for path in ["calls", "metrics"] {
            let path = format!("/v1/statistics/{path}?{query}");
            let problem = server.get(&path).await.with(status);
            assert_eq!(problem["errors"][0]["field"], field, "{query}: {problem}");
        }
    }
    server
        .get("/v1/statistics/calls?identifier=x")
        .await
        .with(400);
}
