//! Runs on a real model.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::{Place, Ran, test_model};

const CALLS: usize = 4;

fn place() -> Place {
    let place = Place::new();
    let call = |n: usize| {
        format!(
            "{{\"callId\": \"call-{n}\", \"startedAt\": \"2026-03-04T16:20:00Z\", \"transcript\": [\
             {{\"role\": \"agent\", \"content\": \"Hello, how can I help?\"}}, \
             {{\"role\": \"user\", \"content\": \"I want to cancel order number {n}.\"}}, \
             {{\"role\": \"agent\", \"content\": \"It is cancelled now.\"}}]}}\n"
        )
    };
    place.write("calls.jsonl", (0..CALLS).map(call).collect::<String>());
    place
}

fn words<'a>(model: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "analyze",
        "calls.jsonl",
        "--metrics",
        "metrics.yaml",
        "--model",
        model,
        "--context-tokens",
        "2048",
    ];
    [words.as_slice(), more].concat()
}

fn model() -> String {
    test_model().into_os_string().into_string().unwrap()
}

/// Result lines in the file so far.
fn lines(path: &PathBuf) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.matches('\n').count())
}

#[test]
#[ignore = "needs the test model"]
fn every_call_has_a_valid_answer_to_every_metric() {
    let place = place();
    let ran = place.run(&words(&model(), &["--format", "jsonl"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let results = ran.results();
    assert_eq!(results.len(), CALLS);
    for result in results {
        let answers = result["dispositionMetrics"].as_array().unwrap();
        assert_eq!(answers.len(), 2);
        assert!(answers[0]["value"].is_boolean(), "{result}");
        let outcome = answers[1]["value"].as_str();
        assert!(outcome.is_none_or(|choice| ["sale", "refusal", "other"].contains(&choice)));
        assert_eq!(
            result["provenance"]["modelSha256"].as_str().unwrap().len(),
            64
        );
    }
    assert!(
        !ran.err.contains("cancel order"),
        "what is said is not logged"
    );
}

#[test]
#[ignore = "needs the test model"]
fn ctrl_c_keeps_what_is_finished_and_resume_does_the_rest() {
    let place = place();
    let (model, out) = (model(), place.path("out.jsonl"));
    let more = ["--out", "out.jsonl"];
    let mut child = place.command(&words(&model, &more)).spawn().unwrap();
    while lines(&out) == 0 && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(5));
    }
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(signal.success() || lines(&out) == CALLS);
    let ran: Ran = child.wait_with_output().unwrap().into();
    let before = place.read("out.jsonl");
    if lines(&out) < CALLS {
        assert_eq!(ran.code, Some(130), "{ran:?}");
        assert!(ran.err.contains("--resume"), "{}", ran.err);
    }
    assert!(
        before
            .lines()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
    );
    let ran = place.run(&words(&model, &["--out", "out.jsonl", "--resume"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(lines(&out), CALLS);
    assert!(
        place.read("out.jsonl").starts_with(&before),
        "what was finished stays as it was"
    );
}

#[test]
#[ignore = "needs the test model"]
fn a_killed_run_is_gone_on_with() {
    let place = place();
    let (model, out) = (model(), place.path("out.csv"));
    let mut child = place
        .command(&words(&model, &["--out", "out.csv"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while lines(&out) < 2 && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = place.run(&words(&model, &["--out", "out.csv", "--resume"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let csv = place.read("out.csv");
    for n in 0..CALLS {
        assert_eq!(csv.matches(&format!("call-{n},")).count(), 1, "{csv}");
    }
}

#[test]
#[ignore = "needs the test model"]
fn a_model_that_cannot_be_loaded_is_an_engine_error() {
    let place = place();
    let ran = place.run(&words(&model(), &["--context-tokens", "2000000000"]));
    assert_ne!(ran.code, Some(0));
    let mut whole = std::fs::read(test_model()).unwrap();
    whole.truncate(1 << 20);
    place.write("half.gguf", &whole);
    let ran = place.run(&words("half.gguf", &[]));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains("cannot start model half"), "{}", ran.err);
}
