//! A call longer than the context is read whole.

use std::fmt::Write as _;

use aftercall_core::{MetricType, Value};

use crate::{analyst, call, metric};

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
