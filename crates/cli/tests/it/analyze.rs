//! `aftercall analyze` where no model is needed: calls without a word, and what is refused.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use crate::support::{METRICS, Place, wordless};

const JSONL: [&str; 4] = ["--metrics", "metrics.yaml", "--format", "jsonl"];

fn analyze<'a>(calls: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [&["analyze"], calls, more].concat()
}

#[test]
fn a_call_without_a_word_needs_no_model() {
    let place = Place::new();
    place.write("calls/a.json", wordless("a"));
    place.write("calls/b.jsonl", wordless("b") + "\n" + &wordless("c"));
    place.write("calls/d.txt", "\n");
    let ran = place.run(&analyze(&["calls"], &JSONL));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let results = ran.results();
    assert_eq!(ran.ids()[..3], ["a", "b", "c"]);
    assert_eq!(results.len(), 4);
    for result in results {
        for answer in result["dispositionMetrics"].as_array().unwrap() {
            assert_eq!(answer["status"], "not_mentioned");
            assert_eq!(answer["value"], serde_json::Value::Null);
            assert_eq!(answer["confidence"], 0.0);
        }
    }
}

#[test]
fn every_format_is_what_it_says() {
    let place = Place::new();
    place.write("calls.jsonl", wordless("a") + &wordless("=b"));
    let run = |format: &str| {
        place.run(&analyze(
            &["calls.jsonl"],
            &["--metrics", "metrics.yaml", "--format", format],
        ))
    };
    let list: serde_json::Value = serde_json::from_str(&run("json").out).unwrap();
    assert_eq!(list[1]["callId"], "=b");
    let csv = run("csv").out;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "callId,summary,metric.solved,metric.solved.confidence,metric.outcome,metric.outcome.confidence"
    );
    assert!(
        lines[1].starts_with("a,") && lines[2].starts_with("'=b,"),
        "{csv}"
    );
    let table = run("table").out;
    assert!(
        table.starts_with("a\n") && table.contains("solved"),
        "{table}"
    );
    assert!(
        !table.contains('\u{1b}'),
        "no colours where there is no terminal"
    );
}

#[test]
fn bad_calls_are_told_with_their_place_and_the_others_go_on() {
    let place = Place::new();
    let bad = r#"{"callId": "", "transcript": [{"role": "agent"}]}"#;
    place.write(
        "calls.jsonl",
        format!("{}{bad}\nnonsense\n{}", wordless("a"), wordless("b")),
    );
    place.write("list.json", format!("[\n{},\n{bad}]", wordless("c")));
    let ran = place.run(&analyze(&["calls.jsonl", "list.json"], &JSONL));
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.ids(), ["a", "b", "c"]);
    for place in [
        "calls.jsonl:2: callId: ",
        "calls.jsonl:2: transcript[0].content: ",
        "calls.jsonl:3: document: ",
        "list.json:4: callId: ",
    ] {
        assert_eq!(ran.err.matches(place).count(), 1, "{place}: {}", ran.err);
    }
    assert!(ran.err.contains("3 failed"), "{}", ran.err);
}

#[test]
fn a_call_twice_is_taken_once_and_another_call_under_its_id_is_refused() {
    let place = Place::new();
    place.write("a.jsonl", wordless("a") + &wordless("a"));
    let ran = place.run(&analyze(&["a.jsonl"], &JSONL));
    assert_eq!(
        (ran.code, ran.ids()),
        (Some(0), vec!["a".to_owned()]),
        "{ran:?}"
    );
    assert!(
        ran.err
            .contains("note: a.jsonl:2: a stands in a.jsonl:1 too"),
        "{}",
        ran.err
    );
    place.write(
        "b.json",
        r#"{"callId": "a", "type": "webcall", "transcript": []}"#,
    );
    let ran = place.run(&analyze(&["a.jsonl", "b.json"], &JSONL));
    assert_eq!((ran.code, ran.ids()), (Some(1), vec!["a".to_owned()]));
    assert!(
        ran.err.contains("b.json: callId: must be unique"),
        "{}",
        ran.err
    );
}

#[test]
fn wrong_inputs_end_before_anything_is_analysed() {
    let place = Place::new();
    place.write("a.json", wordless("a"));
    place.write("empty/readme.md", "");
    let ran = place.run(&analyze(
        &["a.json", "none.json", "empty", "*.ndjson"],
        &JSONL,
    ));
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    for name in [
        "none.json: no such",
        "empty: no calls",
        "*.ndjson: no file matches",
    ] {
        assert!(ran.err.contains(name), "{}", ran.err);
    }
    place.write(
        "bad.yaml",
        METRICS
            .replace("BOOLEAN", "YESNO")
            .replace("sale,", "sale, sale,"),
    );
    let ran = place.run(&analyze(&["a.json"], &["--metrics", "bad.yaml"]));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("bad.yaml: [0].dispositionMetricType")
            && ran.err.contains("bad.yaml: [1].choices"),
        "{}",
        ran.err
    );
    let ran = place.run(&analyze(&["-"], &["--metrics", "-"]));
    assert_eq!(ran.code, Some(2));
    let ran = place.run(&analyze(
        &["a.json"],
        &["--metrics", "metrics.yaml", "--timezone", "Mars/Olympus"],
    ));
    assert_eq!(ran.code, Some(2));
}

#[test]
fn a_missing_model_is_named_with_the_way_to_get_it() {
    let place = Place::new();
    place.write("a.txt", "Agent: hello");
    let ran = place.run(&analyze(&["a.txt"], &JSONL));
    assert_eq!(ran.code, Some(3));
    assert!(
        ran.err.contains("aftercall model pull qwen2.5") && ran.err.contains("1.1 GB"),
        "{}",
        ran.err
    );
    place.write("no.gguf", "something else");
    let ran = place.run(&analyze(&["a.txt", "--model", "no.gguf"], &JSONL));
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("is not a GGUF file"), "{}", ran.err);
}

#[test]
fn standard_input_is_answered_line_by_line() {
    let place = Place::new();
    let mut child = place
        .command(&analyze(&["-"], &JSONL))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for id in ["a", "b"] {
        input.write_all(wordless(id).as_bytes()).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.contains(&format!("\"callId\":\"{id}\"")), "{line}");
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    let calls: String = (0..3000).map(|n| wordless(&n.to_string())).collect();
    place.write("calls.jsonl", calls);
    let mut child = place
        .command(&analyze(&["calls.jsonl"], &JSONL))
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = child.wait_with_output().unwrap();
    assert_eq!(
        ran.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

#[test]
fn a_run_is_gone_on_with() {
    for (name, torn) in [
        ("out.jsonl", "{\"callId\":\"b\",\"summ"),
        ("out.csv", "b,\"torn\nsumm"),
        ("out.json", ""),
    ] {
        let place = Place::new();
        place.write(
            "calls.jsonl",
            wordless("a") + &wordless("b") + &wordless("c"),
        );
        let run = |more: &[&str]| {
            let words = [&["--metrics", "metrics.yaml", "--out", name], more].concat();
            place.run(&analyze(&["calls.jsonl"], &words))
        };
        assert_eq!(run(&["--limit", "1"]).code, Some(0));
        let first = place.read(name);
        place.write(name, first.clone() + torn);
        let ran = run(&[]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains("--resume"), "{}", ran.err);
        let ran = run(&["--resume", "--limit", "1"]);
        assert_eq!(ran.code, Some(0), "{name}: {ran:?}");
        assert!(ran.err.contains("1 done before"), "{}", ran.err);
        assert_eq!(run(&["--resume"]).code, Some(0));
        let whole = place.read(name);
        place.write("all.jsonl", "");
        let ran = place.run(&analyze(
            &["calls.jsonl"],
            &["--metrics", "metrics.yaml", "--out", name, "--overwrite"],
        ));
        assert_eq!(ran.code, Some(0));
        let ids = |text: &str| text.matches(['a', 'b', 'c']).count();
        assert_eq!(
            ids(&place.read(name)),
            ids(&whole),
            "{name}: as if it had not been stopped"
        );
        place.write("metrics.yaml", METRICS.replace("solved", "was_solved"));
        let ran = run(&["--resume"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains("other metrics"), "{}", ran.err);
    }
}
