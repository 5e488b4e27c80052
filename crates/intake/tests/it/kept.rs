//! Nothing of a payload is dropped in silence.

use std::collections::BTreeSet;

use aftercall_intake::{Outcome, by_name};
use serde_json::{Map, Value as Json, json};

use crate::files::{cases, read};

/// Puts a mark beside every field of every object. Marks are told with their paths, where `[]` stands for any place in a list.
fn marked(value: &mut Json, at: &str, marks: &mut Vec<(String, String)>) {
    match value {
        Json::Object(fields) => {
            for (name, inner) in fields.iter_mut() {
                let dot = if at.is_empty() { "" } else { "." };
                marked(inner, &format!("{at}{dot}{name}"), marks);
            }
            let mark = format!("mark-{}-kept", marks.len());
            fields.insert("a_field_that_nobody_knows".to_owned(), mark.clone().into());
            marks.push((mark, at.to_owned()));
        }
        Json::Array(list) => {
            for item in list {
                marked(item, &format!("{at}[]"), marks);
            }
        }
        _ => {}
    }
}

fn text_of(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Call(taken) => Some(json!([taken.call, taken.extra]).to_string()),
        _ => None,
    }
}

#[test]
fn fields_that_nobody_knows_are_kept_wherever_they_stand() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let Ok(mut body) = serde_json::from_slice::<Json>(&case.body) else {
            continue;
        };
        let mut marks = Vec::new();
        marked(&mut body, "", &mut marks);
        let mut answers = Vec::new();
        for (name, answer) in &case.answers {
            let mut answer: Json = serde_json::from_slice(answer).unwrap();
            marked(&mut answer, "", &mut marks);
            answers.push((name.clone(), answer.to_string().into_bytes()));
        }
        let source = by_name(&case.source).unwrap();
        let url = format!("https://calls.example/?{}", case.query);
        let found = read(source, &url, body.to_string().as_bytes(), &answers);
        let Ok(Outcome::Call(taken)) = found else {
            continue;
        };
        let text = json!([taken.call, taken.extra]).to_string();
        let rest = &taken.call.variables[source.name()];
        let left_out = rest["leftOut"].as_object().cloned().unwrap_or_default();
        for (mark, path) in marks {
            // A page's place among the pages is not the call's.
            if path == "meta" {
                continue;
            }
            let named = left_out.keys().any(|left| path.starts_with(left));
            assert!(
                named || text.contains(&mark),
                "{}/{}: {path} of {left_out:?}",
                case.source,
                case.name
            );
        }
        seen.insert(case.source.clone());
    }
    assert!(seen.len() >= 5, "{seen:?}");
}

#[test]
fn the_secret_in_the_address_is_not_kept() {
    for case in cases() {
        let source = by_name(&case.source).unwrap();
        let url = format!(
            "https://calls.example/v1/intake/x/a/a-secret?{}",
            case.query
        );
        let found = read(source, &url, &case.body, &case.answers);
        let text = found.ok().as_ref().and_then(text_of).unwrap_or_default();
        assert!(!text.contains("a-secret"), "{}/{}", case.source, case.name);
    }
}

#[test]
fn a_flood_is_cut_to_what_variables_may_have_and_named() {
    let flood: Map<String, Json> = (0..3000)
        .map(|n| (format!("field_{n}"), "z".repeat(1000).into()))
        .collect();
    let body = json!({"message": {"type": "end-of-call-report", "call": {"id": "c"}, "flood": flood, "small": 7}});
    let vapi = by_name("vapi").unwrap();
    let found = read(
        vapi,
        "https://calls.example/",
        body.to_string().as_bytes(),
        &[],
    );
    let Ok(Outcome::Call(taken)) = found else {
        panic!("{found:?}");
    };
    let variables = &taken.call.variables;
    assert!(serde_json::to_vec(variables).unwrap().len() < 1024 * 1024);
    assert_eq!(variables["vapi"]["message"]["small"], 7);
    assert!(variables["vapi"]["leftOut"].as_object().unwrap().len() > 10);
}
