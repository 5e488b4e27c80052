//! A call is analysed again, and jobs are begun anew.

use aftercall_store::jobs::Failure;
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Server, finished};

on_both!(
    a_call_is_analysed_again,
    jobs_are_cancelled_and_begun_anew,
    a_call_says_at_once_why_it_has_no_analysis,
);

async fn a_call_is_analysed_again(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    server.call(&finished("c-1", &agent)).await.with(201);
    let first = server.get("/v1/jobs").await.with(200)["jobs"][0].clone();
    // The same waits already.
    let job = server
        .post("/v1/calls/c-1/analyses", &json!({}))
        .await
        .with(202);
    assert_eq!(job["id"], first["id"]);
    assert_eq!(job["callId"], "c-1");

    server
        .post("/v1/calls/none/analyses", &json!({}))
        .await
        .with(404);
    server
        .post(
            "/v1/calls/c-1/analyses",
            &json!({ "versionId": "0".repeat(24) }),
        )
        .await
        .with(404);
    let problem = server
        .post("/v1/calls/c-1/analyses", &json!({ "versionId": 7 }))
        .await
        .with(422);
    assert_eq!(problem["errors"][0]["field"], "versionId");
    let problem = server
        .post("/v1/calls/c-1/analyses", &json!({ "version": "x" }))
        .await
        .with(422);
    assert_eq!(problem["errors"][0]["field"], "version");
    assert_eq!(server.get("/v1/jobs").await.with(200)["total"], 1);
}

async fn jobs_are_cancelled_and_begun_anew(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    server.call(&finished("c-1", &agent)).await.with(201);
    let job = server.get("/v1/jobs").await.with(200)["jobs"][0].clone();
    let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(server.get(&path).await.with(200), job);

    server
        .post(&format!("{path}/retry"), &json!({}))
        .await
        .with(409);
    let cancelled = server
        .post(&format!("{path}/cancel"), &json!({}))
        .await
        .with(200);
    assert_eq!(cancelled["state"], "cancelled");
    server
        .post(&format!("{path}/cancel"), &json!({}))
        .await
        .with(409);
    let queued = server
        .post(&format!("{path}/retry"), &json!({}))
        .await
        .with(200);
    assert_eq!(queued["state"], "queued");
    assert_eq!(queued["attempts"], 0);

    for (query, total) in [
        ("state=queued", 1),
        ("state=dead,done", 0),
        ("slot=internal", 1),
        ("callId=x", 0),
    ] {
        let page = server.get(&format!("/v1/jobs?{query}")).await.with(200);
        assert_eq!(page["total"], total, "{query}");
    }
    server.get("/v1/jobs?state=lost").await.with(400);
    let unknown = "/v1/jobs/000000000000000000000000";
    server.get(unknown).await.with(404);
    server
        .post(&format!("{unknown}/retry"), &json!({}))
        .await
        .with(404);
    server
        .post(&format!("{unknown}/cancel"), &json!({}))
        .await
        .with(404);
}

async fn a_call_says_at_once_why_it_has_no_analysis(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    server.call(&finished("c-1", &agent)).await.with(201);
    let store = &server.db.store;
    let lease = SignedDuration::from_secs(60);
    let claim = async || {
        let slots = ["internal".to_owned()];
        let mut leases = store.claim(&slots, "w", 1, lease, None).await.unwrap();
        leases.remove(0)
    };
    let failure = |retry_at| Failure {
        reason: "no memory".to_owned(),
        retry_at,
        analysis: None,
    };
    let later = store.now() + SignedDuration::from_hours(1);
    store
        .fail(&claim().await, failure(Some(later)))
        .await
        .unwrap();
    let call = server.get("/v1/calls/c-1").await.with(200);
    assert_eq!(call["analyses"], json!([]));
    let job = &call["jobs"][0];
    for (field, value) in [
        ("state", json!("queued")),
        ("attempts", json!(1)),
        ("lastError", json!("no memory")),
        ("runAt", json!("2026-03-01T10:00:00.000Z")),
    ] {
        assert_eq!(job[field], value, "{field}");
    }
    // Whoever has mended the cause need not wait.
    let path = format!("/v1/jobs/{}/retry", job["id"].as_str().unwrap());
    let retried = server.post(&path, &json!({})).await.with(200);
    assert_eq!(retried["runAt"], "2026-03-01T09:00:00.000Z");
    store.fail(&claim().await, failure(None)).await.unwrap();
    let call = server.get("/v1/calls/c-1").await.with(200);
    assert_eq!(call["jobs"], json!([]));
}
