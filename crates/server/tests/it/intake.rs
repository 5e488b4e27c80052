//! Calls as other platforms send them: set up, checked, read, and joined with what is known.

use aftercall_core::{Call, parse_call};
use aftercall_intake::{all, by_name, signed_request};
use aftercall_server::Settings;
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Server, finished, send};

on_both!(
    every_source_brings_calls_by_its_signature,
    a_secret_in_the_address_will_do,
    who_cannot_show_who_it_is_stores_nothing,
    secrets_are_replaced_without_a_gap,
    the_order_of_a_calls_events_does_not_matter,
    payloads_are_kept_as_long_as_is_said,
    sources_that_break_rules,
);

fn call(id: &str) -> Call {
    let mut sent = finished(id, "000000000000000000000000");
    sent["endedAt"] = json!("2026-03-01T09:01:30Z");
    sent["transcript"][0]["start"] = json!(0.0);
    sent["transcript"][1]["start"] = json!(4.0);
    parse_call(&sent).unwrap()
}

async fn set_up(server: &Server, agent: &str, source: &str, body: &Json) -> Json {
    let path = format!("/v1/agents/{agent}/intake/{source}");
    server.send_json("PUT", &path, body).await.with(200)
}

/// A sample call, as its platform sends it.
async fn deliver(server: &Server, path: &str, source: &str, call: &Call, secret: &str) -> Answer {
    let source = by_name(source).unwrap();
    let url = format!("http://{}{path}", server.address);
    let now = server.db.store.now();
    let (sample, signed) = signed_request(source, call, &url, secret, now);
    let path = signed
        .url
        .strip_prefix(&format!("http://{}", server.address))
        .unwrap();
    let mut request = server.request("POST", path).body(sample.body);
    for (name, value) in signed.headers {
        request = request.header(name, value);
    }
    send(request).await
}

async fn every_source_brings_calls_by_its_signature(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let mut taken = 0;
    for source in all() {
        let name = source.name();
        let secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
        let setup = set_up(&server, &agent, name, &json!({"signingSecret": secret})).await;
        assert_eq!(setup["signed"], true, "{name}");
        let path = setup["path"].as_str().unwrap().to_owned();
        let sent = call(&format!("call-{name}"));
        if !source.sample(&sent).answers.is_empty() {
            // What is only a notice is fetched: see `fetched`.
            continue;
        }
        let first = deliver(&server, &path, name, &sent, secret).await;
        let view = first.with(200);
        assert_eq!(view["outcome"], "created", "{name}: {view}");
        let again = deliver(&server, &path, name, &sent, secret).await.with(200);
        assert_eq!(again["outcome"], "unchanged", "{name}: {again}");
        let id = view["callId"].as_str().unwrap();
        let stored = server.get(&format!("/v1/calls/{id}")).await.with(200);
        assert_eq!(stored["agentId"], agent, "{name}");
        assert_eq!(
            stored["transcript"][1]["content"], "My parcel is late.",
            "{name}: {stored}"
        );
        assert_eq!(stored["transcript"][0]["role"], "agent", "{name}: {stored}");
        let wrong = deliver(&server, &path, name, &call("other"), "whsec_b3RoZXI=").await;
        assert_eq!(wrong.status, 401, "{name}: {}", wrong.text);
        taken += 1;
    }
    assert!(taken > 0);
    let listed = server.get("/v1/calls").await.with(200);
    assert_eq!(listed["calls"].as_array().unwrap().len(), taken);
}

async fn a_secret_in_the_address_will_do(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let setup = set_up(&server, &agent, "text", &json!({})).await;
    let path = setup["pathWithSecret"].as_str().unwrap();
    let text = "agent: Hello.\nuser: My parcel is late.";
    let taken = send(server.request("POST", path).body(text))
        .await
        .with(200);
    assert_eq!(taken["outcome"], "created", "{taken}");
    // It is shown once.
    let listed = server.get(&format!("/v1/agents/{agent}/intake")).await;
    let secret = path.rsplit('/').next().unwrap();
    assert!(!listed.text.contains(secret));
    assert_eq!(listed.json()["sources"][0]["source"], "text");
    assert!(
        listed.json()["available"]
            .as_array()
            .unwrap()
            .contains(&json!("vapi"))
    );
}

async fn who_cannot_show_who_it_is_stores_nothing(db: TestDb) {
    let server = Server::start(db).await;
    let (agent, other) = (server.agent("a").await, server.agent("b").await);
    let setup = set_up(&server, &agent, "text", &json!({})).await;
    let right = setup["pathWithSecret"].as_str().unwrap();
    let secret = right.rsplit('/').next().unwrap();
    for path in [
        format!("/v1/intake/text/{agent}"),
        format!("/v1/intake/text/{agent}/0"),
        format!("/v1/intake/text/{other}/{secret}"),
        format!("/v1/intake/webvtt/{agent}/{secret}"),
        format!("/v1/intake/text/000000000000000000000000/{secret}"),
    ] {
        let refused = send(server.request("POST", &path).body("user: Hello.")).await;
        assert_eq!(refused.status, 401, "{path}: {}", refused.text);
        assert!(!refused.text.contains(secret));
    }
    // An API key does not stand for it.
    let path = format!("/v1/intake/text/{agent}");
    send(server.as_admin("POST", &path).body("user: Hello."))
        .await
        .with(401);
    let listed = server.get("/v1/calls").await.with(200);
    assert_eq!(listed["calls"], json!([]));
    let figures = send(server.request("GET", "/metrics")).await.text;
    assert!(figures.contains("aftercall_intake_total"), "{figures}");
}

async fn secrets_are_replaced_without_a_gap(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    set_up(&server, &agent, "vapi", &json!({"signingSecret": "first"})).await;
    let path = format!("/v1/intake/vapi/{agent}");
    set_up(&server, &agent, "vapi", &json!({"signingSecret": "second"})).await;
    for (n, secret) in ["first", "second"].into_iter().enumerate() {
        let sent = call(&format!("c-{n}"));
        deliver(&server, &path, "vapi", &sent, secret)
            .await
            .with(200);
    }
    server.db.clock.advance(SignedDuration::from_hours(25));
    deliver(&server, &path, "vapi", &call("c-2"), "first")
        .await
        .with(401);
    deliver(&server, &path, "vapi", &call("c-3"), "second")
        .await
        .with(200);
    // Without an overlap the old one is refused at once.
    let at_once = json!({"signingSecret": "third", "overlapHours": 0});
    set_up(&server, &agent, "vapi", &at_once).await;
    deliver(&server, &path, "vapi", &call("c-4"), "second")
        .await
        .with(401);
    let source = format!("/v1/agents/{agent}/intake/vapi");
    server.delete(&source).await.with(204);
    deliver(&server, &path, "vapi", &call("c-5"), "third")
        .await
        .with(401);
    server.delete(&source).await.with(404);
}

async fn the_order_of_a_calls_events_does_not_matter(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    set_up(&server, &agent, "retell", &json!({"signingSecret": "key"})).await;
    let path = format!("/v1/intake/retell/{agent}");
    let event = async |call_id: &str, name: &str| {
        let mut call = json!({
            "call_id": call_id,
            "call_type": "web_call",
            "call_status": "ended",
            "start_timestamp": 1_772_355_600_000_i64,
            "end_timestamp": 1_772_355_690_000_i64,
            "transcript_object": [
                {"role": "agent", "content": "Hello, how can I help?"},
                {"role": "user", "content": "My parcel is late."},
            ],
        });
        if name == "call_analyzed" {
            call["call_analysis"] =
                json!({"call_summary": "A late parcel.", "user_sentiment": "Negative"});
        }
        let body = json!({"event": name, "call": call}).to_string();
        let source = by_name("retell").unwrap();
        let url = format!("http://{}{path}", server.address);
        let signed = source
            .signature()
            .sign(&url, body.as_bytes(), "key", server.db.store.now());
        let mut request = server.request("POST", &path).body(body);
        for (name, value) in signed.headers {
            request = request.header(name, value);
        }
        send(request).await
    };
    let ignored = event("c-1", "call_started").await.with(200);
    assert_eq!(
        ignored,
        json!({"outcome": "ignored", "event": "call_started"})
    );
    for (id, order) in [
        ("c-1", ["call_ended", "call_analyzed"]),
        ("c-2", ["call_analyzed", "call_ended"]),
    ] {
        for name in order {
            event(id, name).await.with(200);
        }
        // What comes again changes nothing.
        for name in order {
            let again = event(id, name).await.with(200);
            assert_eq!(again["outcome"], "unchanged", "{id} {name}: {again}");
        }
    }
    let shown = async |id: &str| {
        let mut found = server.get(&format!("/v1/calls/{id}")).await.with(200);
        assert!(found.to_string().contains("A late parcel."), "{found}");
        for name in ["callId", "id", "createdAt", "updatedAt", "analysedAt"] {
            found[name] = Json::Null;
        }
        found["extra"]["intake"]["id"] = Json::Null;
        found.to_string().replace("c-1", "c").replace("c-2", "c")
    };
    let (first, second): (Json, Json) = (
        serde_json::from_str(&shown("c-1").await).unwrap(),
        serde_json::from_str(&shown("c-2").await).unwrap(),
    );
    assert_eq!(first["transcript"], second["transcript"]);
    assert_eq!(first["variables"], second["variables"]);
    assert_eq!(first["status"], second["status"]);
    // One analysis each, whatever came first.
    let jobs = server.get("/v1/jobs").await.with(200);
    assert_eq!(jobs["total"], 2, "{jobs}");
}

async fn payloads_are_kept_as_long_as_is_said(db: TestDb) {
    let mut settings = Settings::default();
    settings.intake.keep_payloads_days = 2;
    let server = Server::with(db, settings).await;
    let agent = server.agent("a").await;
    let setup = set_up(&server, &agent, "text", &json!({})).await;
    let path = setup["pathWithSecret"].as_str().unwrap();
    let taken = send(server.request("POST", path).body("user: Hello."))
        .await
        .with(200);
    let second = send(server.request("POST", path).body("user: Good morning."))
        .await
        .with(200);
    assert_ne!(taken["callId"], second["callId"]);
    let id = taken["callId"].as_str().unwrap();
    let kept = server.get(&format!("/v1/calls/{id}/payloads")).await;
    let kept = kept.with(200);
    assert_eq!(kept["payloads"].as_array().unwrap().len(), 1, "{kept}");
    assert_eq!(kept["payloads"][0]["source"], "text");
    assert_eq!(kept["payloads"][0]["body"], "user: Hello.");
    server.get("/v1/calls/none/payloads").await.with(404);
    // One goes with its call, the other one when its time is over.
    server.delete(&format!("/v1/calls/{id}")).await.with(204);
    let two_days = SignedDuration::from_hours(48);
    assert_eq!(
        server.db.store.purge_payloads(two_days, 9).await.unwrap(),
        0
    );
    server.db.clock.advance(SignedDuration::from_hours(49));
    assert_eq!(
        server.db.store.purge_payloads(two_days, 9).await.unwrap(),
        1
    );
}

async fn sources_that_break_rules(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let path = format!("/v1/agents/{agent}/intake/vapi");
    for (body, field) in [
        (json!({"signingSecret": ""}), "signingSecret"),
        (json!({"signingSecret": 7}), "signingSecret"),
        (json!({"newPathSecret": "yes"}), "newPathSecret"),
        (json!({"overlapHours": 9999}), "overlapHours"),
        (json!({"more": 1}), "more"),
    ] {
        let refused = server.send_json("PUT", &path, &body).await.with(422);
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let unknown = format!("/v1/agents/{agent}/intake/none");
    let refused = server
        .send_json("PUT", &unknown, &json!({}))
        .await
        .with(404);
    assert!(
        refused["detail"].as_str().unwrap().contains("vapi"),
        "{refused}"
    );
    let nobody = "/v1/agents/000000000000000000000000/intake/vapi";
    server.send_json("PUT", nobody, &json!({})).await.with(404);
    let editor = server
        .request("PUT", &path)
        .bearer_auth(&server.editor)
        .body("{}");
    send(editor).await.with(403);
    send(server.request("POST", "/v1/intake/none/a").body("x"))
        .await
        .with(404);
    let listed = server
        .get(&format!("/v1/agents/{agent}/intake"))
        .await
        .with(200);
    assert_eq!(listed["sources"], json!([]));
}
