//! What is rendered as a platform's payload comes back as the same call, as far as the payload can carry it.

use aftercall_core::{Call, Role, Turn};
use aftercall_intake::{Headers, Incoming, Outcome, Source, all, signed_request};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::files::{read, sample_calls};

const URL: &str = "https://calls.example/v1/intake/x/a";
const SECRET: &str = "a secret of some length";

fn now() -> Timestamp {
    "2026-03-10T09:00:00Z".parse().unwrap()
}

/// The call that comes back, its signature checked on the way.
fn back(source: &dyn Source, call: &Call) -> Call {
    let (sample, signed) = signed_request(source, call, URL, SECRET, now());
    let headers: Headers = signed.headers.iter().cloned().collect();
    let incoming = Incoming {
        url: &signed.url,
        headers: &headers,
        body: &sample.body,
    };
    source
        .signature()
        .verify(&incoming, &["another", SECRET], now())
        .unwrap();
    let outcome = read(source, &signed.url, &sample.body, &sample.answers);
    match outcome {
        Ok(Outcome::Call(taken)) => taken.call,
        other => panic!("{}: {other:?}", source.name()),
    }
}

/// A call without what a source says it cannot carry.
fn carried(mut call: Call, source: &dyn Source, original: &Call) -> Call {
    let loses = |name: &str| source.loses().contains(&name);
    call.agent_id = None;
    // The server keeps a call without a status as completed.
    call.status.get_or_insert_with(|| "completed".to_owned());
    if original.kind.is_none() {
        // Some payloads always say how the call came.
        call.kind = None;
    }
    if loses("id") {
        call.call_id.clear();
    }
    if loses("variables") {
        call.variables.clear();
    }
    // What is left out is detail that only this rendering has.
    let rest = call.variables.get(source.name()).and_then(Json::as_object);
    if rest.is_some_and(|rest| rest.keys().all(|name| name == "leftOut")) {
        call.variables.shift_remove(source.name());
    }
    for (turn, original) in call.transcript.iter_mut().zip(&original.transcript) {
        if loses("start") || original.start.is_none() {
            turn.start = None;
        }
        if loses("end") || original.end.is_none() {
            turn.end = None;
        }
        if loses("role") && turn.role != Role::Agent {
            turn.role = Role::User;
        }
    }
    call
}

#[track_caller]
fn assert_comes_back(source: &dyn Source, call: &Call) {
    let expected = carried(call.clone(), source, call);
    let found = carried(back(source, call), source, call);
    assert_eq!(found, expected, "{}", source.name());
}

#[test]
fn the_sample_calls_come_back() {
    for source in all() {
        for call in sample_calls() {
            assert_comes_back(*source, &call);
        }
    }
}

/// Texts that plain text and subtitles carry too: words without a colon, and without what SubRip takes for a tag (`<b>`), as it has
/// no way to write that.
fn words() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-zäß>&\"'é日][a-zäß<&\"'é日]{0,7}", 1..8)
        .prop_map(|words| words.join(" "))
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        4 => Just(Role::Agent),
        4 => Just(Role::User),
        1 => Just(Role::Other("Supervisor".to_owned())),
    ]
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    prop::collection::vec((role(), words(), 0_u32..20_000, 0_u32..9_000), 0..12).prop_map(|turns| {
        let mut at = 0;
        turns
            .into_iter()
            .map(|(role, content, pause, lasts)| {
                at += pause;
                let start = f64::from(at) / 1000.0;
                let end = f64::from(at + lasts) / 1000.0;
                Turn {
                    role,
                    content,
                    start: Some(start),
                    end: Some(end),
                }
            })
            .collect()
    })
}

fn call() -> impl Strategy<Value = Call> {
    let kind = prop::sample::select(vec!["telephony_inbound", "telephony_outbound", "webcall"]);
    let status = prop::sample::select(vec!["completed", "no_answer", "busy", "failed"]);
    let zone = prop::option::of(prop::sample::select(vec!["Europe/Berlin", "+05:30", "UTC"]));
    (
        turns(),
        kind,
        status,
        zone,
        1_600_000_000_i64..2_000_000_000,
        "[A-Za-z0-9_-]{1,40}",
    )
        .prop_map(|(transcript, kind, status, zone, start, id)| {
            let mut call = Call::from_turns(transcript);
            let last = call.transcript.iter().filter_map(|turn| turn.end);
            #[expect(clippy::cast_possible_truncation, reason = "some hours")]
            let lasts = last.fold(1.0, f64::max).ceil() as i64;
            call.call_id = id;
            call.kind = Some(kind.to_owned());
            call.status = Some(status.to_owned());
            call.timezone = zone.map(str::to_owned);
            call.started_at = Timestamp::from_second(start).ok();
            call.ended_at = Timestamp::from_second(start + lasts).ok();
            if kind != "webcall" {
                call.from = Some("+12025550100".to_owned());
                call.to = Some("+12025550101".to_owned());
            }
            call.language = Some("de".to_owned());
            call.recording_url = Some("https://files.example/a%20b.wav?x=1&y=2".to_owned());
            call.variables
                .insert("name".to_owned(), "Kim & Robin".into());
            call
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_call_comes_back(call in call()) {
        for source in all() {
            assert_comes_back(*source, &call);
        }
    }
}
