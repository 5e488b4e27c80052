//! Keys: who may ask, and what.

use std::time::Duration;

use aftercall_server::Settings;
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::json;
use tokio::time::timeout;

use crate::support::{Server, finished, send};

/// A wait that no healthy run comes near.
const LONG: Duration = Duration::from_secs(30);

on_both!(
    nobody_gets_in_without_a_key,
    who_sends_much_with_a_wrong_key_sees_the_answer,
    a_role_opens_what_it_should_and_nothing_else,
    a_key_is_made_used_and_revoked,
    a_key_that_asks_too_often_waits,
);

async fn nobody_gets_in_without_a_key(db: TestDb) {
    let server = Server::start(db).await;
    for path in [
        "/atoms/v1/agent",
        "/atoms/v1/no/such/route",
        "/api/v1/agent",
        "/waves/v1/pca",
        "/v1/calls",
        "/v1/x",
    ] {
        for key in [None, Some("sk_wrong"), Some("")] {
            let mut request = server.request("GET", path);
            if let Some(key) = key {
                request = request.bearer_auth(key);
            }
            let answer = send(request).await;
            let body = answer.with(401);
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
            if path.starts_with("/v1") {
                assert_eq!(body["type"], "/v1/docs#problem-key", "{path}");
            } else {
                let expected =
                    json!({ "status": false, "errors": ["Unauthorized: User not found"] });
                assert_eq!(body, expected, "{path}");
            }
        }
    }
}

async fn who_sends_much_with_a_wrong_key_sees_the_answer(db: TestDb) {
    let server = Server::start(db).await;
    let body = "x".repeat(10 * 1024 * 1024);
    let request = server.request("POST", "/v1/calls").bearer_auth("sk_wrong");
    send(request.body(body)).await.with(401);
}

async fn a_role_opens_what_it_should_and_nothing_else(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let call = finished("c-1", &agent).to_string();
    let keys = [
        &server.admin,
        &server.editor,
        &server.viewer,
        &server.intake,
    ];
    for (method, path, body, statuses) in [
        ("GET", "/atoms/v1/agent", "", [200, 200, 200, 403]),
        (
            "POST",
            "/atoms/v1/agent",
            "{\"name\":\"x\"}",
            [201, 201, 403, 403],
        ),
        (
            "POST",
            "/atoms/v1/conversation/search",
            "{\"callIds\":[\"x\"]}",
            [200, 200, 200, 403],
        ),
        ("GET", "/v1/calls", "", [200, 200, 200, 403]),
        ("POST", "/v1/calls", call.as_str(), [201, 200, 403, 200]),
        ("GET", "/v1/jobs", "", [200, 200, 200, 403]),
        (
            "PUT",
            "/atoms/v1/account/update-org-name",
            "{\"name\":\"x\"}",
            [200, 403, 403, 403],
        ),
        ("GET", "/v1/keys", "", [200, 403, 403, 403]),
        (
            "POST",
            "/v1/keys",
            "{\"name\":\"x\",\"role\":\"viewer\"}",
            [201, 403, 403, 403],
        ),
        ("DELETE", "/v1/calls/none", "", [404, 403, 403, 403]),
        (
            "POST",
            "/v1/calls/none/analyses",
            "{}",
            [404, 404, 403, 403],
        ),
    ] {
        for (key, status) in keys.iter().zip(statuses) {
            let answer = send(
                server
                    .request(method, path)
                    .bearer_auth(key)
                    .body(body.to_owned()),
            )
            .await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        }
    }
}

async fn a_key_is_made_used_and_revoked(db: TestDb) {
    let server = Server::start(db).await;
    let made = server
        .post("/v1/keys", &json!({ "name": "reader", "role": "viewer" }))
        .await
        .with(201);
    let (id, secret) = (
        made["key"]["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    assert!(
        secret.starts_with(made["key"]["prefix"].as_str().unwrap()),
        "{made}"
    );
    let ask = async || send(server.request("GET", "/v1/calls").bearer_auth(secret)).await;
    ask().await.with(200);

    // The use is written down beside the request.
    let used = async || loop {
        let list = server.get("/v1/keys").await;
        assert!(!list.text.contains(secret));
        let keys = list.with(200)["keys"].as_array().unwrap().clone();
        let key = keys.iter().find(|key| key["id"] == id).unwrap().clone();
        if !key["lastUsedAt"].is_null() {
            return (keys, key);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let (keys, key) = timeout(LONG, used()).await.unwrap();
    assert_eq!(key["lastUsedAt"], "2026-03-01T09:00:00.000Z");
    assert_eq!(key["revokedAt"], json!(null));

    let path = format!("/v1/keys/{id}");
    assert!(server.delete(&path).await.with(200)["revokedAt"].is_string());
    ask().await.with(401);
    // Once more changes nothing.
    server.delete(&path).await.with(200);
    server
        .delete("/v1/keys/000000000000000000000000")
        .await
        .with(404);
    let own = keys.iter().find(|key| key["role"] == "admin").unwrap();
    server
        .delete(&format!("/v1/keys/{}", own["id"].as_str().unwrap()))
        .await
        .with(409);
    server.get("/v1/keys").await.with(200);
}

async fn a_key_that_asks_too_often_waits(db: TestDb) {
    let mut settings = Settings::default();
    settings.rate.requests_per_second = 1;
    settings.rate.burst = 3;
    let server = Server::with(db, settings).await;
    for _ in 0..3 {
        server.get("/v1/calls").await.with(200);
    }
    let answer = server.get("/v1/calls").await;
    assert_eq!(answer.with(429)["type"], "/v1/docs#problem-rate");
    assert_eq!(answer.header("retry-after"), "1");
    let answer = server.get("/atoms/v1/agent").await;
    let body = answer.with(429);
    assert_eq!(body["code"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(body["retry_after"], 1);
    // Another key is not held up, and neither is who asks for no key's sake.
    send(
        server
            .request("GET", "/v1/calls")
            .bearer_auth(&server.viewer),
    )
    .await
    .with(200);
    send(server.request("GET", "/healthz")).await.with(200);
}
