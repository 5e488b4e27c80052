//! Browsers sign in with a key, and do with a cookie what the key may.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Server, send};

on_both!(
    a_session_does_what_its_key_may,
    a_request_that_changes_something_needs_the_second_token,
    a_session_ends,
    who_cannot_read_cannot_sign_in,
);

/// A browser that is signed in.
struct Browser {
    cookie: String,
    csrf: String,
    view: Json,
}

async fn sign_in(server: &Server, key: &str) -> Answer {
    let body = json!({ "key": key }).to_string();
    send(server.request("POST", "/v1/session").body(body)).await
}

async fn browser(server: &Server, key: &str) -> Browser {
    let answer = sign_in(server, key).await;
    let view = answer.with(200);
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    assert!(!cookie.contains(key));
    Browser {
        cookie: cookie.to_owned(),
        csrf: view["csrfToken"].as_str().unwrap().to_owned(),
        view,
    }
}

impl Browser {
    async fn ask(&self, server: &Server, method: &str, path: &str) -> Answer {
        let request = server.request(method, path).header("cookie", &self.cookie);
        send(
            request
                .header("x-csrf-token", &self.csrf)
                .body(r#"{"name": "a"}"#),
        )
        .await
    }

    async fn ask_without_token(&self, server: &Server, method: &str, path: &str) -> Answer {
        let request = server.request(method, path).header("cookie", &self.cookie);
        send(request.body(r#"{"name": "a"}"#)).await
    }
}

async fn a_session_does_what_its_key_may(db: TestDb) {
    let server = Server::start(db).await;
    let viewer = browser(&server, &server.viewer).await;
    assert_eq!(viewer.view["role"], "viewer");
    let again = viewer.ask(&server, "GET", "/v1/session").await.with(200);
    assert_eq!(again, viewer.view);
    viewer.ask(&server, "GET", "/v1/calls").await.with(200);
    viewer
        .ask(&server, "GET", "/atoms/v1/agent")
        .await
        .with(200);
    viewer.ask(&server, "GET", "/v1/keys").await.with(403);
    viewer
        .ask(&server, "POST", "/atoms/v1/agent")
        .await
        .with(403);
    let admin = browser(&server, &server.admin).await;
    admin.ask(&server, "GET", "/v1/keys").await.with(200);
    admin
        .ask(&server, "POST", "/atoms/v1/agent")
        .await
        .with(201);
    // A key by itself is no session.
    server.get("/v1/session").await.with(401);
}

async fn a_request_that_changes_something_needs_the_second_token(db: TestDb) {
    let server = Server::start(db).await;
    let mut admin = browser(&server, &server.admin).await;
    for path in ["/atoms/v1/agent", "/v1/keys"] {
        let refused = admin.ask_without_token(&server, "POST", path).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.text);
        assert!(refused.text.contains("X-CSRF-Token"), "{}", refused.text);
    }
    admin
        .ask_without_token(&server, "DELETE", "/v1/session")
        .await
        .with(403);
    admin
        .ask_without_token(&server, "GET", "/v1/keys")
        .await
        .with(200);
    // That of another session will not do.
    admin.csrf = browser(&server, &server.admin).await.csrf;
    admin
        .ask(&server, "POST", "/atoms/v1/agent")
        .await
        .with(403);
}

async fn a_session_ends(db: TestDb) {
    let server = Server::start(db).await;
    let out = browser(&server, &server.editor).await;
    let stays = browser(&server, &server.editor).await;
    let answer = out.ask(&server, "DELETE", "/v1/session").await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    out.ask(&server, "GET", "/v1/calls").await.with(401);
    stays.ask(&server, "GET", "/v1/calls").await.with(200);
    // With the key that it was begun with.
    let made = server
        .post("/v1/keys", &json!({"name": "x", "role": "viewer"}))
        .await
        .with(201);
    let revoked = browser(&server, made["secret"].as_str().unwrap()).await;
    let id = made["key"]["id"].as_str().unwrap();
    server.delete(&format!("/v1/keys/{id}")).await.with(200);
    revoked.ask(&server, "GET", "/v1/calls").await.with(401);
    // After a week. Who is asked at once may be believed for a moment, so this one was not asked before.
    let late = browser(&server, &server.editor).await;
    server
        .db
        .clock
        .advance(SignedDuration::from_hours(7 * 24 + 1));
    late.ask(&server, "GET", "/v1/calls").await.with(401);
}

async fn who_cannot_read_cannot_sign_in(db: TestDb) {
    let server = Server::start(db).await;
    sign_in(&server, &server.intake).await.with(403);
    sign_in(&server, "sk_0").await.with(401);
    let answer = sign_in(&server, "").await;
    assert_eq!(answer.status, 422);
    assert!(answer.header("set-cookie").is_empty());
    let nobody = server
        .request("GET", "/v1/calls")
        .header("cookie", "aftercall_session=00");
    send(nobody).await.with(401);
}
