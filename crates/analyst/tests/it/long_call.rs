//! A call longer than the context is read whole.

use std::fmt::Write as _;

use aftercall_core::{MetricType, Value};

use crate::{analyst, call, metric, metrics};

#[test]
#[ignore = "needs the test model"]
fn a_call_longer_than_the_context_is_read_in_windows_and_nothing_is_cut() {
    let mut turns: Vec<(String, String)> = Vec::new();
    for i in 0..160 {
        let mut text = String::new();
        write!(
            text,
            "This is remark number {i} about the garden, the fence and the gate."
        )
        .unwrap();
        turns.push((if i % 2 == 0 { "agent" } else { "user" }.into(), text));
    }
    turns[150].1 = "My booking code is ZX81QT, please write it down.".into();
    let turns: Vec<_> = turns
        .iter()
        .map(|(r, c)| (r.as_str(), c.as_str()))
        .collect();
    let call = call(&turns);
    let list = [metric(
        "code",
        MetricType::String,
        "What booking code did the customer give?",
        &[],
    )];
    let mut analyst = analyst(3072);
    let analysis = analyst.analyze(&call, &list).unwrap();
    assert!(analysis.provenance.windows > 1);
    assert!(!analysis.provenance.truncated);
    // Every line went through the model at least once.
    let words: usize = call
        .transcript
        .iter()
        .map(|t| t.content.split_whitespace().count())
        .sum();
    assert!(analysis.provenance.usage.tokens_read > words as u64);
    if let Some(Value::Text(code)) = &analysis.disposition_metrics[0].value {
        assert!(!code.is_empty());
    }
}

/// Two hours of talk: 20,000 words.
#[test]
#[ignore = "needs the test model, and minutes"]
fn two_hours_of_talk_are_answered_within_the_stated_memory() {
    const MORE_BYTES: u64 = 500 << 20;
    if std::env::var_os("AFTERCALL_LONG").is_none() {
        return;
    }
    let turns: Vec<(&str, String)> = (0..1250)
        .map(|i| {
            let role = if i % 2 == 0 { "agent" } else { "user" };
            let text = format!("Item {i} of the list is a chair or a lamp, and we talk of its price and its colour.");
            (role, text)
        })
        .collect();
    let turns: Vec<_> = turns.iter().map(|(r, c)| (*r, c.as_str())).collect();
    let call = call(&turns);
    let words: usize = call
        .transcript
        .iter()
        .map(|t| t.content.split_whitespace().count())
        .sum();
    assert!(words >= 20_000, "{words}");
    let mut analyst = analyst(8192);
    let analysis = analyst.analyze(&call, &metrics()).unwrap();
    assert!(analysis.provenance.windows > 2);
    assert!(analysis.provenance.usage.tokens_read > words as u64);
    let model = std::fs::metadata(crate::model()).unwrap().len();
    let stated = model + analyst.engine().info().cache_bytes + MORE_BYTES;
    let used = peak(std::process::id()) + peak(analyst.engine().child_id().unwrap());
    assert!(used <= stated, "{} MiB of {}", used >> 20, stated >> 20);
}

/// The most memory that a process ever had, in bytes.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        << 10
}
