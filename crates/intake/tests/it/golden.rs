//! Payloads as files, and beside each what comes of it. `GOLDEN=write` writes them anew, to be looked at before they are committed.

use std::fs;

use aftercall_intake::{Outcome, all, by_name};
use serde_json::{Value as Json, json};

use crate::files::{cases, read, tests};

fn shown(outcome: &Result<Outcome, Vec<aftercall_core::Problem>>) -> Json {
    match outcome {
        Ok(Outcome::Call(taken)) => {
            json!({"event": taken.event, "partial": taken.is_partial(), "call": taken.call, "extra": taken.extra})
        }
        Ok(Outcome::Ignored { event }) => json!({"ignored": event}),
        Ok(Outcome::Fetch(notice)) => json!({"fetch": notice}),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            json!({"problems": lines})
        }
    }
}

#[test]
fn every_payload_becomes_the_call_that_is_written_beside_it() {
    let write = std::env::var("GOLDEN").is_ok_and(|word| word == "write");
    let mut wrong = Vec::new();
    for case in cases() {
        let source = by_name(&case.source).unwrap();
        let url = format!(
            "https://calls.example/v1/intake/{}/a?{}",
            case.source, case.query
        );
        let mut found = json!({"outcome": shown(&read(source, &url, &case.body, &[]))});
        if !case.answers.is_empty() {
            found["fetched"] = shown(&read(source, &url, &case.body, &case.answers));
        }
        if write {
            let text = serde_json::to_string_pretty(&found).unwrap();
            fs::write(&case.expected, text + "\n").unwrap();
            continue;
        }
        let expected = fs::read(&case.expected)
            .map(|text| serde_json::from_slice::<Json>(&text).unwrap())
            .unwrap_or_default();
        if expected != found {
            wrong.push(format!(
                "{}/{}: {}",
                case.source,
                case.name,
                serde_json::to_string_pretty(&found).unwrap()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_stands_in_the_documentation() {
    let page = fs::read_to_string(tests().join("../../../docs/intake.md")).unwrap();
    let table = page
        .split("\n## ")
        .find(|part| part.starts_with("Sources"))
        .unwrap();
    for source in all() {
        assert!(
            table.contains(&format!("`{}`", source.name())),
            "{}",
            source.name()
        );
    }
}

#[test]
fn every_source_has_payloads() {
    let cases = cases();
    for source in all() {
        let calls = cases
            .iter()
            .filter(|case| case.source == source.name())
            .filter(|case| {
                let url = format!("https://calls.example/?{}", case.query);
                matches!(
                    read(*source, &url, &case.body, &case.answers),
                    Ok(Outcome::Call(_))
                )
            });
        assert!(calls.count() > 0, "{}", source.name());
    }
}
