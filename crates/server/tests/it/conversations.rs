//! Calls as the compatible API shows them.

use aftercall_core::agent_config::Config;
use aftercall_server::worker::{Wake, Worker, WorkerSettings};
use aftercall_server::{App, Settings, router};
use aftercall_store::calls::NewCall;
use aftercall_store::testing::{Backend, TestDb};
use aftercall_store::{NewAgent, Role};
use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Map, Value as Json, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::scripted::Script;
use crate::support::sealed;

/// A server with one agent and its key.
struct Place {
    db: TestDb,
    app: App,
    router: Router,
    key: String,
    agent: String,
}

impl Place {
    async fn new() -> Self {
        let db = TestDb::new(Backend::Sqlite).await;
        let analysts = Script::default().analysts();
        let app = App::new(
            db.store.clone(),
            Settings::default(),
            analysts,
            Wake::default(),
            sealed(),
        );
        let key = db.store.create_key("test", Role::Admin).await.unwrap();
        let config = json!({"postCallAnalyticsConfig": {"dispositionMetrics": [
            {"identifier": "solved", "dispositionMetricPrompt": "Solved?", "dispositionMetricType": "BOOLEAN"},
            {"identifier": "mood", "dispositionMetricPrompt": "Mood?", "dispositionMetricType": "INTEGER"},
        ]}});
        let agent = NewAgent {
            name: "a".into(),
            description: None,
            document: Map::new(),
            workflow_type: "single_prompt".into(),
            config: Config::from_iter(config.as_object().unwrap().clone()),
            created_by: None,
        };
        let agent = db.store.create_agent(agent).await.unwrap().id;
        Self {
            router: router(app.clone()),
            app,
            db,
            key: key.secret,
            agent,
        }
    }

    async fn send(&self, call: Json, extra: Json) {
        let new = NewCall {
            call: aftercall_core::parse_call(&call).unwrap(),
            agent_id: self.agent.clone(),
            revision_id: None,
            extra: extra.as_object().unwrap().clone(),
            is_test: false,
        };
        self.db.store.accept_call(new).await.unwrap().unwrap();
    }

    /// Works off every job.
    async fn work(&self) {
        let stop = CancellationToken::new();
        let worker = Worker::new(
            self.db.store.clone(),
            Script::default().analysts(),
            WorkerSettings::default(),
            Wake::default(),
        );
        let task = tokio::spawn(worker.run(stop.clone()));
        while !self.db.store.job_counts().await.unwrap().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        stop.cancel();
        task.await.unwrap().unwrap();
    }

    async fn ask(&self, method: &str, path: &str, body: Json) -> (StatusCode, Json) {
        let body = match body {
            Json::Null => Body::empty(),
            body => Body::from(body.to_string()),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.key))
            .body(body)
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }

    async fn get(&self, path: &str) -> Json {
        let (status, body) = self.ask("GET", path, Json::Null).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body["data"].clone()
    }
}

fn booking() -> Json {
    json!({"callId": "CALL-1", "type": "telephony_inbound", "status": "completed",
        "startedAt": "2026-03-01T09:00:00Z", "endedAt": "2026-03-01T09:00:25Z", "from": "+1", "to": "+2",
        "recordingUrl": "https://files.example/1.wav", "variables": {"name": "Ann"},
        "transcript": [{"role": "agent", "content": "Hello", "start": 1.5}, {"role": "caller", "content": "Hi"}]})
}

#[tokio::test]
async fn a_call_is_listed_and_shown_with_its_answers() {
    let place = Place::new().await;
    let latency = json!({"turns": 1, "avgLatency": 500});
    place
        .send(
            booking(),
            json!({"disconnectionReason": "user_hangup", "turnLatencyMetrics": latency}),
        )
        .await;
    let before = place.get("/atoms/v1/conversation").await;
    assert!(
        before["logs"][0].get("postCallAnalytics").is_none(),
        "{before}"
    );
    place.work().await;

    let list = place
        .get("/atoms/v1/conversation?durationFilter=0-30,5%2B&callAttemptFilter=all")
        .await;
    assert_eq!(
        list["pagination"],
        json!({"total": 1, "page": 1, "limit": 5, "hasMore": false, "totalPages": 1})
    );
    let definitions = json!([{"identifier": "solved", "type": "BOOLEAN"}, {"identifier": "mood", "type": "INTEGER"}]);
    assert_eq!(list["dispositionMetricsConfig"], definitions);
    let item = &list["logs"][0];
    assert_eq!(item["callId"], "CALL-1");
    assert_eq!(item["duration"], 25.0);
    assert_eq!(item["agentId"], place.agent);
    assert_eq!(item["disconnectionReason"], "user_hangup");
    assert_eq!(item["turnLatencyMetrics"], latency);
    assert_eq!(
        item["dispositionMetrics"],
        json!({"solved": "true", "mood": "4"})
    );
    assert_eq!(item["agentDispositionConfig"], definitions);
    assert_eq!(item["versionNumber"], 1);
    let metric = &item["postCallAnalytics"]["dispositionMetrics"][1];
    assert_eq!(metric["value"], "4");
    assert_eq!(metric["dispositionMetricType"], "INTEGER");

    let call = place.get("/atoms/v1/conversation/CALL-1").await;
    assert_eq!(call["agent"]["_id"], place.agent);
    // To count all calls for one of them would be too much.
    assert!(call["agent"].get("totalCalls").is_none());
    assert_eq!(
        call["transcript"][0]["timestamp"],
        "2026-03-01T09:00:01.500Z"
    );
    assert_eq!(
        call["transcript"][1],
        json!({"role": "user", "content": "Hi"})
    );
    assert_eq!(call["variables"], json!({"name": "Ann"}));
    assert_eq!(
        call["postCallAnalytics"]["dispositionMetrics"][0]["value"],
        "true"
    );
    let by_row = place
        .get(&format!(
            "/api/v1/conversation/{}",
            call["_id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(by_row["callId"], "CALL-1");

    let recording = place
        .get("/atoms/v1/conversation/CALL-1/recording/download-url")
        .await;
    assert_eq!(recording["presignedUrl"], "https://files.example/1.wav");
    let (_, logs) = place
        .ask(
            "GET",
            &format!("/atoms/v1/agent/{}/call-logs", place.agent),
            Json::Null,
        )
        .await;
    assert_eq!(logs["success"], true);
    assert_eq!(logs["data"]["callLogs"][0]["callDuration"], 25_000);
}

#[tokio::test]
async fn filters_leave_out_what_does_not_pass() {
    let place = Place::new().await;
    place
        .send(booking(), json!({"disconnectionReason": "user_hangup"}))
        .await;
    let mut retry = booking();
    retry["callId"] = "CALL-2".into();
    retry["endedAt"] = "2026-03-01T09:06:00Z".into();
    retry["type"] = "webcall".into();
    place
        .send(retry, json!({"retryCallId": "CALL-1", "campaignId": "k"}))
        .await;
    for (query, expected) in [
        ("", vec!["CALL-2", "CALL-1"]),
        (
            "sortBy=callDuration&sortOrder=asc",
            vec!["CALL-1", "CALL-2"],
        ),
        ("limit=1&page=2", vec!["CALL-1"]),
        ("limit=9999", vec!["CALL-2", "CALL-1"]),
        ("callTypes=webcall,x", vec!["CALL-2"]),
        ("statusFilter=no_answer", vec![]),
        ("disconnectReasonFilter=user_hangup", vec!["CALL-1"]),
        ("callAttemptFilter=retry", vec!["CALL-2"]),
        ("callAttemptFilter=initial", vec!["CALL-1"]),
        ("durationFilter=5%2B", vec!["CALL-2"]),
        ("durationFilter=30-60", vec![]),
        ("campaignIds=k", vec!["CALL-2"]),
        ("search=call-1", vec!["CALL-1"]),
        ("agentIds=ffffffffffffffffffffffff", vec![]),
        ("dateFrom=2030-01-01T00:00:00Z", vec![]),
        ("unknown=1", vec!["CALL-2", "CALL-1"]),
    ] {
        let list = place.get(&format!("/atoms/v1/conversation?{query}")).await;
        let ids: Vec<&str> = list["logs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|log| log["callId"].as_str().unwrap())
            .collect();
        let mut ids = ids;
        let mut expected = expected;
        // Both arrived at the same instant: without a sort of their own their order is that of their ids.
        if !query.contains("sortBy") && expected.len() > 1 {
            ids.sort_unstable();
            expected.sort_unstable();
        }
        if query != "limit=1&page=2" {
            assert_eq!(ids, expected, "{query}");
        }
        assert_eq!(ids.len(), expected.len(), "{query}");
    }
    for query in [
        "durationFilter=x",
        "callAttemptFilter=x",
        "sortBy=x",
        "page=x",
        "dateFrom=x",
    ] {
        let (status, body) = place
            .ask(
                "GET",
                &format!("/atoms/v1/conversation?{query}"),
                Json::Null,
            )
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        let name = query.split('=').next().unwrap();
        assert!(
            body["errors"][0].as_str().unwrap().starts_with(name),
            "{body}"
        );
    }
    let retries = place.get("/atoms/v1/conversation/CALL-1/retries").await;
    assert_eq!(retries["retries"][0]["callId"], "CALL-1");
    assert_eq!(retries["retries"][1]["retryCallId"], "CALL-1");
}

#[tokio::test]
async fn a_search_finds_what_is_there() {
    let place = Place::new().await;
    place.send(booking(), json!({})).await;
    let body = json!({"callIds": ["CALL-1", "CALL-9"]});
    let (status, found) = place
        .ask("POST", "/atoms/v1/conversation/search", body)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(found["data"]["requestedCount"], 2);
    assert_eq!(found["data"]["total"], 1);
    let item = &found["data"]["logs"][0];
    assert!(
        item.get("versionNumber").is_none() && item.get("dispositionMetrics").is_none(),
        "{item}"
    );
    for body in [
        json!({}),
        json!({"callIds": []}),
        json!({"callIds": "x"}),
        json!({"callIds": [1]}),
        json!({"callIds": vec!["x"; 101]}),
    ] {
        let (status, answer) = place
            .ask("POST", "/atoms/v1/conversation/search", body.clone())
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {answer}");
        assert!(
            answer["errors"][0].as_str().unwrap().starts_with("callIds"),
            "{answer}"
        );
    }
}

/// A route that only takes a POST does not hide the call of that name.
#[tokio::test]
async fn a_call_may_be_called_like_a_route() {
    let place = Place::new().await;
    for name in ["cancel", "search", "retries"] {
        let path = format!("/atoms/v1/conversation/{name}");
        let (status, _) = place.ask("GET", &path, Json::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let mut call = booking();
        call["callId"] = name.into();
        place.send(call, json!({})).await;
        assert_eq!(place.get(&path).await["callId"], name);
    }
}

#[tokio::test]
async fn only_calls_that_are_not_over_are_cancelled() {
    let place = Place::new().await;
    place.send(booking(), json!({})).await;
    for (id, status) in [("CALL-2", "in_progress"), ("CALL-3", "in_queue")] {
        place
            .send(
                json!({"callId": id, "status": status, "transcript": []}),
                json!({}),
            )
            .await;
    }
    let cancel = "/atoms/v1/conversation/cancel";
    let (status, _) = place.ask("POST", cancel, json!({"callId": "CALL-1"})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _) = place.ask("POST", cancel, json!({"callId": "CALL-9"})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, answer) = place.ask("POST", cancel, json!({})).await;
    assert_eq!(
        (status, &answer["errors"][0]),
        (StatusCode::BAD_REQUEST, &json!("callId: Required"))
    );
    let (status, _) = place
        .ask("POST", "/atoms/v1/conversation/CALL-2/cancel", Json::Null)
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "it is not in the queue");
    let (_, answer) = place
        .ask(
            "POST",
            cancel,
            json!({"callId": "CALL-2", "reason": "a mistake"}),
        )
        .await;
    assert_eq!(
        answer["data"],
        json!({"callId": "CALL-2", "status": "cancelled", "previousStatus": "in_progress"})
    );
    let (_, answer) = place
        .ask("POST", "/atoms/v1/conversation/CALL-3/cancel", Json::Null)
        .await;
    assert_eq!(
        answer["data"],
        json!({"callId": "CALL-3", "status": "cancelled"})
    );
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let place = Place::new().await;
    let mut silent = booking();
    silent.as_object_mut().unwrap().remove("recordingUrl");
    place.send(silent, json!({})).await;
    for (path, expected, error) in [
        ("conversation/CALL-9", 404, "Call not found"),
        ("conversation/CALL-9/retries", 404, "Call not found"),
        (
            "conversation/CALL-1/recording/download-url",
            404,
            "Recording not found",
        ),
        (
            "conversation/0123456789abcdef01234567/recording/download-url",
            400,
            "Invalid call ID format",
        ),
        (
            "agent/ffffffffffffffffffffffff/call-logs",
            404,
            "Agent not found",
        ),
        (
            "agent/x/call-logs",
            400,
            "agentId: Invalid id, must be 24 hexadecimal digits",
        ),
        ("events", 400, "callId: Required"),
        ("events?callId=CALL-1", 400, "Call is already completed"),
        ("events?callId=CALL-9", 404, "Call not found"),
    ] {
        let (status, body) = place
            .ask("GET", &format!("/atoms/v1/{path}"), Json::Null)
            .await;
        assert_eq!(status.as_u16(), expected, "{path}: {body}");
        assert_eq!(body, json!({"status": false, "errors": [error]}), "{path}");
    }
}

#[tokio::test]
async fn a_stream_of_events_ends_with_the_call() {
    let place = Place::new().await;
    place
        .send(
            json!({"callId": "CALL-2", "status": "active", "transcript": []}),
            json!({}),
        )
        .await;
    let request = Request::builder()
        .uri("/atoms/v1/events?callId=CALL-2")
        .header("authorization", format!("Bearer {}", place.key))
        .body(Body::empty())
        .unwrap();
    let response = place.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    place.app.store.cancel_call("CALL-2", None).await.unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let events: Vec<Json> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect();
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["event_type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["sse_init", "sse_close"]);
    assert_eq!(events[0]["event_time"], "2026-03-01T09:00:00.000Z");
}

#[tokio::test]
async fn a_stateless_analysis_keeps_nothing() {
    let place = Place::new().await;
    let metric = |identifier: &str, kind: &str| json!({"identifier": identifier, "dispositionMetricPrompt": "What?", "dispositionMetricType": kind});
    let body = json!({"transcript": "User: refund. Agent: done.", "choices": null,
        "dispositionMetrics": [metric("a", "BOOLEAN"), metric("b", "SUMMARY")]});
    let (status, answer) = place.ask("POST", "/waves/v1/pca", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["dispositionMetrics"][0]["value"], "true");
    assert_eq!(answer["dispositionMetrics"][1]["value"], "words");
    let (_, answer) = place
        .ask("POST", "/waves/v1/pca/generate", json!({"prompt": "hello"}))
        .await;
    assert_eq!(answer, json!({"output": "HELLO"}));
    for (body, named) in [
        (json!({}), "transcript: Required"),
        (json!({"transcript": 1}), "transcript"),
        (
            json!({"transcript": "x", "dispositionMetrics": 1}),
            "dispositionMetrics",
        ),
        (
            json!({"transcript": "x", "dispositionMetrics": [metric("A b", "BOOLEAN")]}),
            "dispositionMetrics[0].identifier",
        ),
        (
            json!({"transcript": "x", "dispositionMetrics": [metric("a", "ENUM")]}),
            "dispositionMetrics[0].choices",
        ),
    ] {
        let (status, answer) = place.ask("POST", "/waves/v1/pca", body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {answer}");
        assert!(
            answer["errors"][0].as_str().unwrap().starts_with(named),
            "{answer}"
        );
    }
    assert_eq!(
        place.get("/atoms/v1/conversation").await["pagination"]["total"],
        0
    );
}
