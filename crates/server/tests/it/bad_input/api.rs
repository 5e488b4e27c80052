//! Our own API.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use super::scene::{Scene, UNKNOWN, case, json_case, unreadable};
use crate::support::{finished, send};

on_both!(calls, jobs_and_keys);

async fn calls(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = "/v1/calls";
    let with = |field: &str, value: Json| {
        let mut call = finished("c-2", &scene.agent);
        call[field] = value;
        call
    };
    let turn = json!({ "role": "user", "content": "x" });
    let turns = |turn: Json| Json::Array(vec![turn]);
    let mut cases = vec![
        json_case("POST", path, json!([]), 422, "must be one call"),
        json_case("POST", path, json!({}), 422, "agentId"),
        json_case("POST", path, with("agentId", Json::Null), 422, "agentId"),
        json_case("POST", path, with("agentId", json!(7)), 422, "agentId"),
        json_case(
            "POST",
            path,
            with("agentId", UNKNOWN.into()),
            422,
            "agentId",
        ),
        json_case(
            "POST",
            path,
            with("callId", "x".repeat(257).into()),
            422,
            "callId",
        ),
        json_case(
            "POST",
            path,
            with("callId", "a\u{0}b".into()),
            422,
            "callId",
        ),
        json_case("POST", path, with("status", json!(["x"])), 422, "status"),
        json_case(
            "POST",
            path,
            with("startedAt", "yesterday".into()),
            422,
            "startedAt",
        ),
        json_case(
            "POST",
            path,
            with("timezone", "Middle/Earth".into()),
            422,
            "timezone",
        ),
        json_case("POST", path, with("versionId", json!(7)), 422, "versionId"),
        json_case(
            "POST",
            path,
            with("versionId", UNKNOWN.into()),
            422,
            "versionId",
        ),
        json_case("POST", path, with("isTest", "no".into()), 422, "isTest"),
        json_case("POST", path, with("variables", json!([])), 422, "variables"),
        json_case(
            "POST",
            path,
            with("transcript", Json::Null),
            422,
            "transcript",
        ),
        json_case(
            "POST",
            path,
            with("transcript", "hello".into()),
            422,
            "transcript",
        ),
        json_case(
            "POST",
            path,
            with("transcript", turns(json!({ "role": "user" }))),
            422,
            "transcript[0].content",
        ),
        json_case(
            "POST",
            path,
            with("transcript", Json::Array(vec![turn; 20_001])),
            422,
            "turns",
        ),
        json_case(
            "POST",
            path,
            with("callId", "c-1".into())
                .as_object_mut()
                .map(|call| {
                    call.insert("to".into(), "+1".into());
                    Json::Object(call.clone())
                })
                .unwrap(),
            409,
            "differs",
        ),
        case(
            "POST",
            path,
            format!(
                "{{\"agentId\":\"{}\",\"agentId\":\"x\",\"transcript\":[]}}",
                scene.agent
            ),
            422,
            "agentId",
        ),
        case("POST", path, "", 400, "must not be empty"),
        case("GET", "/v1/calls/none", "", 404, "none"),
        case("GET", "/v1/calls?search=a%00", "", 400, "U+0000"),
        case("GET", "/v1/calls?metric.x=%00", "", 400, "U+0000"),
        case("DELETE", "/v1/calls/none", "", 404, "none"),
        json_case(
            "POST",
            "/v1/calls/c-1/analyses",
            json!({ "versionId": [] }),
            422,
            "versionId",
        ),
        json_case("POST", "/v1/calls/none/analyses", json!({}), 404, "none"),
    ];
    cases.extend(unreadable("POST", path));
    cases.extend(unreadable("POST", "/v1/calls/c-1/analyses"));
    scene.refuses(cases).await;
    scene.asks_for_a_key("DELETE", "/v1/calls/c-1").await;
    scene.asks_for_a_key("POST", "/v1/calls/c-1/analyses").await;
    // Intake may send calls, and a viewer may not.
    let request = scene
        .server
        .request("POST", path)
        .bearer_auth(&scene.server.viewer);
    assert_eq!(
        send(request.body(finished("c-9", &scene.agent).to_string()))
            .await
            .status,
        403
    );
    scene.server.get("/v1/calls/c-9").await.with(404);
}

async fn jobs_and_keys(db: TestDb) {
    let scene = Scene::new(db).await;
    let mut cases = vec![
        case("GET", "/v1/jobs?page=0", "", 400, "page"),
        case("GET", "/v1/jobs?state=lost", "", 400, "state"),
        case(
            "GET",
            &format!("/v1/jobs?slot={}", "a,".repeat(101)),
            "",
            400,
            "must have at most 100 values",
        ),
        case("GET", "/v1/jobs?what=ever", "", 400, "what"),
        case("GET", "/v1/jobs/none", "", 404, "none"),
        case("POST", "/v1/jobs/none/retry", "", 404, "none"),
        case("POST", "/v1/jobs/none/cancel", "", 404, "none"),
        json_case("POST", "/v1/keys", json!({}), 422, "name"),
        json_case("POST", "/v1/keys", json!({ "name": "x" }), 422, "role"),
        json_case(
            "POST",
            "/v1/keys",
            json!({ "name": 7, "role": "viewer" }),
            422,
            "name",
        ),
        json_case(
            "POST",
            "/v1/keys",
            json!({ "name": " ", "role": "viewer" }),
            422,
            "name",
        ),
        json_case(
            "POST",
            "/v1/keys",
            json!({ "name": "x".repeat(101), "role": "viewer" }),
            422,
            "name",
        ),
        json_case(
            "POST",
            "/v1/keys",
            json!({ "name": "x", "role": "root" }),
            422,
            "role",
        ),
        json_case(
            "POST",
            "/v1/keys",
            json!({ "name": "x", "role": "viewer", "id": "x" }),
            422,
            "id",
        ),
        case("DELETE", "/v1/keys/none", "", 404, "none"),
    ];
    cases.extend(unreadable("POST", "/v1/keys"));
    scene.refuses(cases).await;
    scene.asks_for_a_key("POST", "/v1/keys").await;
    scene.asks_for_a_key("GET", "/v1/jobs").await;
}
