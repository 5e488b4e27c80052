//! Calls come in, are read, and are forgotten.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::json;

use crate::support::{Server, finished, send};

on_both!(
    a_call_is_kept_as_it_came,
    the_same_call_again_changes_nothing,
    other_content_of_a_finished_call_is_a_conflict,
    a_later_body_completes_a_call,
    a_call_without_an_id_gets_one,
    a_version_can_be_chosen,
    a_forgotten_call_is_gone,
    ids_with_every_letter_are_found,
);

async fn a_call_is_kept_as_it_came(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let mut call = finished("c-1", &agent);
    call["variables"] = json!({ "plan": "gold", "n": 1.5 });
    call["disconnectionReason"] = json!("user_hangup");
    call["duration"] = json!(31.5);
    call["isTest"] = json!(true);
    let answer = server.call(&call).await;
    let accepted = answer.with(201);
    assert_eq!(accepted["outcome"], "created");
    assert_eq!(accepted["finished"], true);
    assert_eq!(answer.header("location"), "/v1/calls/c-1");

    let read = server.get("/v1/calls/c-1").await.with(200);
    for field in [
        "callId",
        "agentId",
        "type",
        "status",
        "from",
        "variables",
        "isTest",
    ] {
        assert_eq!(read[field], call[field], "{field}");
    }
    assert_eq!(read["startedAt"], "2026-03-01T09:00:00.000Z");
    assert_eq!(read["durationSeconds"], 31.5);
    assert_eq!(read["disconnectionReason"], "user_hangup");
    assert_eq!(
        read["transcript"][1],
        json!({
            "turn": 2, "role": "user", "content": "My parcel is late.", "start": null, "end": null,
        })
    );
    assert_eq!(read["analyses"], json!([]));
    assert_eq!(read["versionId"], accepted["versionId"]);
    assert!(read["versionId"].is_string());
    // The server's own id leads to it too.
    let by_id = server
        .get(&format!("/v1/calls/{}", accepted["id"].as_str().unwrap()))
        .await;
    assert_eq!(by_id.with(200), read);
    let jobs = server.get("/v1/jobs?callId=c-1").await.with(200);
    assert_eq!(jobs["total"], 1);
    assert_eq!(jobs["jobs"][0]["state"], "queued");
}

async fn the_same_call_again_changes_nothing(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let call = finished("c-1", &agent);
    let first = server.call(&call).await.with(201);
    let second = server.call(&call).await.with(200);
    assert_eq!(second["outcome"], "unchanged");
    assert_eq!(second["id"], first["id"]);
    assert_eq!(server.get("/v1/jobs").await.with(200)["total"], 1);
}

async fn other_content_of_a_finished_call_is_a_conflict(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let other = server.agent("b").await;
    server.call(&finished("c-1", &agent)).await.with(201);
    let before = server.get("/v1/calls/c-1").await.json();

    let mut changed = finished("c-1", &agent);
    changed["transcript"][1]["content"] = json!("It came.");
    let answer = server.call(&changed).await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.with(409);
    assert_eq!(problem["type"], "/v1/docs#problem-call-conflict");
    assert_eq!(problem["differs"], json!(["transcript[1]"]));

    let problem = server.call(&finished("c-1", &other)).await.with(409);
    assert!(
        problem["differs"].to_string().contains("agentId"),
        "{problem}"
    );
    assert_eq!(server.get("/v1/calls/c-1").await.json(), before);
}

async fn a_later_body_completes_a_call(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let begun =
        json!({ "callId": "c-1", "agentId": agent, "status": "in_progress", "transcript": [] });
    let accepted = server.call(&begun).await.with(201);
    assert_eq!(accepted["finished"], false);
    assert_eq!(server.get("/v1/jobs").await.with(200)["total"], 0);
    let again = server.post("/v1/calls/c-1/analyses", &json!({})).await;
    assert_eq!(again.status, 409, "{}", again.text);

    let completed = server.call(&finished("c-1", &agent)).await.with(200);
    assert_eq!(completed["outcome"], "completed");
    assert_eq!(completed["finished"], true);
    assert_eq!(server.get("/v1/jobs").await.with(200)["total"], 1);
}

async fn a_call_without_an_id_gets_one(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let call = json!({ "agentId": agent, "transcript": [{ "role": "user", "content": "hi" }] });
    let first = server.call(&call).await.with(201);
    let second = server.call(&call).await.with(201);
    assert_ne!(first["callId"], second["callId"]);
    assert!(
        first["callId"]
            .as_str()
            .unwrap()
            .starts_with("CALL-1772355600000-"),
        "{first}"
    );
}

async fn a_version_can_be_chosen(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let first = server
        .get(&format!("/atoms/v1/agent/{agent}"))
        .await
        .with(200)["data"]["activeVersionId"]
        .clone();
    let metrics = json!({ "dispositionMetrics": [
        { "identifier": "x", "dispositionMetricPrompt": "x?", "dispositionMetricType": "BOOLEAN" },
    ] });
    let path = format!("/atoms/v1/agent/{agent}/post-call-analytics");
    let published = server.post(&path, &metrics).await;
    assert!(published.status < 300, "{}", published.text);

    let newest = server.call(&finished("c-1", &agent)).await.with(201);
    assert_ne!(newest["versionId"], first);
    let mut call = finished("c-2", &agent);
    call["versionId"] = first.clone();
    assert_eq!(server.call(&call).await.with(201)["versionId"], first);
    let mut call = finished("c-3", &agent);
    call["versionId"] = json!("0".repeat(24));
    let problem = server.call(&call).await.with(422);
    assert_eq!(problem["errors"][0]["field"], "versionId");
}

async fn a_forgotten_call_is_gone(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    server.call(&finished("c-1", &agent)).await.with(201);
    let forgotten = server.delete("/v1/calls/c-1").await;
    assert_eq!((forgotten.status, forgotten.text.as_str()), (204, ""));
    server.get("/v1/calls/c-1").await.with(404);
    server.delete("/v1/calls/c-1").await.with(404);
    assert_eq!(server.get("/v1/jobs").await.with(200)["total"], 0);
    // Its id is free again.
    server.call(&finished("c-1", &agent)).await.with(201);
}

async fn ids_with_every_letter_are_found(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let id = "a/b?c#d %é..";
    let answer = server.call(&finished(id, &agent)).await;
    answer.with(201);
    let location = answer.header("location");
    let read = send(server.as_admin("GET", location)).await;
    assert_eq!(read.with(200)["callId"], id);
}
