//! Every rule of a call file.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use aftercall_core::{
    MAX_ID_CHARS, MAX_TRANSCRIPT_BYTES, MAX_TURN_BYTES, MAX_TURNS, MAX_VARIABLES_BYTES, Role,
    parse_call, parse_call_str,
};
use serde_json::{Value as Json, json};

fn call(with: Json) -> Json {
    let mut call = json!({"transcript": [{"role": "agent", "content": "Hello"}]});
    for (key, value) in with.as_object().unwrap() {
        call[key] = value.clone();
    }
    call
}

fn turns(list: Json) -> Json {
    json!({"transcript": list})
}

fn fields(json: &Json) -> Vec<String> {
    match parse_call(json) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|p| p.field).collect(),
    }
}

fn starts(json: &Json) -> Vec<(String, Option<f64>)> {
    let call = parse_call(json).unwrap();
    call.transcript
        .into_iter()
        .map(|t| (t.content, t.start))
        .collect()
}

#[test]
fn a_whole_call_comes_back_as_it_was() {
    let sent = json!({
        "callId": "CALL-1", "agentId": "6650f0c0a1b2c3d4e5f60718", "type": "telephony_inbound", "status": "completed",
        "startedAt": "2026-03-01T09:00:00Z", "endedAt": "2026-03-01T09:03:00Z", "timezone": "Europe/Berlin",
        "from": "+15550100", "to": "+15550101", "language": "en", "recordingUrl": "https://example.com/1.wav",
        "variables": {"z": [1, null, {"b": 0.5}], "a": "x"},
        "transcript": [
            {"role": "agent", "content": "Hello", "start": 0.0, "end": 2.1},
            {"role": "user", "content": "", "start": 2.5},
            {"role": "Supervisor", "content": "Hm", "start": 3.0, "end": 3.0},
        ],
    });
    let call = parse_call(&sent).unwrap();
    assert_eq!(call.transcript[2].role, Role::Other("Supervisor".into()));
    assert_eq!(
        serde_json::to_value(&call).unwrap().to_string(),
        sent.to_string()
    );
    assert_eq!(parse_call_str(&sent.to_string()).unwrap(), call);
}

#[test]
fn null_is_absent_and_unknown_fields_are_ignored() {
    let plain = parse_call(&call(json!({}))).unwrap();
    let nulls = call(json!({
        "callId": null, "agentId": null, "type": null, "status": null, "startedAt": null, "endedAt": null,
        "timezone": null, "from": null, "to": null, "language": null, "recordingUrl": null, "variables": null,
        "cost": 12, "transcript": [{"role": "agent", "content": "Hello", "start": null, "end": null, "timestamp": null, "x": 1}],
    }));
    assert_eq!(parse_call(&nulls).unwrap(), plain);
    assert!(plain.call_id.starts_with("CALL-") && plain.call_id.len() == 29);
}

#[test]
fn roles() {
    for (sent, role) in [
        ("agent", Role::Agent),
        ("Assistant", Role::Agent),
        ("BOT", Role::Agent),
        ("AI", Role::Agent),
        ("user", Role::User),
        ("Customer", Role::User),
        (" caller ", Role::User),
        ("human", Role::User),
        ("client", Role::User),
        ("system", Role::Other("system".into())),
        ("Tool Result", Role::Other("Tool Result".into())),
    ] {
        let call = parse_call(&turns(json!([{"role": sent, "content": "x"}]))).unwrap();
        assert_eq!(call.transcript[0].role, role, "{sent}");
    }
}

#[test]
fn each_broken_rule_names_its_field() {
    for (with, field) in [
        (json!({"callId": 7}), "callId"),
        (json!({"callId": " "}), "callId"),
        (json!({"callId": "a\nb"}), "callId"),
        (json!({"callId": "x".repeat(MAX_ID_CHARS + 1)}), "callId"),
        (json!({"status": ["completed"]}), "status"),
        (json!({"startedAt": "yesterday"}), "startedAt"),
        (json!({"startedAt": "2026-03-01T09:00:00"}), "startedAt"),
        (json!({"startedAt": 1772355600}), "startedAt"),
        (json!({"startedAt": "2026-02-30T09:00:00Z"}), "startedAt"),
        (
            json!({"startedAt": "2026-03-01T09:00:00Z", "endedAt": "2026-03-01T08:59:59Z"}),
            "endedAt",
        ),
        (json!({"timezone": "Berlin"}), "timezone"),
        (json!({"timezone": "+19:00"}), "timezone"),
        (json!({"variables": []}), "variables"),
        (
            json!({"variables": {"a": "x".repeat(MAX_VARIABLES_BYTES)}}),
            "variables",
        ),
        (json!({"transcript": null}), "transcript"),
        (json!({"transcript": "Agent: hello"}), "transcript"),
        (turns(json!(["hello"])), "transcript[0]"),
        (turns(json!([{"content": "x"}])), "transcript[0].role"),
        (
            turns(json!([{"role": "", "content": "x"}])),
            "transcript[0].role",
        ),
        (turns(json!([{"role": "user"}])), "transcript[0].content"),
        (
            turns(json!([{"role": "user", "content": ["x"]}])),
            "transcript[0].content",
        ),
        (
            turns(json!([{"role": "user", "content": "x", "start": -0.5}])),
            "transcript[0].start",
        ),
        (
            turns(json!([{"role": "user", "content": "x", "start": "1"}])),
            "transcript[0].start",
        ),
        (
            turns(json!([{"role": "user", "content": "x", "start": 1e12}])),
            "transcript[0].start",
        ),
        (
            turns(json!([{"role": "user", "content": "x", "end": -1}])),
            "transcript[0].end",
        ),
        (
            turns(json!([{"role": "user", "content": "x", "start": 2, "end": 1}])),
            "transcript[0].end",
        ),
        (
            turns(json!([{"role": "user", "content": "x", "timestamp": "12:00"}])),
            "transcript[0].timestamp",
        ),
    ] {
        assert_eq!(
            fields(&call(with.clone())),
            [field],
            "{}",
            &with.to_string()[..60.min(with.to_string().len())]
        );
    }
    assert_eq!(fields(&json!([])), ["document"]);
    assert_eq!(fields(&json!({})), ["transcript"]);
}

#[test]
fn sizes() {
    let turn = |n: usize| json!({"role": "user", "content": "x".repeat(n)});
    assert_eq!(
        fields(&turns(json!([turn(MAX_TURN_BYTES)]))),
        Vec::<String>::new()
    );
    assert_eq!(
        fields(&turns(json!([turn(MAX_TURN_BYTES + 1)]))),
        ["transcript[0].content"]
    );
    let eleven = vec![turn(MAX_TURN_BYTES); MAX_TRANSCRIPT_BYTES / MAX_TURN_BYTES + 1];
    assert_eq!(fields(&turns(json!(eleven))), ["transcript"]);
    assert_eq!(
        fields(&turns(json!(vec![turn(1); MAX_TURNS + 1]))),
        ["transcript"]
    );
}

#[test]
fn turns_with_starts_are_sorted() {
    let sent = turns(json!([
        {"role": "user", "content": "c", "start": 5},
        {"role": "user", "content": "a", "start": 1},
        {"role": "user", "content": "d", "start": 5.0},
        {"role": "user", "content": "b", "start": 2},
    ]));
    let order: String = starts(&sent)
        .into_iter()
        .map(|(content, _)| content)
        .collect();
    assert_eq!(order, "abcd");
}

#[test]
fn turns_without_order_are_refused() {
    let sent = turns(json!([
        {"role": "user", "content": "a", "start": 5},
        {"role": "user", "content": "b"},
        {"role": "user", "content": "c", "start": 4},
    ]));
    assert_eq!(fields(&sent), ["transcript[2].start"]);
    let gap = turns(json!([
        {"role": "user", "content": "a"},
        {"role": "user", "content": "b", "start": 4},
    ]));
    assert_eq!(starts(&gap), [("a".into(), None), ("b".into(), Some(4.0))]);
}

#[test]
fn timestamps_become_seconds() {
    let mut sent = turns(json!([
        {"role": "user", "content": "b", "timestamp": "2026-03-01T10:00:02.5+01:00"},
        {"role": "user", "content": "a", "timestamp": "2026-03-01T09:00:01Z"},
    ]));
    assert_eq!(
        starts(&sent),
        [("a".into(), Some(0.0)), ("b".into(), Some(1.5))]
    );
    let call = parse_call(&sent).unwrap();
    assert_eq!(call.started_at.unwrap().to_string(), "2026-03-01T09:00:01Z");

    sent["startedAt"] = json!("2026-03-01T09:00:00Z");
    assert_eq!(
        starts(&sent),
        [("a".into(), Some(1.0)), ("b".into(), Some(2.5))]
    );

    sent["startedAt"] = json!("2026-03-01T09:00:02Z");
    assert_eq!(fields(&sent), ["transcript[1].timestamp"]);
}

#[test]
fn seconds_beside_timestamps() {
    let both = turns(json!([
        {"role": "user", "content": "a", "start": 3, "timestamp": "2026-03-01T09:00:03Z"},
        {"role": "user", "content": "b", "timestamp": "2026-03-01T09:00:07Z"},
    ]));
    assert_eq!(
        starts(&both),
        [("a".into(), Some(3.0)), ("b".into(), Some(7.0))]
    );
    assert_eq!(
        parse_call(&both).unwrap().started_at.unwrap().to_string(),
        "2026-03-01T09:00:00Z"
    );
    let mixed = turns(json!([
        {"role": "user", "content": "a", "start": 3},
        {"role": "user", "content": "b", "timestamp": "2026-03-01T09:00:07Z"},
    ]));
    assert_eq!(fields(&mixed), ["startedAt"]);
}

#[test]
fn a_made_id_follows_the_content() {
    let id = |json: &Json| parse_call(json).unwrap().call_id;
    let plain = id(&call(json!({})));
    assert_eq!(plain, "CALL-d8abbda006cfd8ef5f5bdeac");
    assert_eq!(id(&call(json!({"unknown": 1}))), plain);
    assert_ne!(id(&call(json!({"from": "+1"}))), plain);
    assert_eq!(id(&call(json!({"callId": "mine"}))), "mine");
}

#[test]
fn many_problems_end_in_a_count() {
    let problems = parse_call(&turns(json!(vec![json!({}); 500]))).unwrap_err();
    assert_eq!(problems.last().unwrap().value, "900 more problems");
}

#[test]
fn text_that_is_no_call() {
    for (text, field) in [
        ("", "document"),
        ("{", "document"),
        ("null", "document"),
        (r#"{"transcript":[],"transcript":[]}"#, "transcript"),
        (
            r#"{"transcript":[{"role":"user","content":"x","start":NaN}]}"#,
            "document",
        ),
        (r#"{"transcript":[]} {"transcript":[]}"#, "document"),
    ] {
        let problems = parse_call_str(text).unwrap_err();
        assert_eq!(problems[0].field, field, "{text}");
    }
    assert_eq!(
        parse_call_str("\u{feff}{\"transcript\":[]}\n")
            .unwrap()
            .transcript,
        []
    );
}
