//! What the editor of metrics asks: checks, trials, and the models behind them.

use aftercall_server::Settings;
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use crate::scripted::{Act, Script};
use crate::support::{Server, finished, send};

on_both!(
    metrics_are_checked_in_json_and_yaml,
    metrics_are_tried_and_nothing_is_kept,
    trials_that_break_rules,
    models_are_listed_and_tested,
    jobs_are_counted,
);

async fn server(db: TestDb, script: &Script) -> Server {
    let mut settings = Settings::default();
    settings.rate.requests_per_second = 0;
    Server::with_analysts(db, settings, script.analysts()).await
}

fn metrics() -> Json {
    json!([{"identifier": "solved", "dispositionMetricPrompt": "Was the problem solved?", "dispositionMetricType": "BOOLEAN"}])
}

fn lines(text: &str) -> Vec<Json> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn metrics_are_checked_in_json_and_yaml(db: TestDb) {
    let server = Server::start(db).await;
    let check = async |kind: &'static str, text: &str| {
        let request = server.as_admin("POST", "/v1/metrics/check");
        send(request.header("content-type", kind).body(text.to_owned())).await
    };
    let found = check("application/json", &metrics().to_string())
        .await
        .with(200);
    assert_eq!(
        found,
        json!({"metrics": metrics(), "problems": [], "advice": []})
    );
    let yaml = "dispositionMetrics:\n- identifier: Not So\n  dispositionMetricPrompt: a?\n  dispositionMetricType: ENUM\n";
    let found = check("application/yaml", yaml).await.with(200);
    let fields: Vec<&str> = found["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["field"].as_str())
        .collect();
    assert!(
        fields.contains(&"dispositionMetrics[0].identifier"),
        "{found}"
    );
    assert_eq!(found["metrics"][0]["identifier"], "Not So");
    let vague = json!([{"identifier": "a", "dispositionMetricPrompt": "Mood", "dispositionMetricType": "STRING"}]);
    let found = check("application/json", &vague.to_string())
        .await
        .with(200);
    assert_eq!(found["advice"][0]["metric"], 0, "{found}");
    assert!(found["advice"][0]["rule"].is_string() && found["advice"][0]["message"].is_string());
    check("application/json", "{").await.with(400);
    check("application/json", "").await.with(400);
    let viewer = server
        .request("POST", "/v1/metrics/check")
        .bearer_auth(&server.viewer);
    send(viewer.body("[]")).await.with(200);
}

async fn metrics_are_tried_and_nothing_is_kept(db: TestDb) {
    let script = Script::default();
    let server = server(db, &script).await;
    let agent = server.agent("a").await;
    for name in ["c-1", "c-2"] {
        server.call(&finished(name, &agent)).await.with(201);
    }
    let path = format!("/v1/agents/{agent}/try");
    script.then(Act::Fail("the model stumbled"));
    let body = json!({"dispositionMetrics": metrics(), "callIds": ["c-2", "c-1", "none"]});
    let answer = server.post(&path, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines = lines(&answer.text);
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[0],
        json!({"callId": "c-2", "error": "the model stumbled"})
    );
    assert_eq!(lines[1]["callId"], "c-1");
    let found = &lines[1]["result"]["dispositionMetrics"][0];
    assert_eq!(found["identifier"], "solved");
    assert_eq!(found["value"], true);
    assert_eq!(lines[2]["callId"], "none");
    assert!(
        lines[2]["error"].as_str().unwrap().contains("none"),
        "{}",
        lines[2]
    );
    let body = json!({"dispositionMetrics": metrics(), "transcript": "agent: Hello.\nuser: It works now."});
    let answer = server.post(&path, &body).await;
    let line: Json = serde_json::from_str(answer.text.trim()).unwrap();
    assert_eq!(line["callId"], Json::Null);
    assert_eq!(
        line["result"]["dispositionMetrics"][0]["value"], true,
        "{line}"
    );
    // Nothing of it is kept.
    let call = server.get("/v1/calls/c-1").await.with(200);
    assert_eq!(call["analyses"], json!([]), "{call}");
}

async fn trials_that_break_rules(db: TestDb) {
    let script = Script::default();
    let server = server(db, &script).await;
    let agent = server.agent("a").await;
    let path = format!("/v1/agents/{agent}/try");
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    for (body, field) in [
        (json!({"callIds": ["c"]}), "dispositionMetrics"),
        (json!({"dispositionMetrics": metrics()}), "callIds"),
        (
            json!({"dispositionMetrics": metrics(), "callIds": []}),
            "callIds",
        ),
        (
            json!({"dispositionMetrics": metrics(), "callIds": many}),
            "callIds",
        ),
        (
            json!({"dispositionMetrics": metrics(), "callIds": ["c"], "transcript": "a"}),
            "callIds",
        ),
        (
            json!({"dispositionMetrics": metrics(), "transcript": 7}),
            "transcript",
        ),
        (
            json!({"dispositionMetrics": [{"identifier": "A"}], "callIds": ["c"]}),
            "dispositionMetrics[0].identifier",
        ),
        (
            json!({"dispositionMetrics": metrics(), "callIds": ["c"], "useReasoningModel": "yes"}),
            "useReasoningModel",
        ),
        (
            json!({"dispositionMetrics": metrics(), "callIds": ["c"], "more": 1}),
            "more",
        ),
    ] {
        let refused = server.post(&path, &body).await.with(422);
        let fields = refused["errors"].as_array().unwrap();
        assert!(
            fields.iter().any(|one| one["field"] == field),
            "{field}: {refused}"
        );
    }
    let good = json!({"dispositionMetrics": metrics(), "callIds": ["c"]});
    server
        .post("/v1/agents/000000000000000000000000/try", &good)
        .await
        .with(404);
    let elsewhere =
        json!({"dispositionMetrics": metrics(), "callIds": ["c"], "useReasoningModel": true});
    let refused = server.post(&path, &elsewhere).await.with(409);
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("slots.reasoning"),
        "{refused}"
    );
    let viewer = server.request("POST", &path).bearer_auth(&server.viewer);
    send(viewer.body(good.to_string())).await.with(403);
    assert!(script.taken().is_empty());
}

async fn models_are_listed_and_tested(db: TestDb) {
    let script = Script::default();
    let server = server(db, &script).await;
    let tested = server
        .post("/v1/models/scripted/test", &json!({}))
        .await
        .with(200);
    assert_eq!(tested["ok"], true, "{tested}");
    script.then(Act::Fail("the model stumbled"));
    let tested = server
        .post("/v1/models/scripted/test", &json!({}))
        .await
        .with(200);
    assert_eq!(
        (&tested["ok"], &tested["error"]),
        (&json!(false), &json!("the model stumbled"))
    );
    let found = server.get("/v1/models").await.with(200);
    assert_eq!(
        found["slots"][0],
        json!({"slot": "internal", "endpoint": "scripted"})
    );
    assert_eq!(
        found["slots"][1],
        json!({"slot": "reasoning", "endpoint": null})
    );
    assert_eq!(found["endpoints"][0]["endpoint"], "scripted");
    assert_eq!(found["endpoints"][0]["state"], "ready");
    server
        .post("/v1/models/none/test", &json!({}))
        .await
        .with(404);
    let viewer = server
        .request("POST", "/v1/models/scripted/test")
        .bearer_auth(&server.viewer);
    send(viewer).await.with(403);
}

async fn jobs_are_counted(db: TestDb) {
    let server = Server::start(db).await;
    let none = server.get("/v1/jobs/counts").await.with(200);
    assert_eq!(
        none,
        json!({"queued": 0, "running": 0, "dead": 0, "oldestQueuedSeconds": null})
    );
    let agent = server.agent("a").await;
    server.call(&finished("c-1", &agent)).await.with(201);
    server.call(&finished("c-2", &agent)).await.with(201);
    server.db.clock.advance(jiff::SignedDuration::from_secs(7));
    let two = server.get("/v1/jobs/counts").await.with(200);
    assert_eq!(
        two,
        json!({"queued": 2, "running": 0, "dead": 0, "oldestQueuedSeconds": 7.0})
    );
}
