//! Whatever comes in: no panic, and what is valid comes back as it was.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use aftercall_core::advice::advise;
use aftercall_core::prompt_facts::{allows_null, integer_range, listed_options, null_choice};
use aftercall_core::{
    Call, Metric, MetricType, Role, Turn, parse_call, parse_call_str, parse_metrics,
    parse_metrics_json, parse_transcript_text,
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value as Json};

/// Any JSON, with the names that the parsers look for among the keys.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any_text().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((any_key(), inner), 0..8)
                .prop_map(|entries| Json::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "identifier", "dispositionMetrics", "dispositionMetricPrompt", "dispositionMetricType", "dispositionValues",
            "type", "choices", "successMetrics", "transcript", "role", "content", "start", "end", "timestamp",
            "startedAt", "endedAt", "timezone", "callId", "variables",
        ]).prop_map(str::to_owned),
        1 => ".*",
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "ENUM",
            "STRING",
            "INTEGER",
            "agent",
            "user",
            "2026-03-01T09:00:00Z",
            "2026-03-01T09:00:05+02:00",
            "Europe/Berlin",
            "+99:00",
            "-9999-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            " ",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,30}",
        ".{0,30}",
    ]
}

/// Words that the rules on prompts look for, and anything between them.
fn any_prompt() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "options:",
            "one of",
            "(",
            ")",
            "1",
            "5",
            "-",
            "–",
            "to",
            "between",
            "and",
            "or",
            "leave",
            "empty",
            "if",
            "not",
            "mentioned",
            "n/a",
            "/",
            "|",
            ",",
            ".",
            "?",
            "\n",
            "- ",
            "\"",
            "“",
            "yes",
            "no",
            "how many",
            "rate",
            "score",
            "answer",
            "with",
            "é",
            "好",
            "…",
            "etc",
            "=",
            "use",
            "other",
            "omit",
            "the",
            "metric",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,8}",
    ];
    (
        prop::collection::vec(word, 0..25),
        prop::sample::select(vec!["", " "]),
    )
        .prop_map(|(words, gap)| words.join(gap))
}

fn any_metric() -> impl Strategy<Value = Metric> {
    let kind = prop::sample::select(MetricType::ALL.to_vec());
    let choices = prop::collection::hash_set("[a-zA-Z_]{1,8}", 1..5);
    ("[a-z0-9_]{1,10}", any_prompt(), kind, choices).prop_map(
        |(identifier, prompt, kind, choices)| Metric {
            identifier,
            prompt: format!("{prompt}x"),
            kind,
            choices: if kind == MetricType::Enum {
                choices.into_iter().collect()
            } else {
                Vec::new()
            },
        },
    )
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let role = prop_oneof![
        Just(Role::Agent),
        Just(Role::User),
        "[A-Za-z][A-Za-z ]{0,9}".prop_map(|name| Role::from_name(&name)),
    ];
    (role, ".{0,20}").prop_map(|(role, content)| Turn {
        role,
        content,
        start: None,
        end: None,
    })
}

prop_compose! {
    fn any_call()(
        turns in prop::collection::vec((any_turn(), 0.0..10.0_f64, prop::option::of(0.0..10.0_f64)), 0..8),
        timed in any::<bool>(),
        call_id in prop::option::of("[!-~]{1,20}"),
        facts in prop::collection::vec(prop::option::of("[!-~]([ -~]{0,10}[!-~])?"), 7),
        started in prop::option::of(-1_000_000_000_000_000_000_i128..4_000_000_000_000_000_000),
        length in prop::option::of(0..10_000_i64),
        zone in prop::option::of(prop::sample::select(vec!["Europe/Berlin", "UTC", "+05:30"])),
        variables in prop::collection::vec((".{0,5}", any_json()), 0..4),
    ) -> Call {
        let mut at = 0.0;
        let transcript = turns.into_iter().map(|(mut turn, gap, length)| {
            if timed {
                at += gap;
                turn.start = Some(at);
                turn.end = length.map(|length| at + length);
            }
            turn
        }).collect();
        let mut call = Call::from_turns(transcript);
        let mut facts = facts.into_iter();
        let mut fact = || facts.next().flatten();
        call.agent_id = fact();
        call.kind = fact();
        call.status = fact();
        call.from = fact();
        call.to = fact();
        call.language = fact();
        call.recording_url = fact();
        call.started_at = started.map(|ns| Timestamp::from_nanosecond(ns).unwrap());
        call.ended_at = call.started_at.zip(length).map(|(start, s)| start + jiff::SignedDuration::from_secs(s));
        call.timezone = zone.map(str::to_owned);
        call.variables = variables.into_iter().collect();
        call.call_id = call_id.unwrap_or_else(|| call.content_id());
        call
    }
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(json in any_json()) {
        for problems in [parse_metrics_json(&json).err(), parse_call(&json).err()].into_iter().flatten() {
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|p| !p.field.is_empty() && !p.rule.is_empty() && p.value.len() < 2000));
        }
        let text = json.to_string();
        prop_assert_eq!(parse_metrics(&text).is_ok(), parse_metrics_json(&json).is_ok());
    }

    #[test]
    fn any_text_is_read_or_refused(text in any_prompt()) {
        let _ = parse_metrics(&text);
        let _ = parse_call_str(&text);
        let turns = parse_transcript_text(&text).unwrap();
        let call = Call::from_turns(turns);
        // Nothing that was said is lost: a text with words has turns.
        prop_assert_eq!(call.transcript.is_empty(), text.trim_matches('\u{feff}').trim().is_empty());
    }

    #[test]
    fn any_prompt_has_its_facts(metrics in prop::collection::vec(any_metric(), 1..7)) {
        for metric in &metrics {
            if let Some(options) = listed_options(&metric.prompt) {
                prop_assert!(options.len() >= 2);
                // Remarks in brackets are left out, also from the middle of an option.
                let whole = |option: &String| metric.prompt.contains(option.as_str());
                prop_assert!(metric.prompt.contains('(') || options.iter().all(whole));
            }
            if let Some(range) = integer_range(&metric.prompt) {
                prop_assert!(range.start() < range.end() && range.end() - range.start() <= 100);
            }
            let _ = allows_null(metric);
            if let Some(choice) = null_choice(metric) {
                prop_assert!(metric.choices.iter().any(|c| c == choice));
            }
        }
        for advice in advise(&metrics) {
            prop_assert!(!advice.message.is_empty());
        }
    }

    #[test]
    fn calls_come_back_as_they_were(call in any_call()) {
        let json = serde_json::to_value(&call).unwrap();
        prop_assert_eq!(&parse_call(&json).unwrap(), &call);
        let text = json.to_string();
        let again = parse_call_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), text);
        prop_assert_eq!(again.content_id(), call.content_id());
    }

    #[test]
    fn metrics_come_back_as_they_were(metrics in prop::collection::vec(any_metric(), 0..6)) {
        let mut metrics = metrics;
        for (n, metric) in metrics.iter_mut().enumerate() {
            metric.identifier.push_str(&format!("_{n}"));
        }
        let text = serde_json::to_string(&metrics).unwrap();
        let file = parse_metrics(&text).unwrap();
        prop_assert_eq!(&file.metrics, &metrics);
        prop_assert_eq!(file.source.to_string(), text);
    }
}
