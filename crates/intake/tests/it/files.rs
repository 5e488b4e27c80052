//! Files that the tests read.

use std::fs;
use std::path::{Path, PathBuf};

use aftercall_core::{Call, parse_call_str, parse_transcript_text};
use aftercall_intake::{Fetched, Headers, Incoming, Outcome, Source};

/// The folder of the crate's tests.
pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The calls that come with the program.
pub(crate) fn sample_calls() -> Vec<Call> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/calls");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut calls = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("txt") => calls.push(Call::from_turns(parse_transcript_text(&text).unwrap())),
            Some("jsonl") => calls.extend(text.lines().map(|line| parse_call_str(line).unwrap())),
            _ => calls.push(parse_call_str(&text).unwrap()),
        }
    }
    assert!(calls.len() >= 9, "{}", calls.len());
    calls
}

/// A payload that is kept as a file.
pub(crate) struct Case {
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    pub(crate) query: String,
    pub(crate) answers: Vec<(String, Vec<u8>)>,
    pub(crate) expected: PathBuf,
}

/// Every payload that is kept.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in fs::read_dir(tests().join("golden")).unwrap() {
        let folder = folder.unwrap().path();
        for path in fs::read_dir(&folder).unwrap() {
            let path = path.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            let Some((name, _)) = file.split_once(".body.") else {
                continue;
            };
            let beside = |ending: &str| folder.join(format!("{name}.{ending}"));
            let answers: Vec<(String, serde_json::Value)> = fs::read(beside("answers.json"))
                .map(|text| serde_json::from_slice(&text).unwrap())
                .unwrap_or_default();
            cases.push(Case {
                source: folder.file_name().unwrap().to_str().unwrap().to_owned(),
                name: name.to_owned(),
                body: fs::read(&path).unwrap(),
                query: fs::read_to_string(beside("query.txt")).unwrap_or_default(),
                answers: answers
                    .into_iter()
                    .map(|(name, body)| (name, body.to_string().into_bytes()))
                    .collect(),
                expected: beside("expected.json"),
            });
        }
    }
    cases.sort_by(|a, b| (&a.source, &a.name).cmp(&(&b.source, &b.name)));
    cases
}

/// What comes of a payload, what it leads to included.
pub(crate) fn read(
    source: &dyn Source,
    url: &str,
    body: &[u8],
    answers: &[(String, Vec<u8>)],
) -> Result<Outcome, Vec<aftercall_core::Problem>> {
    let headers = Headers::default();
    let outcome = source.read(&Incoming {
        url,
        headers: &headers,
        body,
    })?;
    match outcome {
        Outcome::Fetch(notice) if !answers.is_empty() => {
            // It is kept as JSON until the job runs.
            let text = serde_json::to_string(&notice).unwrap();
            let notice = serde_json::from_str(&text).unwrap();
            let fetched: Vec<Fetched<'_>> = answers
                .iter()
                .map(|(name, body)| Fetched { name, body })
                .collect();
            source.read_fetched(&notice, &fetched)
        }
        outcome => Ok(outcome),
    }
}
