//! Events of one call in any order, and more than once.

use aftercall_core::Problem;
use aftercall_intake::{Kept, Outcome, by_name, merge};
use serde_json::{Value as Json, json};

use crate::files::{cases, read};

fn taken(source: &str, body: &Json) -> Kept {
    let outcome: Result<Outcome, Vec<Problem>> = read(
        by_name(source).unwrap(),
        "https://calls.example/",
        body.to_string().as_bytes(),
        &[],
    );
    match outcome {
        Ok(Outcome::Call(taken)) => taken.of_agent("a"),
        other => panic!("{other:?}"),
    }
}

fn kept(source: &str, name: &str) -> Kept {
    let case = cases()
        .into_iter()
        .find(|case| case.source == source && case.name == name)
        .unwrap();
    taken(source, &serde_json::from_slice(&case.body).unwrap())
}

/// Every order, with repeats in between.
fn assert_any_order(events: &[Kept; 2]) -> Kept {
    let [a, b] = events;
    let whole = merge(a, b).unwrap();
    for order in [
        vec![b, a],
        vec![a, a, b],
        vec![b, a, b],
        vec![a, b, a, b],
        vec![b, b, a, a],
    ] {
        let mut found = order[0].clone();
        for event in &order[1..] {
            found = merge(&found, event).unwrap();
        }
        assert_eq!(found, whole);
    }
    whole
}

#[test]
fn retell_analyses_before_or_after_the_end() {
    let analyzed = kept("retell", "analyzed");
    let mut body: Json = serde_json::from_slice(
        &cases()
            .into_iter()
            .find(|case| case.name == "analyzed" && case.source == "retell")
            .unwrap()
            .body,
    )
    .unwrap();
    body["event"] = "call_ended".into();
    body["call"]
        .as_object_mut()
        .unwrap()
        .remove("call_analysis");
    let ended = taken("retell", &body);
    let whole = assert_any_order(&[ended, analyzed]);
    assert_eq!(whole.extra["platformAnalysis"]["summary"], "A greeting.");
    assert_eq!(whole.extra["intake"]["event"], "call_analyzed");
    assert_eq!(whole.call.status.as_deref(), Some("completed"));
}

#[test]
fn atoms_analytics_wait_for_the_call_or_join_it() {
    let analytics = kept("atoms", "analytics");
    assert_eq!(analytics.call.status.as_deref(), Some("processing"));
    let whole = assert_any_order(&[kept("atoms", "call"), analytics]);
    assert_eq!(whole.call.status.as_deref(), Some("completed"));
    assert_eq!(whole.call.transcript.len(), 3);
    assert_eq!(whole.call.variables["customer"], "Kim");
    assert_eq!(whole.extra["platformAnalysis"]["values"][0]["value"], true);
}

#[test]
fn fish_tells_the_end_before_or_after_its_analysis() {
    let whole = assert_any_order(&[kept("fish", "ended"), kept("fish", "analyzed")]);
    assert_eq!(whole.call.status.as_deref(), Some("completed"));
    assert_eq!(whole.extra["disconnectionReason"], "hangup");
    assert_eq!(whole.call.transcript.len(), 4);
    // An analysis that was made again counts, in whichever order they come.
    let mut newer = kept("fish", "analyzed");
    newer.extra["platformAnalysis"]["summary"] = "Another.".into();
    newer.extra["intake"]["at"] = "2026-07-23T13:00:00Z".into();
    let whole = assert_any_order(&[kept("fish", "analyzed"), newer]);
    assert_eq!(whole.extra["platformAnalysis"]["summary"], "Another.");
}

#[test]
fn what_comes_again_with_another_address_of_the_recording_changes_nothing() {
    let first = kept("vapi", "report");
    let mut again = first.clone();
    again.call.recording_url = Some("https://files.example/mono.wav?signed=2".to_owned());
    assert_eq!(merge(&first, &again), Some(first.clone()));
}

#[test]
fn results_of_several_rules_add_up() {
    let analysis = |name: &str| json!({"source": "twilio", "values": [{"name": name, "value": 1}], "raw": {name: {"x": 1}}});
    let mut a = kept("retell", "ended");
    let mut b = a.clone();
    a.extra
        .insert("platformAnalysis".to_owned(), analysis("mood"));
    b.extra
        .insert("platformAnalysis".to_owned(), analysis("topic"));
    let whole = merge(&a, &b).unwrap();
    let found = &whole.extra["platformAnalysis"];
    assert_eq!(found["values"].as_array().unwrap().len(), 2);
    assert_eq!(found["raw"]["topic"]["x"], 1);
    assert_eq!(merge(&whole, &b), Some(whole.clone()));
}

#[test]
fn calls_of_two_platforms_are_not_joined() {
    let vapi = kept("vapi", "report");
    let mut other = kept("retell", "ended");
    other.call.call_id.clone_from(&vapi.call.call_id);
    assert_eq!(merge(&vapi, &other), None);
    assert_eq!(merge(&other, &vapi), None);
}

#[test]
fn what_has_no_place_is_joined_at_its_path() {
    let told = |event: &str, more: Json| {
        let mut call = json!({"call_id": "c", "call_status": "ended", "transcript_object": [{"role": "user", "content": "Hello."}]});
        call.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        taken("retell", &json!({"event": event, "call": call}))
    };
    let ended = told("call_ended", json!({"deep": {"only": {"ended": 1}}}));
    let analyzed = told("call_analyzed", json!({"deep": {"only": {"analyzed": 2}}}));
    let whole = assert_any_order(&[ended, analyzed]);
    let deep = whole.call.variables["retell"].to_string();
    assert!(
        deep.contains(r#""ended":1"#) && deep.contains(r#""analyzed":2"#),
        "{deep}"
    );
}

#[test]
fn of_two_analyses_the_newer_counts() {
    let mut old = kept("retell", "analyzed");
    old.extra["intake"]["at"] = "2026-03-01T10:02:00Z".into();
    let mut new = old.clone();
    new.extra["intake"]["at"] = "2026-03-01T10:02:00.5Z".into();
    new.extra["platformAnalysis"]["summary"] = "Newer.".into();
    let whole = assert_any_order(&[old, new]);
    assert_eq!(whole.extra["platformAnalysis"]["summary"], "Newer.");
}
