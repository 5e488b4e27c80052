//! Whatever comes in: no panic, and what is refused names a field.

use aftercall_intake::{Fetched, Headers, Incoming, Outcome, Source, all, by_name, import_metrics};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::files::{Case, cases};

fn leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,12}".prop_map(Json::from),
        prop::sample::select(vec![
            "agent",
            "user",
            "-1",
            "1e400",
            "NaN",
            "9999-12-31T23:59:59Z",
            "-009999-01-01T00:00:00Z",
            "\u{0}",
            " ",
            "99:99:99",
        ])
        .prop_map(Json::from),
        Just(json!(1e308)),
        Just(json!(-0.0)),
        Just(json!(u64::MAX)),
    ]
}

fn any_json() -> impl Strategy<Value = Json> {
    leaf().prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec(("[a-z_]{1,10}", inner), 0..5)
                .prop_map(|entries| Json::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// How a payload is spoilt: which value, counted in depth, becomes what.
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Json)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4)
}

fn count(value: &Json) -> usize {
    1 + match value {
        Json::Array(list) => list.iter().map(count).sum(),
        Json::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

fn replace(value: &mut Json, place: &mut usize, by: &Json) {
    if *place == 0 {
        *value = by.clone();
        *place = usize::MAX;
        return;
    }
    if *place == usize::MAX {
        return;
    }
    *place -= 1;
    match value {
        Json::Array(list) => list.iter_mut().for_each(|item| replace(item, place, by)),
        Json::Object(fields) => fields
            .values_mut()
            .for_each(|item| replace(item, place, by)),
        _ => {}
    }
}

fn spoilt(mut value: Json, changes: &[(prop::sample::Index, Json)]) -> Json {
    for (index, by) in changes {
        let mut place = index.index(count(&value));
        replace(&mut value, &mut place, by);
    }
    value
}

/// Reads a body and what it leads to; checks what has to hold of any outcome.
fn try_read(source: &dyn Source, query: &str, body: &[u8], answers: &[(String, Vec<u8>)]) {
    let headers = Headers::default();
    let url = format!("https://calls.example/?{query}");
    let incoming = Incoming {
        url: &url,
        headers: &headers,
        body,
    };
    let mut outcome = source.read(&incoming);
    if let Ok(Outcome::Fetch(notice)) = &outcome {
        for fetch in &notice.fetches {
            assert!(!fetch.path.contains(".."), "{}", fetch.path);
            for (_, answer) in answers {
                if let Some(next) = source.next_page(fetch, answer) {
                    assert_eq!(next.base, fetch.base);
                    assert!(next.path.starts_with('/'), "{}", next.path);
                }
            }
        }
        let fetched: Vec<Fetched<'_>> = answers
            .iter()
            .map(|(name, body)| Fetched { name, body })
            .collect();
        outcome = source.read_fetched(notice, &fetched);
    }
    match outcome {
        Ok(Outcome::Call(taken)) => {
            assert!(!taken.call.call_id.is_empty());
            let bytes = serde_json::to_vec(&taken.extra).unwrap().len();
            assert!(bytes < 1024 * 1024 + 1024, "{bytes}");
        }
        Ok(_) => {}
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(
                problems
                    .iter()
                    .all(|problem| !problem.field.is_empty() && !problem.rule.is_empty())
            );
        }
    }
}

fn cases_of(source: &str) -> Vec<Case> {
    cases()
        .into_iter()
        .filter(|case| case.source == source)
        .collect()
}

/// Every payload of a source, spoilt.
fn spoil(source: &str, changes: &[(prop::sample::Index, Json)]) {
    let reader = by_name(source).unwrap();
    for case in cases_of(source) {
        if let Ok(body) = serde_json::from_slice(&case.body) {
            let body = spoilt(body, changes).to_string();
            try_read(reader, &case.query, body.as_bytes(), &case.answers);
        }
        let answers: Vec<_> = case
            .answers
            .iter()
            .map(|(name, answer)| {
                let answer = serde_json::from_slice(answer).unwrap();
                (
                    name.clone(),
                    spoilt(answer, changes).to_string().into_bytes(),
                )
            })
            .collect();
        try_read(reader, &case.query, &case.body, &answers);
    }
}

/// Every payload of a source with bytes changed.
fn scramble(source: &str, changes: &[(prop::sample::Index, u8)]) {
    let reader = by_name(source).unwrap();
    for case in cases_of(source) {
        let mut body = case.body.clone();
        for (index, byte) in changes {
            let place = index.index(body.len());
            if byte % 5 == 0 {
                body.truncate(place.max(1));
            } else {
                body[place] = *byte;
            }
        }
        try_read(reader, &case.query, &body, &case.answers);
        let headers: Headers = [("content-type", "application/x-www-form-urlencoded")]
            .into_iter()
            .collect();
        let incoming = Incoming {
            url: "https://calls.example/",
            headers: &headers,
            body: &body,
        };
        let now = jiff::Timestamp::UNIX_EPOCH;
        assert!(
            reader
                .signature()
                .verify(&incoming, &["secret"], now)
                .is_err()
        );
    }
}

macro_rules! hostile {
    ($($test:ident: $source:literal),* $(,)?) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(128))]
            $(
                #[test]
                fn $test(
                    changes in changes(),
                    bytes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
                    body in any_json(),
                    text in "\\PC{0,200}",
                    query in "[a-zA-Z0-9=&%+-]{0,60}",
                ) {
                    spoil($source, &changes);
                    scramble($source, &bytes);
                    let source = by_name($source).unwrap();
                    try_read(source, &query, body.to_string().as_bytes(), &[]);
                    try_read(source, &query, text.as_bytes(), &[]);
                }
            )*
        }

        const TESTED: &[&str] = &[$($source),*];
    };
}

hostile! {
    atoms: "atoms",
    vapi: "vapi",
    retell: "retell",
    elevenlabs: "elevenlabs",
    twilio: "twilio",
    text: "text",
    webvtt: "webvtt",
    bland: "bland",
    bolna: "bolna",
    synthflow: "synthflow",
    ultravox: "ultravox",
    livekit: "livekit",
    pipecat: "pipecat",
    fish: "fish",
    millis: "millis",
    deepgram: "deepgram",
    assemblyai: "assemblyai",
    amazon_transcribe: "amazon-transcribe",
    whisper: "whisper",
    vcon: "vcon",
    srt: "srt",
}

#[test]
fn every_source_is_among_them() {
    for source in all() {
        assert!(TESTED.contains(&source.name()), "{}", source.name());
    }
}

#[test]
fn depth_and_size_are_refused() {
    for source in all() {
        for body in [
            "[".repeat(200_000),
            "{\"a\":".repeat(100_000),
            format!("[{}0]", "0,".repeat(2_000_000)),
            format!("{{\"a\":\"{}\"}}", "x".repeat(33 << 20)),
        ] {
            try_read(*source, "", body.as_bytes(), &[]);
        }
    }
}

proptest! {
    #[test]
    fn settings_of_any_shape_are_read_or_refused(
        settings in any_json(),
        changes in changes(),
    ) {
        for (platform, _, golden) in crate::metrics::settings() {
            let _ = import_metrics(platform, &settings);
            let _ = import_metrics(platform, &spoilt(golden, &changes));
        }
    }
}
