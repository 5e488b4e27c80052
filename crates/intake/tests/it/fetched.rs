//! What is fetched and is not the whole call.

use aftercall_core::Problem;
use aftercall_intake::{Access, Fetched, Notice, Outcome, all, by_name};
use serde_json::{Value as Json, json};

fn notice(source: &str, event: &str) -> Notice {
    Notice {
        source: source.to_owned(),
        event: event.to_owned(),
        call_id: "c-1".to_owned(),
        fetches: Vec::new(),
        payload: json!({"event": event, "call": {"callId": "c-1"}, "transcript_sid": "c-1"}),
        query: String::new(),
    }
}

fn read(notice: &Notice, answers: &[(&str, Json)]) -> Result<Outcome, Vec<Problem>> {
    let bodies: Vec<(&str, Vec<u8>)> = answers
        .iter()
        .map(|(name, body)| (*name, body.to_string().into_bytes()))
        .collect();
    let fetched: Vec<Fetched<'_>> = bodies
        .iter()
        .map(|(name, body)| Fetched { name, body })
        .collect();
    by_name(&notice.source)
        .unwrap()
        .read_fetched(notice, &fetched)
}

fn classic(status: &str, meta: Json) -> [(&'static str, Json); 3] {
    let sentence = json!({"media_channel": 1, "transcript": "Hello."});
    [
        ("transcript", json!({"status": status})),
        ("sentences", json!({"sentences": [sentence], "meta": meta})),
        (
            "operatorResults",
            json!({"operator_results": [], "meta": {}}),
        ),
    ]
}

#[test]
fn what_is_not_ready_is_no_call_yet() {
    let assembly = notice("assemblyai", "completed");
    for status in ["queued", "processing", "error"] {
        let found = read(&assembly, &[("transcript", json!({"status": status}))]);
        let event = format!("status {status}");
        assert_eq!(found, Ok(Outcome::Ignored { event }));
    }
    let twilio = notice("twilio", "voice_intelligence_transcript_available");
    for status in ["queued", "in-progress"] {
        let event = format!("status {status}");
        let found = read(&twilio, &classic(status, json!({})));
        assert_eq!(found, Ok(Outcome::Ignored { event }));
    }
    let found = read(&twilio, &classic("completed", json!({})));
    assert!(matches!(found, Ok(Outcome::Call(_))), "{found:?}");
}

#[test]
fn a_page_that_cannot_be_fetched_is_told() {
    let elsewhere = "https://elsewhere.example/more";
    let ultravox = notice("ultravox", "call.ended");
    let page = json!({"results": [], "next": elsewhere});
    let problems = read(&ultravox, &[("messages", page)]).unwrap_err();
    assert_eq!(problems[0].field, "messages.next");
    let twilio = notice("twilio", "voice_intelligence_transcript_available");
    for place in ["next_page_url", "nextToken"] {
        let found = read(&twilio, &classic("completed", json!({place: elsewhere})));
        assert_eq!(
            found.unwrap_err()[0].field,
            format!("sentences.meta.{place}")
        );
    }
    // There is nothing more behind an empty token.
    let found = read(&twilio, &classic("completed", json!({"nextToken": ""})));
    assert!(matches!(found, Ok(Outcome::Call(_))), "{found:?}");
}

#[test]
fn sources_say_how_a_key_goes_with_what_is_fetched() {
    let found: Vec<(&str, Access)> = all()
        .iter()
        .filter_map(|source| Some((source.name(), source.access()?)))
        .collect();
    let expected = [
        ("twilio", Access::Basic),
        ("ultravox", Access::ApiKeyHeader),
        ("fish", Access::Bearer),
        ("assemblyai", Access::Authorization),
    ];
    assert_eq!(found, expected);
}
