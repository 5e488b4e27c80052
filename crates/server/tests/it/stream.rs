//! A stream of calls, one a line.

use aftercall_server::Settings;
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Server, finished, send};

on_both!(
    every_line_is_answered_in_order,
    thousands_of_lines_are_taken,
    a_stream_ends_at_its_limit
);

async fn stream(server: &Server, body: Vec<u8>) -> Answer {
    let request = server.as_admin("POST", "/v1/calls");
    send(
        request
            .header("content-type", "application/x-ndjson")
            .body(body),
    )
    .await
}

fn lines(answer: &Answer) -> Vec<Json> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    answer
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn every_line_is_answered_in_order(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let good = finished("c-1", &agent).to_string();
    let other = finished("c-1", &agent).to_string().replace("late", "here");
    let no_agent = finished("c-2", &"0".repeat(24)).to_string();
    let last = finished("c-3", &agent).to_string();
    let mut body =
        format!("{good}\n\n{{\"agentId\":\n{good}\r\n{other}\n{no_agent}\n").into_bytes();
    body.extend_from_slice(b"{\"callId\":\"\xff\"}\n");
    body.extend_from_slice(last.as_bytes());
    let answers = lines(&stream(&server, body).await);
    let told: Vec<(u64, u64)> = answers
        .iter()
        .map(|answer| {
            (
                answer["line"].as_u64().unwrap(),
                answer["status"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, 201),
            (3, 400),
            (4, 200),
            (5, 409),
            (6, 422),
            (7, 400),
            (8, 201)
        ]
    );
    assert_eq!(answers[0]["callId"], "c-1");
    assert_eq!(answers[0]["outcome"], "created");
    assert_eq!(answers[2]["outcome"], "unchanged");
    assert_eq!(answers[3]["problem"]["differs"], json!(["transcript[1]"]));
    assert_eq!(answers[4]["problem"]["errors"][0]["field"], "agentId");
    assert!(answers[0].get("problem").is_none());
    assert_eq!(
        server.get("/v1/calls").await.with(200)["calls"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

async fn thousands_of_lines_are_taken(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let body: String = (0..2_000)
        .map(|n| finished(&format!("c-{n}"), &agent).to_string() + "\n")
        .collect();
    let answers = lines(&stream(&server, body.into_bytes()).await);
    assert_eq!(answers.len(), 2_000);
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer["callId"], format!("c-{n}"));
        assert_eq!(answer["status"], 201);
    }
    let jobs = server.get("/v1/jobs?state=queued&limit=1").await.with(200);
    assert_eq!(jobs["total"], 2_000);
}

async fn a_stream_ends_at_its_limit(db: TestDb) {
    let mut settings = Settings::default();
    settings.limits.max_stream_lines = 2;
    settings.limits.max_call_bytes = 2_000;
    let server = Server::with(db, settings).await;
    let agent = server.agent("a").await;
    let line = |n: u32| finished(&format!("c-{n}"), &agent).to_string();
    let body = format!(
        "{}\n{}\n{}\n{}\n",
        line(1),
        "x".repeat(5_000),
        line(2),
        line(3)
    );
    let answers = lines(&stream(&server, body.into_bytes()).await);
    let statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer["status"].clone())
        .collect();
    assert_eq!(statuses, [json!(201), json!(413), json!(422)]);
    assert!(
        answers[2]["problem"]["detail"]
            .as_str()
            .unwrap()
            .contains("at most 2 lines")
    );
    server.get("/v1/calls/c-2").await.with(404);
}
