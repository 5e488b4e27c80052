//! When advice is given, and, as often, when it is not.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use aftercall_core::advice::{AdviceKind, advise};
use aftercall_core::{Metric, MetricType, parse_metrics_json};
use serde_json::json;

use AdviceKind::*;
use MetricType::{Boolean, Datetime, Enum, Integer, String as Text};

fn metric(kind: MetricType, prompt: &str, choices: &[&str]) -> Metric {
    let source = json!([{
        "identifier": "subject",
        "dispositionMetricPrompt": prompt,
        "dispositionMetricType": kind.name(),
        "choices": choices,
    }]);
    parse_metrics_json(&source).unwrap().remove(0)
}

fn kinds(metrics: &[Metric]) -> Vec<AdviceKind> {
    advise(metrics).into_iter().map(|a| a.kind).collect()
}

#[test]
fn good_prompts_get_none() {
    for (kind, prompt) in [
        (Boolean, "Was the issue resolved?"),
        (
            Boolean,
            "Did the agent offer a discount of any kind, such as a voucher?",
        ),
        (
            Boolean,
            "When the caller asked for a refund, did the agent agree?",
        ),
        (
            Boolean,
            "What did the caller want? True if it was a refund.",
        ),
        (Boolean, "Whether the caller agreed to the terms"),
        (Boolean, "The caller asked to speak to a person"),
        (Boolean, "Is the caller over 18? Answer yes or no."),
        (Boolean, "True if the agent gave a price, false otherwise"),
        (Boolean, "Did the agent ask how many people would come?"),
        (
            Boolean,
            "Did the agent complete at least one booking (room, table, train or taxi) for the caller?",
        ),
        (Boolean, "Has the caller rated us from 1 to 5?"),
        (
            Text,
            "What is the caller's full name? Leave empty if it was not said.",
        ),
        (Text, "Summarise the problem in 1-2 sentences."),
        (Text, "Did the caller name a competitor? If so, which one?"),
        (Text, "Could you describe the problem?"),
        (Text, "How many devices are affected, and which?"),
        (Text, "Why was the caller not happy with the score we gave?"),
        (Text, "Write the note: history, impression and plan."),
        (
            Text,
            "When the caller was asked for a reason, what did they say?",
        ),
        (Text, "Return the order number or null."),
        (Text, "问题解决了吗请说明"),
        (
            Text,
            "What was the score of the match they spoke about, based on the call?",
        ),
        (Integer, "How many people is the booking for?"),
        (
            Integer,
            "What amount in whole euros was paid? Leave empty if nothing was paid.",
        ),
        (Integer, "How satisfied was the caller, from 1 to 5?"),
        (
            Integer,
            "Rate the agent's politeness on a scale of 1 to 10.",
        ),
        (
            Integer,
            "Give an overall score from 0 to 100, each of greeting, tone and outcome being worth a third.",
        ),
        (
            Integer,
            "Satisfaction score from 1 to 5 based on tone and wording",
        ),
        (Integer, "What interest rate in percent was quoted?"),
        (Integer, "What credit score did the caller state?"),
        (Integer, "How many phone numbers did the caller give?"),
        (Integer, "The number of account numbers that were read out"),
        (Integer, "On which floor does the caller live?"),
        (Integer, "What satisfaction rating did the caller give?"),
        (Integer, "How many times was N/A, the old brand, named?"),
        (Datetime, "When is the appointment?"),
        (
            Datetime,
            "What is the date of the visit? Leave empty if none was agreed.",
        ),
        (
            Datetime,
            "Until when does the offer hold, if a date was given?",
        ),
        (
            Datetime,
            "Start of the appointment or, if it was moved, of the new one",
        ),
    ] {
        let found = advise(&[metric(kind, prompt, &[])]);
        assert!(found.is_empty(), "{kind} {prompt:?}: {found:?}");
    }
}

#[test]
fn good_choices_get_none() {
    for (prompt, choices) in [
        (
            "How did the call end?",
            &["resolved", "escalated", "callback"][..],
        ),
        (
            "How did the call end? Options: resolved, escalated, none",
            &["resolved", "escalated", "none"],
        ),
        (
            "How did it end? (one of: Resolved, Not resolved)",
            &["resolved", "not_resolved"],
        ),
        (
            "How did it end? Options: resolved, escalated",
            &["issue_resolved", "escalated_to_person"],
        ),
        (
            "Which plan? Use other if none fits.",
            &["basic", "pro", "other"],
        ),
        (
            "Which plan? Leave empty if none.",
            &["basic", "pro", "none"],
        ),
        (
            "Which plan? Answer \"unknown\" if it is not clear.",
            &["basic", "not_mentioned"],
        ),
        (
            "Was it solved? Yes, no or unclear?",
            &["yes", "no", "unclear"],
        ),
        (
            "How did the contact answer the request?",
            &["agreed", "declined", "no_clear_answer"],
        ),
        (
            "Which account was used, or was the money taken from?",
            &["checking", "savings"],
        ),
        (
            "Which size, if any? Say what was ordered.",
            &["small", "large", "no_order"],
        ),
        (
            "Which kind of issue? Choose carefully if there are several.",
            &["a", "b"],
        ),
    ] {
        let found = advise(&[metric(Enum, prompt, choices)]);
        assert!(found.is_empty(), "{prompt:?}: {found:?}");
    }
}

#[test]
fn poor_prompts_get_one() {
    for (kind, prompt, expected) in [
        (Text, "Note", VaguePrompt),
        (Text, "Outcome?", VaguePrompt),
        (Text, "The subject of the", VaguePrompt),
        (Text, "How was the call?", VaguePrompt),
        (Text, "Anything important that was said", VaguePrompt),
        (
            Text,
            "Get all the relevant customer information",
            VaguePrompt,
        ),
        (Text, "Please analyze the call.", VaguePrompt),
        (Boolean, "How many people called?", TypeMismatch),
        (Boolean, "What was the outcome of the call?", TypeMismatch),
        (Boolean, "Summarise the call in a sentence.", TypeMismatch),
        (
            Boolean,
            "The agent's politeness, on a scale of 1 to 5",
            TypeMismatch,
        ),
        (
            Boolean,
            "Outcome of the call. Options: won, lost, open",
            TypeMismatch,
        ),
        (
            Boolean,
            "Was it solved? Answer with N/A if there was no problem.",
            TypeMismatch,
        ),
        (Text, "Was it solved? Yes or no.", TypeMismatch),
        (Text, "Did the caller agree to the price?", TypeMismatch),
        (Text, "How many people is the booking for?", TypeMismatch),
        (
            Text,
            "How satisfied was the caller, from 1 to 5?",
            TypeMismatch,
        ),
        (Text, "When is the next appointment?", TypeMismatch),
        (Integer, "Did the caller agree to the price?", TypeMismatch),
        (Integer, "Was it solved? Answer yes or no.", TypeMismatch),
        (
            Integer,
            "How many people? Say Not Applicable if there is no booking.",
            TypeMismatch,
        ),
        (Integer, "The number of guests, or N/A", TypeMismatch),
        (Integer, "Why did the caller cancel?", TypeMismatch),
        (Integer, "When is the appointment?", TypeMismatch),
        (
            Integer,
            "Mood of the caller. Options: good, bad",
            TypeMismatch,
        ),
        (
            Integer,
            "What phone number did the caller give?",
            TypeMismatch,
        ),
        (Integer, "What was the price to two decimals?", TypeMismatch),
        (Datetime, "Did the caller agree to a date?", TypeMismatch),
        (Datetime, "How many days until the delivery?", TypeMismatch),
        (
            Datetime,
            "When is the visit? Write \"unknown\" if it is not said.",
            TypeMismatch,
        ),
        (Datetime, "Who takes the appointment?", TypeMismatch),
        (
            Text,
            "What was the outcome? Options: resolved, escalated, callback",
            UseEnum,
        ),
        (
            Text,
            "Classify the call as billing, delivery or other.",
            UseEnum,
        ),
        (
            Text,
            "The coupon that was named. Omit if there was none.",
            OmitInstruction,
        ),
        (
            Integer,
            "The price in euros. Do not include this field if none was named.",
            OmitInstruction,
        ),
        (
            Boolean,
            "Was a price named? Skip this metric when nobody answered.",
            OmitInstruction,
        ),
        (
            Text,
            "Explain the answer to the previous question in a sentence.",
            CrossReference,
        ),
        (
            Text,
            "Say why, based on the other metrics, the call went well.",
            CrossReference,
        ),
        (Integer, "Rate the politeness of the agent.", NoScale),
        (
            Integer,
            "Give an overall quality score for the call.",
            NoScale,
        ),
        (
            Integer,
            "Calculate a score from 0 to 100 based on greeting, empathy and outcome.",
            NoWeights,
        ),
    ] {
        let found = kinds(&[metric(kind, prompt, &[])]);
        assert_eq!(found, [expected], "{kind} {prompt:?}");
    }
}

#[test]
fn poor_choices_get_one() {
    for (prompt, choices, expected, words) in [
        (
            "How did it end? Options: resolved, escalated, callback",
            &["resolved", "escalated"][..],
            MissingChoice,
            "\"callback\"",
        ),
        (
            "How did it end? Use \"other\" if nothing fits.",
            &["resolved", "escalated"],
            MissingChoice,
            "\"other\"",
        ),
        (
            "How did it end? Choose other if nothing fits.",
            &["resolved", "escalated"],
            MissingChoice,
            "\"other\"",
        ),
        (
            "Which plan did they take, if any?",
            &["basic", "pro"],
            NoneChoice,
            "none",
        ),
        (
            "Which plan did they take? Leave empty if none.",
            &["basic", "pro"],
            NoneChoice,
            "none",
        ),
        (
            "How did the call end?",
            &["Resolved", "resolved", "open"],
            SimilarChoices,
            "\"Resolved\"",
        ),
        (
            "How did the call end?",
            &["not_resolved", "open", "not-resolved"],
            SimilarChoices,
            "\"not-resolved\"",
        ),
    ] {
        let found = advise(&[metric(Enum, prompt, choices)]);
        assert_eq!(found.len(), 1, "{prompt:?} {choices:?}: {found:?}");
        assert_eq!(found[0].kind, expected, "{prompt:?}");
        assert!(found[0].message.contains(words), "{}", found[0].message);
        assert_eq!(found[0].identifier.as_deref(), Some("subject"));
    }
}

fn named(identifier: &str, prompt: &str, choices: &[&str]) -> Metric {
    let kind = if choices.is_empty() { Boolean } else { Enum };
    Metric {
        identifier: identifier.into(),
        ..metric(kind, prompt, choices)
    }
}

#[test]
fn references_to_other_metrics() {
    let outcome = named("outcome", "How did the call end?", &["sale_made", "lost"]);
    let sale = named("sale_made", "Was a sale made on this call?", &[]);
    for (prompt, refers) in [
        ("If sale_made is true, was the price agreed?", true),
        ("Was the price agreed (see `outcome`)?", true),
        ("Is the metric outcome the best one?", true),
        ("Was the outcome of the call good for the caller?", false),
        ("Was the sale made at a loss?", false),
        ("Did presale_made_easy, the product, come up?", false),
    ] {
        let third = named("third", prompt, &[]);
        let found = kinds(&[outcome.clone(), sale.clone(), third]);
        assert_eq!(!found.is_empty(), refers, "{prompt:?}: {found:?}");
        assert!(found.iter().all(|kind| *kind == CrossReference));
    }
    let own = named(
        "result",
        "How did the call end? Options: sale_made, lost",
        &["sale_made", "lost"],
    );
    assert_eq!(kinds(&[own, sale]), []);
}

#[test]
fn more_than_five() {
    let many: Vec<Metric> = (0..6)
        .map(|n| named(&format!("m{n}"), "Was the issue resolved?", &[]))
        .collect();
    assert_eq!(advise(&many[..5]), []);
    let found = advise(&many);
    assert_eq!(
        (found.len(), found[0].kind, &found[0].identifier),
        (1, TooManyMetrics, &None)
    );
}
