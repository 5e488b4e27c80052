//! What every request goes through, and what is told of the server itself.

use aftercall_server::Settings;
use aftercall_store::on_both;
use aftercall_store::testing::{Backend, TestDb, run};
use serde_json::json;

use crate::support::{Server, finished, send};

on_both!(health_is_told, every_answer_has_an_id);

async fn health_is_told(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    server.call(&finished("c-1", &agent)).await.with(201);
    assert_eq!(
        send(server.request("GET", "/healthz")).await.with(200)["status"],
        "ok"
    );
    let ready = send(server.request("GET", "/readyz")).await.with(200);
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["database"], "ok");
    assert_eq!(ready["queueAgeSeconds"], 0);
    server.db.clock.advance(jiff::SignedDuration::from_secs(90));
    let ready = send(server.request("GET", "/readyz")).await.with(200);
    assert_eq!(ready["queueAgeSeconds"], 90);

    let metrics = send(server.request("GET", "/metrics")).await;
    assert_eq!(metrics.status, 200);
    // The figures are those of the process: other tests may add to them.
    for figure in [
        "aftercall_jobs{state=\"queued\",slot=\"internal\"} ",
        "aftercall_queue_age_seconds ",
        "aftercall_http_requests_total{method=\"POST\",route=\"/v1/calls\",status=\"201\"} ",
        "aftercall_http_request_seconds_bucket{method=\"POST\",route=\"/v1/calls\",le=\"30\"} ",
    ] {
        assert!(metrics.text.contains(figure), "{figure}\n{}", metrics.text);
    }
    // Neither ids nor keys.
    assert!(!metrics.text.contains(&agent));
    assert!(!metrics.text.contains("sk_"));
}

async fn every_answer_has_an_id(db: TestDb) {
    let server = Server::start(db).await;
    for (path, sent, kept) in [
        ("/healthz", Some("abc-1"), true),
        ("/v1/calls", Some("abc-1"), true),
        ("/no/such/route", Some("with space"), false),
        ("/v1/calls", None, false),
    ] {
        let mut request = server.as_admin("GET", path);
        if let Some(id) = sent {
            request = request.header("x-request-id", id);
        }
        let answer = send(request).await;
        let id = answer.header("x-request-id");
        assert_eq!(sent == Some(id), kept, "{path} {id}");
        assert!(!id.is_empty());
    }
}

#[test]
fn unknown_routes_answer_in_the_form_of_their_family() {
    run(Backend::Sqlite, async |db| {
        let server = Server::start(db).await;
        let atoms = json!({ "status": false, "errors": ["Resource not found"] });
        for (method, path) in [
            ("GET", "/atoms/v1/nothing"),
            ("GET", "/atoms/v1"),
            ("GET", "/api/v1/nothing/at/all"),
            ("DELETE", "/atoms/v1/agent/000000000000000000000000"),
            ("GET", "/waves/v1/pca"),
        ] {
            assert_eq!(
                send(server.as_admin(method, path)).await.with(404),
                atoms,
                "{method} {path}"
            );
        }
        let problem = server.get("/v1/nothing").await.with(404);
        assert_eq!(problem["type"], "/v1/docs#problem-route");
        let answer = send(server.as_admin("PATCH", "/v1/calls")).await;
        assert_eq!(answer.with(405)["type"], "/v1/docs#problem-method");
        assert!(answer.header("allow").contains("POST"));
        assert!(server.get("/nothing").await.with(404)["error"].is_string());
    });
}

#[test]
fn slashes_at_the_end_and_unknown_names_are_tolerated() {
    run(Backend::Sqlite, async |db| {
        let server = Server::start(db).await;
        server.agent("a").await;
        for path in [
            "/atoms/v1/agent/",
            "/atoms/v1/agent?limit=100&what=ever",
            "/api/v1/agent//",
        ] {
            let body = server.get(path).await.with(200);
            assert_eq!(
                body["data"]["agents"].as_array().unwrap().len(),
                1,
                "{path}"
            );
        }
        server.get("/v1/calls/").await.with(200);
        server.get("/healthz/").await.with(200);
    });
}

#[test]
fn figures_can_be_kept_behind_a_key() {
    run(Backend::Sqlite, async |db| {
        let mut settings = Settings::default();
        settings.http.metrics_need_key = true;
        let server = Server::with(db, settings).await;
        send(server.request("GET", "/metrics")).await.with(401);
        assert_eq!(server.get("/metrics").await.status, 200);
    });
}
