//! Results leave: what receivers get, what becomes of it when they do not take it, and the operator's hand on it.

use std::time::Duration;

use aftercall_delivery::{Client, SystemResolver, schedule, sign};
use aftercall_server::Settings;
use aftercall_server::deliveries::{Courier, DeliverySettings};
use aftercall_server::worker::Wake;
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::receiver::{Manner, Receiver, Request};
use crate::scripted::Script;
use crate::support::{Server, finished, sealed};
use crate::workers::{self, until};

on_both!(
    a_call_and_its_analysis_are_told_in_the_documented_form,
    each_answer_has_its_documented_outcome,
    a_receiver_that_asks_for_a_pause_is_sent_nothing_before_its_end,
    a_receiver_that_was_down_gets_the_same_event_in_the_end,
    a_receiver_that_hangs_delays_no_other,
    secrets_are_shown_to_admins_and_rotated,
    the_compatible_routes,
    private_addresses_are_refused_unless_they_are_allowed,
    deliveries_are_shown_and_sent_again,
);

/// Webhooks may go to this machine, which is where the receivers are.
fn settings() -> DeliverySettings {
    DeliverySettings {
        allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
        timeout_seconds: 1,
        poll_milliseconds: 10,
        ..DeliverySettings::default()
    }
}

async fn server(db: TestDb) -> Server {
    let mut all = Settings {
        delivery: settings(),
        ..Settings::default()
    };
    all.rate.requests_per_second = 0;
    Server::with(db, all).await
}

fn courier(db: &TestDb) -> Courier {
    courier_with(db, settings())
}

fn courier_with(db: &TestDb, settings: DeliverySettings) -> Courier {
    let client = Client::new(settings.policy(), SystemResolver).unwrap();
    Courier::new(
        db.store.clone(),
        client,
        sealed(),
        settings,
        Wake::default(),
    )
}

async fn webhook(server: &Server, url: &str, events: &[&str]) -> String {
    let body = json!({"url": url, "events": events});
    let made = server.post("/v1/webhooks", &body).await.with(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn secret(server: &Server, webhook: &str) -> String {
    let path = format!("/v1/webhooks/{webhook}/secret");
    let found = server.get(&path).await.with(200);
    found["secret"].as_str().unwrap().to_owned()
}

async fn only_delivery(server: &Server, query: &str) -> Json {
    let page = server
        .get(&format!("/v1/deliveries?{query}"))
        .await
        .with(200);
    assert_eq!(page["total"], 1, "{page}");
    let id = page["deliveries"][0]["id"].as_str().unwrap();
    server.get(&format!("/v1/deliveries/{id}")).await.with(200)
}

fn check_signatures(request: &Request, secret: &str) {
    assert_eq!(
        request.header("x-signature"),
        sign::x_signature(secret, &request.body)
    );
    let at: i64 = request.header("webhook-timestamp").parse().unwrap();
    let id = request.header("webhook-id");
    let expected = sign::standard(&[secret], id, at, &request.body);
    assert_eq!(request.header("webhook-signature"), expected);
    assert_eq!(request.json()["id"], id);
}

async fn a_call_and_its_analysis_are_told_in_the_documented_form(db: TestDb) {
    let server = server(db).await;
    let receiver = Receiver::start(&[Manner::Answers(200, "")]).await;
    let agent = workers::agent(&server.db.store, &[]).await;
    let events = ["post-conversation", "analytics-completed"];
    let id = webhook(&server, &receiver.url(), &events).await;
    let body = json!({"description": "CRM", "headers": {"X-Api-Key": "k"}});
    let path = format!("/v1/webhooks/{id}");
    let changed = server.send_json("PATCH", &path, &body).await.with(200);
    assert_eq!(changed["headers"], json!(["X-Api-Key"]));
    let mut call = finished("CALL-1", &agent);
    call["type"] = "telephony_inbound".into();
    call["to"] = "+4930222".into();
    call["endedAt"] = "2026-03-01T09:01:30Z".into();
    call["recordingUrl"] = "https://example.com/r.mp3".into();
    call["variables"] = json!({"plan": "gold"});
    call["transcript"][1]["start"] = 2.5.into();
    server.call(&call).await.with(201);
    server.db.clock.advance(SignedDuration::from_secs(1));
    let running = workers::start(&server.db.store, Script::default().analysts());
    workers::analysed(&server.db.store, "CALL-1", 1).await;
    running.end().await;
    let courier = courier(&server.db);
    courier.pass().await.unwrap();
    courier.pass().await.unwrap();
    let seen = receiver.seen();
    assert_eq!(seen.len(), 2);
    let secret = secret(&server, &id).await;
    for request in &seen {
        check_signatures(request, &secret);
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("x-api-key"), "k");
    }
    let post = seen[0].json();
    assert_eq!(post["url"], receiver.url());
    assert_eq!(post["description"], "CRM");
    assert_eq!(post["event"], format!("{agent}.post-conversation"));
    let metadata = &post["metadata"];
    for (name, value) in [
        ("agentId", json!(agent)),
        ("eventType", json!("post-conversation")),
        ("conversationType", json!("telephonyInbound")),
        ("callId", json!("CALL-1")),
        ("recordingUrl", json!("https://example.com/r.mp3")),
        (
            "callData",
            json!({
                "fromNumber": "+4930111", "toNumber": "+4930222", "callDuration": 90.0, "callStatus": "completed",
                "callDirection": "telephony_inbound", "answerTime": "2026-03-01T09:00:00.000Z",
                "endTime": "2026-03-01T09:01:30.000Z",
            }),
        ),
    ] {
        assert_eq!(metadata[name], value, "{name}");
    }
    let said = json!({"role": "user", "content": "My parcel is late.", "timestamp": "2026-03-01T09:00:02.500Z"});
    assert_eq!(metadata["transcript"][1], said);
    let variables = &metadata["variables"];
    assert_eq!(variables["plan"], "gold");
    assert_eq!(variables["user_number"], "+4930111");
    assert_eq!(variables["agent_number"], "+4930222");
    let told = seen[1].json();
    assert_eq!(told["event"], format!("{agent}.analytics-completed"));
    let analytics = &told["metadata"]["analytics"];
    assert_eq!(analytics["successMetrics"], json!([]));
    let metric = &analytics["dispositionMetrics"][0];
    assert_eq!(metric["identifier"], "solved");
    assert!(metric["value"].is_boolean(), "{metric}");
    assert_eq!(metric["dispositionMetricType"], "BOOLEAN");
    assert_eq!(metric["dispositionMetricPrompt"], "Solved?");
    assert!(metric["confidence"].is_number() && metric["reasoning"].is_string());
    assert_eq!(told["metadata"]["callData"], metadata["callData"]);
    assert_eq!(told["metadata"].get("transcript"), None);
}

async fn each_answer_has_its_documented_outcome(db: TestDb) {
    let server = server(db).await;
    let courier = courier(&server.db);
    let agent = server.agent("a").await;
    // Of an answer: the state, the status that is kept, and the least of seconds to the next attempt.
    for (name, manner, state, status, wait) in [
        ("ok", Manner::Answers(204, ""), "delivered", json!(204), 0),
        (
            "moved",
            Manner::Answers(301, "location: http://127.0.0.1:9/\r\n"),
            "waiting",
            json!(301),
            5,
        ),
        ("wrong", Manner::Answers(400, ""), "waiting", json!(400), 5),
        ("gone", Manner::Answers(410, ""), "failed", json!(410), 0),
        (
            "busy",
            Manner::Answers(429, "retry-after: 120\r\n"),
            "waiting",
            json!(429),
            120,
        ),
        ("broken", Manner::Answers(500, ""), "waiting", json!(500), 5),
        ("hangs", Manner::Hangs, "waiting", Json::Null, 5),
        ("closes", Manner::Closes, "waiting", Json::Null, 5),
        ("resets", Manner::Resets, "waiting", Json::Null, 5),
        ("endless", Manner::NeverEnds, "delivered", json!(200), 0),
    ] {
        let receiver = Receiver::start(&[manner]).await;
        let id = webhook(&server, &receiver.url(), &["post-conversation"]).await;
        server.call(&finished(name, &agent)).await.with(201);
        let now = server.db.store.now();
        courier.pass().await.unwrap();
        let found = only_delivery(&server, &format!("webhookId={id}")).await;
        assert_eq!(found["state"], state, "{name}: {found}");
        let log = found["log"].as_array().unwrap();
        assert_eq!(log.len(), 1, "{name}");
        assert_eq!(log[0]["status"], status, "{name}");
        assert_eq!(
            log[0]["error"].is_null(),
            state == "delivered",
            "{name}: {found}"
        );
        assert_eq!(log[0]["cut"], name == "endless", "{name}");
        if name == "endless" {
            assert_eq!(log[0]["body"].as_str().unwrap().len(), 4096);
        }
        if state == "waiting" {
            let next: jiff::Timestamp = found["nextAt"].as_str().unwrap().parse().unwrap();
            let waits = next.duration_since(now).as_secs();
            assert!(
                (wait..=wait + wait / 2).contains(&waits),
                "{name}: {waits} s"
            );
        }
        assert_eq!(receiver.seen().len(), 1, "{name}");
        let webhook = server.get(&format!("/v1/webhooks/{id}")).await.with(200);
        let disabled = if name == "gone" {
            "disabled"
        } else {
            "enabled"
        };
        assert_eq!(webhook["status"], disabled, "{name}");
        assert_eq!(webhook["reason"].is_null(), name != "gone");
        server.delete(&format!("/v1/webhooks/{id}")).await.with(204);
    }
}

async fn a_receiver_that_asks_for_a_pause_is_sent_nothing_before_its_end(db: TestDb) {
    let server = server(db).await;
    let courier = courier(&server.db);
    let agent = server.agent("a").await;
    let busy = Manner::Answers(429, "retry-after: 3600\r\n");
    let receiver = Receiver::start(&[busy, Manner::Answers(200, "")]).await;
    let id = webhook(&server, &receiver.url(), &["post-conversation"]).await;
    server.call(&finished("first", &agent)).await.with(201);
    courier.pass().await.unwrap();
    let shown = server.get(&format!("/v1/webhooks/{id}")).await.with(200);
    assert!(shown["heldUntil"].is_string(), "{shown}");
    // What comes meanwhile waits too, however often is looked.
    server.call(&finished("second", &agent)).await.with(201);
    for _ in 0..2 {
        server.db.clock.advance(SignedDuration::from_mins(29));
        courier.pass().await.unwrap();
        assert_eq!(receiver.seen().len(), 1);
    }
    // Longer than the pause with all its jitter.
    server.db.clock.advance(SignedDuration::from_mins(30));
    courier.pass().await.unwrap();
    assert_eq!(receiver.seen().len(), 3);
    let found = server.get("/v1/deliveries?state=delivered").await.with(200);
    assert_eq!(found["total"], 2);
}

async fn a_receiver_that_was_down_gets_the_same_event_in_the_end(db: TestDb) {
    let server = server(db).await;
    let courier = courier(&server.db);
    let agent = server.agent("a").await;
    let last = schedule::ATTEMPTS as usize - 1;
    let mut script = vec![Manner::Answers(500, ""); last];
    script.push(Manner::Answers(200, ""));
    let receiver = Receiver::start(&script).await;
    let id = webhook(&server, &receiver.url(), &["post-conversation"]).await;
    server.call(&finished("c", &agent)).await.with(201);
    for _ in 0..=last {
        courier.pass().await.unwrap();
        // Not before its time.
        courier.pass().await.unwrap();
        let found = only_delivery(&server, &format!("webhookId={id}")).await;
        if let Some(next) = found["nextAt"].as_str() {
            // What is shown has no microseconds.
            let next: jiff::Timestamp = next.parse().unwrap();
            server.db.clock.set(next + SignedDuration::from_millis(1));
        }
    }
    let seen = receiver.seen();
    assert_eq!(seen.len(), last + 1);
    assert!(seen.iter().all(|one| one.body == seen[0].body));
    let id_of = |one: &Request| one.header("webhook-id").to_owned();
    assert!(seen.iter().all(|one| id_of(one) == id_of(&seen[0])));
    let found = only_delivery(&server, &format!("webhookId={id}")).await;
    assert_eq!(found["state"], "delivered");
    assert_eq!(found["attempts"], last + 1);
}

async fn a_receiver_that_hangs_delays_no_other(db: TestDb) {
    let server = server(db).await;
    let agent = server.agent("a").await;
    let good = Receiver::start(&[Manner::Answers(200, "")]).await;
    // More of them than there is room for.
    let mut bad = Vec::new();
    for _ in 0..3 {
        let receiver = Receiver::start(&[Manner::Hangs]).await;
        webhook(&server, &receiver.url(), &["post-conversation"]).await;
        bad.push(receiver);
    }
    let to_good = webhook(&server, &good.url(), &["post-conversation"]).await;
    for n in 0..60 {
        server
            .call(&finished(&format!("c{n}"), &agent))
            .await
            .with(201);
    }
    // A receiver that hangs does so for as long as the test runs.
    let settings = DeliverySettings {
        timeout_seconds: 300,
        concurrency: 12,
        ..settings()
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn(courier_with(&server.db, settings).run(stop.clone()));
    let path = format!("/v1/deliveries?webhookId={to_good}&state=delivered");
    until(async || {
        let page = server.get(&path).await.with(200);
        (page["total"] == 60).then_some(())
    })
    .await;
    // So many may be under way, and one beyond that for each who has none.
    let held: usize = bad.iter().map(|one| one.seen().len()).sum();
    assert!((3..=14).contains(&held), "{held}");
    assert!(bad.iter().all(|one| one.seen().len() <= 8));
    stop.cancel();
    running.abort();
}

async fn secrets_are_shown_to_admins_and_rotated(db: TestDb) {
    let server = server(db).await;
    let receiver = Receiver::start(&[Manner::Answers(200, "")]).await;
    let id = webhook(&server, &receiver.url(), &["post-conversation"]).await;
    let old = secret(&server, &id).await;
    assert_eq!(old.len(), 64);
    let path = format!("/v1/webhooks/{id}/secret");
    for key in [&server.editor, &server.viewer, &server.intake] {
        let request = server.request("GET", &path).bearer_auth(key);
        crate::support::send(request).await.with(403);
        let atoms = server.request("GET", "/atoms/v1/webhook").bearer_auth(key);
        let answer = crate::support::send(atoms).await;
        assert!(!answer.text.contains(&old) && !answer.text.contains("decryptedSecretKey"));
    }
    for path in [format!("/v1/webhooks/{id}"), "/v1/webhooks".to_owned()] {
        assert!(!server.get(&path).await.text.contains(&old));
    }
    let path = format!("/v1/webhooks/{id}/rotate");
    let rotated = server.post(&path, &json!({})).await.with(200);
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    assert_eq!(rotated["previous"][0]["secret"], old.as_str());
    assert_eq!(rotated["standard"], sign::standard_form(&new));
    let test = async || {
        let path = format!("/v1/webhooks/{id}/test");
        server.post(&path, &json!({})).await.with(202);
        courier(&server.db).pass().await.unwrap();
        receiver.seen().pop().unwrap()
    };
    let request = test().await;
    assert_eq!(request.json()["metadata"]["eventType"], "test");
    assert_eq!(
        request.header("x-signature"),
        sign::x_signature(&new, &request.body)
    );
    let at = request.header("webhook-timestamp").parse().unwrap();
    let both = sign::standard(
        &[&new, &old],
        request.header("webhook-id"),
        at,
        &request.body,
    );
    assert_eq!(request.header("webhook-signature"), both);
    server.db.clock.advance(SignedDuration::from_hours(25));
    check_signatures(&test().await, &new);
}

async fn the_compatible_routes(db: TestDb) {
    let server = server(db).await;
    let agent = server.agent("a").await;
    let url = "http://127.0.0.1:9/hook";
    let event = json!({"agentId": agent, "eventType": "analytics-completed"});
    let body = json!({"endpoint": url, "description": "", "events": [event]});
    let made = server.post("/atoms/v1/webhook", &body).await.with(201);
    let id = made["data"].as_str().unwrap().to_owned();
    let again = server.post("/atoms/v1/webhook", &body).await.with(400);
    assert_eq!(
        again["errors"][0],
        "A webhook with this URL has already been registered"
    );
    let one = server
        .get(&format!("/atoms/v1/webhook?webhookId={id}"))
        .await
        .with(200);
    let one = &one["data"];
    assert_eq!(one["url"], url);
    assert_eq!(one["status"], "enabled");
    assert_eq!(one["decryptedSecretKey"].as_str().unwrap().len(), 64);
    assert_eq!(one["subscriptions"][0]["agentId"]["name"], "a");
    assert_eq!(one["subscriptions"][0]["eventType"], "analytics-completed");
    let list = server.get("/atoms/v1/webhook").await.with(200);
    assert_eq!(list["data"][0], *one);
    let path = format!("/atoms/v1/webhook/{id}");
    let body = json!({"description": "d", "headers": {"x-api-key": "k"}});
    let changed = server.send_json("PATCH", &path, &body).await.with(200);
    assert_eq!(changed["data"], id.as_str());
    server
        .send_json("PATCH", &path, &json!({"headers": {}}))
        .await
        .with(200);
    assert_eq!(
        server.get(&format!("/v1/webhooks/{id}")).await.with(200)["headers"],
        json!([])
    );
    let subscriptions = format!("/atoms/v1/agent/{agent}/webhook-subscriptions");
    let body = json!({"webhookId": id, "eventTypes": ["post-conversation", "analytics-completed"]});
    let replaced = server.post(&subscriptions, &body).await.with(201);
    assert_eq!(replaced["data"], "Subscriptions created successfully");
    let found = server.get(&subscriptions).await.with(200);
    assert_eq!(found["data"].as_array().unwrap().len(), 2);
    assert_eq!(found["data"][0]["agentId"], agent.as_str());
    let refused = server.delete(&path).await.with(400);
    assert!(
        refused["errors"][0]
            .as_str()
            .unwrap()
            .starts_with("Cannot delete webhook")
    );
    server.call(&finished("c", &agent)).await.with(201);
    let log = server
        .get(&format!("/atoms/v1/webhook/events?webhookId={id}"))
        .await
        .with(200);
    assert_eq!(log["data"][0]["status"], "PENDING");
    assert_eq!(log["data"][0]["payload"]["metadata"]["callId"], "c");
    let gone = server.delete(&subscriptions).await.with(200);
    assert_eq!(gone["data"], "Subscriptions deleted successfully");
    assert_eq!(
        server.delete(&path).await.with(200)["data"],
        "Webhook deleted successfully"
    );
    assert_eq!(
        server.delete(&path).await.with(404)["errors"][0],
        "Webhook not found"
    );
}

async fn private_addresses_are_refused_unless_they_are_allowed(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    for url in [
        "http://127.0.0.1:9/x",
        "http://169.254.169.254/x",
        "http://localhost/x",
        "ftp://example.com/",
    ] {
        let body = json!({"url": url, "events": ["post-conversation"]});
        let refused = server.post("/v1/webhooks", &body).await.with(422);
        assert_eq!(refused["errors"][0]["field"], "url", "{url}");
        let body = json!({"endpoint": url, "description": "", "events": []});
        let refused = server.post("/atoms/v1/webhook", &body).await.with(400);
        assert!(
            refused["errors"][0]
                .as_str()
                .unwrap()
                .starts_with("endpoint: "),
            "{url}"
        );
    }
    assert_eq!(
        server.get("/v1/webhooks").await.with(200)["webhooks"],
        json!([])
    );
    // One that was taken while the operator allowed it is refused when it is sent.
    let receiver = Receiver::start(&[Manner::Answers(200, "")]).await;
    let mut all = Settings {
        delivery: settings(),
        ..Settings::default()
    };
    all.rate.requests_per_second = 0;
    let lenient = Server::with(server.db, all).await;
    let id = webhook(&lenient, &receiver.url(), &["post-conversation"]).await;
    lenient.call(&finished("c", &agent)).await.with(201);
    let strict = courier_with(&lenient.db, DeliverySettings::default());
    strict.pass().await.unwrap();
    assert_eq!(receiver.seen().len(), 0);
    let found = only_delivery(&lenient, &format!("webhookId={id}")).await;
    assert_eq!(found["state"], "waiting");
    assert!(
        found["lastError"]
            .as_str()
            .unwrap()
            .contains("public internet"),
        "{found}"
    );
}

async fn deliveries_are_shown_and_sent_again(db: TestDb) {
    let server = server(db).await;
    let courier = courier(&server.db);
    let agent = server.agent("a").await;
    let receiver = Receiver::start(&[Manner::Answers(410, ""), Manner::Answers(200, "")]).await;
    let id = webhook(&server, &receiver.url(), &["post-conversation"]).await;
    server.call(&finished("c", &agent)).await.with(201);
    courier.pass().await.unwrap();
    let found = only_delivery(&server, "callId=c&state=failed&event=post-conversation").await;
    assert_eq!(found["payload"], receiver.seen()[0].json());
    let delivery = found["id"].as_str().unwrap();
    let path = format!("/v1/webhooks/{id}");
    let enabled = server
        .send_json("PATCH", &path, &json!({"enabled": true}))
        .await
        .with(200);
    assert_eq!(enabled["status"], "enabled");
    let again = server
        .post(&format!("/v1/deliveries/{delivery}/replay"), &json!({}))
        .await
        .with(202);
    assert_eq!(again["state"], "waiting");
    courier.pass().await.unwrap();
    assert_eq!(
        only_delivery(&server, "callId=c").await["state"],
        "delivered"
    );
    let path = format!("/v1/webhooks/{id}/replay");
    assert_eq!(
        server.post(&path, &json!({})).await.with(202)["replayed"],
        0
    );
    let body = json!({"delivered": true, "from": "2000-01-01T00:00:00Z"});
    assert_eq!(server.post(&path, &body).await.with(202)["replayed"], 1);
    courier.pass().await.unwrap();
    let seen = receiver.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|one| one.header("webhook-id") == delivery));
    tokio::time::timeout(Duration::from_secs(30), server.stop())
        .await
        .unwrap();
}
