//! Payloads a second of every source on one thread, beside serde_json's bare parse of the same bytes. `bench/intake/run` starts it.
//!
//! Each source's payload is made of one of the sample calls, doubled until it has as many turns as asked for, and its signature is
//! checked as part of reading it. A payload that is no JSON, or that holds all that was said as one text, is held against the parse of the
//! same call as a call file: the bare parse of one long text would only be a copy.

use std::hint::black_box;
use std::time::{Duration, Instant};

use aftercall_core::{Call, parse_call_str};
use aftercall_intake::{Fetched, Headers, Incoming, Outcome, Source, all, signed_request};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

const SECRET: &str = "a secret of some length";
const ROUNDS: usize = 7;
/// Sources that send all that was said as one text.
const FLAT: [&str; 2] = ["bolna", "synthflow"];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let path = words
        .next()
        .ok_or("say which call: measure CALL.json [TURNS [SOURCE]]")?;
    let turns: usize = words.next().map_or(Ok(100), |word| word.parse())?;
    let call = parse_call_str(&std::fs::read_to_string(path)?)
        .map_err(|problems| format!("{problems:?}"))?;
    let call = longer(call, turns);
    let now: Timestamp = "2026-03-10T09:00:00Z".parse()?;
    let only = words.next();
    for source in all() {
        if only.as_deref().is_some_and(|name| name != source.name()) {
            continue;
        }
        let line = measure(*source, &call, now)?;
        println!("{line}");
    }
    Ok(())
}

/// The call said again and again, each time later.
fn longer(mut call: Call, turns: usize) -> Call {
    let whole = call.transcript.clone();
    let lasts = whole.iter().filter_map(|turn| turn.end).fold(1.0, f64::max);
    let mut offset = lasts;
    while call.transcript.len() < turns && !whole.is_empty() {
        call.transcript
            .extend(whole.iter().cloned().map(|mut turn| {
                turn.start = turn.start.map(|start| start + offset);
                turn.end = turn.end.map(|end| end + offset);
                turn
            }));
        offset += lasts;
    }
    call.transcript.truncate(turns);
    call.ended_at = None;
    call
}

fn measure(source: &dyn Source, call: &Call, now: Timestamp) -> Result<Json, Failure> {
    let url = "https://calls.example/v1/intake/x/a";
    let (sample, signed) = signed_request(source, call, url, SECRET, now);
    let headers: Headers = signed.headers.iter().cloned().collect();
    let incoming = Incoming {
        url: &signed.url,
        headers: &headers,
        body: &sample.body,
    };
    let fetched: Vec<Fetched<'_>> = sample
        .answers
        .iter()
        .map(|(name, body)| Fetched { name, body })
        .collect();
    let read = || -> Result<Call, Failure> {
        source.signature().verify(&incoming, &[SECRET], now)?;
        let outcome = source
            .read(&incoming)
            .map_err(|problems| format!("{problems:?}"))?;
        let outcome = match outcome {
            Outcome::Fetch(notice) => source
                .read_fetched(&notice, &fetched)
                .map_err(|problems| format!("{problems:?}"))?,
            outcome => outcome,
        };
        match outcome {
            Outcome::Call(taken) => Ok(taken.call),
            other => Err(format!("{other:?}").into()),
        }
    };
    if read()?.transcript.len() != call.transcript.len() {
        return Err(format!("{}: turns are missing", source.name()).into());
    }
    let is_json = sample.content_type == "application/json" && !FLAT.contains(&source.name());
    let mut texts: Vec<Vec<u8>> = vec![sample.body.clone()];
    texts.extend(sample.answers.iter().map(|(_, body)| body.clone()));
    if !is_json {
        texts = vec![serde_json::to_vec(call)?];
    }
    let bare = || -> Result<(), Failure> {
        for text in &texts {
            black_box(serde_json::from_slice::<Json>(text)?);
        }
        Ok(())
    };
    // One after the other in each round, so that whatever else the machine does is in both.
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let a = rate(|| read().map(|call| drop(black_box(call))))?;
        let b = rate(bare)?;
        ours.push(a);
        theirs.push(b);
        ratios.push(a / b);
    }
    let bytes: usize = sample.body.len()
        + sample
            .answers
            .iter()
            .map(|(_, body)| body.len())
            .sum::<usize>();
    Ok(json!({
        "source": source.name(),
        "bytes": bytes,
        "payloads_per_second": median(ours).round(),
        "bare_per_second": median(theirs).round(),
        "ratio": median(ratios),
        "json": is_json,
    }))
}

/// How often a second.
fn rate(mut work: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let enough = Duration::from_millis(60);
    let start = Instant::now();
    let mut count = 0_u32;
    loop {
        for _ in 0..8 {
            work()?;
        }
        count += 8;
        let passed = start.elapsed();
        if passed >= enough {
            return Ok(f64::from(count) / passed.as_secs_f64());
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
