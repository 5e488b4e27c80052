//! What the targets do with bytes: nothing may panic, take long or take much memory.

use aftercall_core::Call;
use aftercall_intake::{Fetched, Headers, Incoming, Outcome, PLATFORMS, by_name, import_metrics};
use jiff::Timestamp;

/// Notices, so that what they lead to is read as well.
const NOTICES: [(&str, &str); 5] = [
    (
        "twilio",
        r#"{"transcript_sid":"GT1","event_type":"voice_intelligence_transcript_available"}"#,
    ),
    ("twilio", r#"{"conversationId":"c1","operatorResults":[]}"#),
    (
        "ultravox",
        r#"{"event":"call.ended","call":{"callId":"c1","joined":"2026-03-01T12:00:00Z"}}"#,
    ),
    (
        "fish",
        r#"{"event":"call.analyzed","session":{"id":"s1"},"analysis":{}}"#,
    ),
    (
        "assemblyai",
        r#"{"transcript_id":"t1","status":"completed"}"#,
    ),
];

/// Bytes as a payload of that source, and as what a notice of it leads to; its signature is checked as well. The bytes up to the first
/// zero are the query of the address and a signature, where there is a zero among the first 256.
pub fn payload(name: &str, data: &[u8]) {
    let source = by_name(name).expect("a source");
    let head = data.iter().take(256).position(|byte| *byte == 0);
    let (query, body) = match head {
        Some(at) => (String::from_utf8_lossy(&data[..at]), &data[at + 1..]),
        None => ("agent=0&timezone=Europe/Berlin".into(), data),
    };
    let url = format!("https://calls.example/v1/intake/{name}/a?{query}");
    let headers: Headers = [
        (source.signature().header(), query.as_ref()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-timestamp", "1772366400"),
        ("webhook-id", "m"),
        ("webhook-timestamp", "1772366400"),
        ("x-ultravox-webhook-timestamp", "2026-03-01T12:00:00Z"),
    ]
    .into_iter()
    .collect();
    let incoming = Incoming {
        url: &url,
        headers: &headers,
        body,
    };
    let now = Timestamp::from_second(1_772_366_400).expect("a time");
    assert!(
        source
            .signature()
            .verify(&incoming, &["secret"], now)
            .is_err()
    );
    check(source.read(&incoming));
    for (_, notice) in NOTICES.iter().filter(|(of, _)| *of == name) {
        let incoming = Incoming {
            body: notice.as_bytes(),
            ..incoming
        };
        let Ok(Outcome::Fetch(notice)) = source.read(&incoming) else {
            panic!("a notice was not read");
        };
        for fetch in &notice.fetches {
            if let Some(next) = source.next_page(fetch, body) {
                assert_eq!(next.base, fetch.base);
            }
        }
        let fetched: Vec<Fetched<'_>> = notice
            .fetches
            .iter()
            .map(|fetch| Fetched {
                name: &fetch.name,
                body,
            })
            .collect();
        check(source.read_fetched(&notice, &fetched));
    }
}

/// What holds of whatever was read.
fn check(outcome: Result<Outcome, Vec<aftercall_core::Problem>>) {
    match outcome {
        Ok(Outcome::Call(taken)) => {
            let call: &Call = &taken.call;
            assert!(!call.call_id.is_empty());
            assert!(taken.extra.contains_key("intake"));
        }
        Ok(Outcome::Ignored { event }) => assert!(event.chars().count() <= 80),
        Ok(Outcome::Fetch(notice)) => assert!(!notice.fetches.is_empty()),
        Err(problems) => assert!(!problems.is_empty()),
    }
}

/// Bytes as analysis settings of every platform.
pub fn metrics(data: &[u8]) {
    let Ok(settings) = serde_json::from_slice(data) else {
        return;
    };
    for platform in PLATFORMS {
        let _ = import_metrics(platform, &settings);
    }
}
