//! Calls as files: both forms, every format, and what a reader notices when it breaks off.

use aftercall_server::Settings;
use aftercall_server::worker::{Wake, Worker, WorkerSettings};
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::scripted::Script;
use crate::support::{Server, finished, send};

on_both!(
    a_line_says_what_the_list_of_calls_says,
    the_long_form_has_a_line_for_each_answer,
    columns_and_filters_are_chosen,
    a_viewer_may_export_and_intake_may_not,
    what_is_wrong_in_the_query_is_told,
    a_file_that_breaks_off_does_not_end_well,
);

const METRICS: &str = r#"{"dispositionMetrics": [
    {"identifier": "solved", "dispositionMetricPrompt": "Solved?", "dispositionMetricType": "BOOLEAN"},
    {"identifier": "rating", "dispositionMetricPrompt": "Rating?", "dispositionMetricType": "INTEGER"},
    {"identifier": "back_at", "dispositionMetricPrompt": "When?", "dispositionMetricType": "DATETIME"}
]}"#;

/// A server with an agent whose calls `a` and `b` are analysed, and `c` that is not over.
async fn analysed(db: TestDb) -> Server {
    let server = Server::with_analysts(db, free(), Script::default().analysts()).await;
    let agent = server.agent("a").await;
    let metrics: Json = serde_json::from_str(METRICS).unwrap();
    let path = format!("/atoms/v1/agent/{agent}/post-call-analytics");
    assert!(server.post(&path, &metrics).await.status < 300);
    for name in ["a", "b"] {
        server.call(&finished(name, &agent)).await.with(201);
        server.db.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    let mut open = finished("c", &agent);
    open["status"] = json!("in_progress");
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
    server
}

fn free() -> Settings {
    let mut settings = Settings::default();
    settings.rate.requests_per_second = 0;
    settings
}

fn lines(text: &str) -> Vec<Json> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn same_instant(a: &Json, b: &Json) -> bool {
    let read = |text: &Json| {
        text.as_str()
            .map(|text| text.parse::<jiff::Timestamp>().unwrap())
    };
    read(a).map(|at| at.as_millisecond()) == read(b).map(|at| at.as_millisecond())
}

async fn a_line_says_what_the_list_of_calls_says(db: TestDb) {
    let server = analysed(db).await;
    let answer = server.get("/v1/export?format=jsonl&transcripts=true").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.header("cache-control"), "no-store");
    let name = answer.header("content-disposition");
    assert_eq!(
        name,
        "attachment; filename=\"calls-20260301T090002Z.jsonl\""
    );
    let lines = lines(&answer.text);
    let mut calls = server.get("/v1/calls").await.with(200)["calls"].clone();
    calls.as_array_mut().unwrap().reverse();
    assert_eq!(lines.len(), 3);
    for (line, call) in lines.iter().zip(calls.as_array().unwrap()) {
        for name in [
            "callId",
            "id",
            "agentId",
            "versionId",
            "versionNumber",
            "type",
            "status",
            "finished",
            "timezone",
            "from",
            "to",
            "language",
            "recordingUrl",
            "durationSeconds",
            "latencySeconds",
            "disconnectionReason",
            "campaignId",
            "retryOf",
            "isTest",
        ] {
            assert_eq!(line[name], call[name], "{name}");
        }
        for name in ["startedAt", "endedAt", "createdAt", "updatedAt"] {
            assert!(same_instant(&line[name], &call[name]), "{name}");
        }
        let analysis = &call["analysis"];
        assert_eq!(line["analysisId"], analysis["id"]);
        assert_eq!(line["summary"], analysis["summary"]);
        assert_eq!(line["model"], analysis["provenance"]["model"]);
        assert!(same_instant(&line["analysedAt"], &analysis["createdAt"]));
        for metric in analysis["dispositionMetrics"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let column = format!("metric.{}", metric["identifier"].as_str().unwrap());
            assert_eq!(line[&column], metric["value"], "{column}");
            assert_eq!(line[format!("{column}.confidence")], metric["confidence"]);
        }
    }
    assert_eq!(lines[0]["metric.rating"], 4);
    assert_eq!(lines[0]["transcript"][1]["content"], "My parcel is late.");
    assert_eq!(lines[2]["metric.rating"], Json::Null);
    server.stop().await;
}

async fn the_long_form_has_a_line_for_each_answer(db: TestDb) {
    let server = analysed(db).await;
    let answer = server.get("/v1/export?form=long&format=jsonl").await;
    let lines = lines(&answer.text);
    assert_eq!(lines.len(), 6);
    assert!(answer.header("content-disposition").contains("answers-"));
    let first = &lines[0];
    assert_eq!(
        (&first["callId"], &first["metric"]),
        (&json!("a"), &json!("back_at"))
    );
    assert_eq!(first["datetimeValue"], "2026-03-13T15:00:00-04:00");
    assert_eq!(
        (&lines[1]["integerValue"], &lines[1]["confidence"]),
        (&json!(4), &json!(0.75))
    );
    assert_eq!(lines[2]["booleanValue"], true);
    // A file of bytes: only its ends are looked at here.
    let path = format!(
        "http://{}/v1/export?form=long&format=parquet",
        server.address
    );
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = client
        .get(path)
        .bearer_auth(&server.viewer)
        .send()
        .await
        .unwrap();
    let media_type = response.headers()["content-type"].clone();
    assert_eq!(media_type, "application/vnd.apache.parquet");
    let bytes = response.bytes().await.unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    server.stop().await;
}

async fn columns_and_filters_are_chosen(db: TestDb) {
    let server = analysed(db).await;
    let path =
        "/v1/export?columns=metric.rating,callId,metric.none&analysed=true&metric.rating.gt=3";
    let answer = server.get(path).await;
    assert_eq!(
        answer.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(answer.text, "metric.rating,callId\n4,a\n4,b\n");
    let answer = server
        .get("/v1/export?columns=callId&metric.rating.gt=4")
        .await;
    assert_eq!(answer.text, "callId\n");
    server.stop().await;
}

async fn a_viewer_may_export_and_intake_may_not(db: TestDb) {
    let server = Server::start(db).await;
    for (key, status) in [
        (&server.viewer, 200),
        (&server.editor, 200),
        (&server.intake, 403),
    ] {
        let request = server
            .request("GET", "/v1/export?columns=callId")
            .bearer_auth(key);
        assert_eq!(send(request).await.status, status);
    }
    assert_eq!(send(server.request("GET", "/v1/export")).await.status, 401);
    server.stop().await;
}

async fn what_is_wrong_in_the_query_is_told(db: TestDb) {
    let server = Server::start(db).await;
    for (query, field) in [
        ("format=xlsx", "format"),
        ("form=tall", "form"),
        ("form=long&transcripts=true", "transcripts"),
        ("columns=callID", "columns"),
        ("columns=", "columns"),
        ("columns=transcript", "columns"),
        ("limit=3", "limit"),
        ("isTest=maybe", "isTest"),
        ("metric.csat.lt=x", "metric.csat.lt"),
    ] {
        let problem = server.get(&format!("/v1/export?{query}")).await.with(400);
        assert_eq!(problem["errors"][0]["field"], field, "{query}: {problem}");
    }
    server.stop().await;
}

async fn a_file_that_breaks_off_does_not_end_well(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let calls: Vec<String> = (0..1500)
        .map(|n| finished(&format!("c-{n}"), &agent).to_string())
        .collect();
    let request = server.as_admin("POST", "/v1/calls");
    let request = request
        .header("content-type", "application/x-ndjson")
        .body(calls.join("\n"));
    assert_eq!(send(request).await.status, 200);
    let broken = "UPDATE calls SET updated_at = 9223372036854775807 WHERE call_id = 'c-1499'";
    server.db.execute(broken).await;
    for format in ["csv", "jsonl", "parquet"] {
        let request = server.as_admin("GET", &format!("/v1/export?format={format}"));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.bytes().await.is_err(), "{format}");
    }
    server.stop().await;
}
