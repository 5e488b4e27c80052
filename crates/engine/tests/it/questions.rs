//! What is asked is answered, and answered alike however it is asked.

use aftercall_engine::{ChatTemplate, EngineError, Grammar, Open, Segment, Speaker};

use crate::{CALL, closed, engine, open, plain};

#[test]
#[ignore = "needs the test model"]
fn probabilities_of_choices_add_up_to_one() {
    let mut engine = engine();
    engine.read(&plain(CALL), 1).unwrap();
    let (scores, cost) = engine
        .score(vec![
            closed("\nResolved:", &[" true", " false"]),
            closed(
                "\nTopic:",
                &[
                    " parcel",
                    " parcel lost in the post",
                    " pay",
                    " payment late",
                    " other",
                ],
            ),
            closed("\nTurn:", &[" 1", " 2", " 3", " 10", " 11", " 12"]),
            closed("\nOnly:", &[" one answer"]),
        ])
        .unwrap();
    for scores in &scores {
        let sum: f64 = scores.log_probs.iter().map(|l| l.exp()).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{scores:?}");
        assert!((0.0..=1.0 + 1e-9).contains(&scores.mass));
    }
    assert!(cost.read > 0);
}

#[test]
#[ignore = "needs the test model"]
fn an_answer_that_stands_in_the_prompt_beats_longer_and_shorter_ones() {
    let mut engine = engine();
    engine
        .read(
            &plain("red green blue red green blue red green blue red green"),
            1,
        )
        .unwrap();
    let (scores, _) = engine
        .score(vec![closed(
            " blue red",
            &[" green blue red green blue red", " a", " purple"],
        )])
        .unwrap();
    let best = scores[0].log_probs[0].exp();
    assert!(best > 0.5, "the long answer has {best}");
}

#[test]
#[ignore = "needs the test model"]
fn questions_asked_together_are_answered_as_when_asked_alone() {
    let mut engine = engine();
    engine.read(&plain(CALL), 1).unwrap();
    let questions = vec![
        closed("\nResolved:", &[" true", " false"]),
        closed("\nDay:", &[" Monday", " Tuesday", " Sunday"]),
    ];
    let (together, _) = engine.score(questions.clone()).unwrap();
    for (question, expected) in questions.into_iter().zip(together) {
        engine.read(&plain("something else"), 1).unwrap();
        engine.read(&plain(CALL), 1).unwrap();
        let (alone, _) = engine.score(vec![question]).unwrap();
        for (a, b) in alone[0].log_probs.iter().zip(&expected.log_probs) {
            assert!((a - b).abs() < 0.05, "{alone:?} {expected:?}");
        }
    }
}

#[test]
#[ignore = "needs the test model"]
fn what_two_prompts_share_is_read_once() {
    let mut engine = engine();
    let of = |end: &str| vec![Segment::plain(CALL), Segment::plain(end)];
    let first = engine.read(&of("\nCustomer: thanks"), 1).unwrap();
    assert_eq!(first.cached, 0);
    let second = engine.read(&of("\nCustomer: bye"), 1).unwrap();
    assert!(second.cached > 30, "{second:?}");
    assert!(second.read < 10, "{second:?}");
}

#[test]
#[ignore = "needs the test model"]
fn a_question_that_goes_on_is_not_read_again() {
    let mut engine = engine();
    engine.read(&plain(CALL), 1).unwrap();
    let (_, first) = engine
        .score(vec![closed(
            "\nWas the parcel found in the end? Answer:",
            &[" true", " false"],
        )])
        .unwrap();
    let (_, second) = engine
        .score(vec![closed(
            "\nWas the parcel found in the end? Answer: false\nTurn:",
            &[" 1", " 2"],
        )])
        .unwrap();
    assert!(second.cached + 2 >= first.read, "{first:?} {second:?}");
}

#[test]
#[ignore = "needs the test model"]
fn every_written_answer_obeys_its_own_grammar() {
    let mut engine = engine();
    engine.read(&plain(CALL), 1).unwrap();
    let schema = r#"{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}"#;
    let (texts, cost) = engine
        .write(vec![
            open("\nNumber:", " [0-9]{2}", 8),
            open("\nWord:", " (yes|no)", 8),
            Open {
                lead: plain("\nJSON: "),
                grammar: Grammar::JsonSchema(schema.into()),
                max_tokens: 40,
            },
            open("\nText:", r" [^\n]{400,500}", 12),
        ])
        .unwrap();
    let number = texts[0].text.trim();
    assert!(
        number.len() == 2 && number.chars().all(|c| c.is_ascii_digit()),
        "{number}"
    );
    assert!(
        [" yes", " no"].contains(&texts[1].text.as_str()),
        "{}",
        texts[1].text
    );
    let json: serde_json::Value = serde_json::from_str(&texts[2].text).unwrap();
    assert!(json["ok"].is_boolean());
    assert!(!texts[3].complete, "the bound ended it");
    assert!(texts[..3].iter().all(|t| t.complete));
    assert!(cost.written > 0 && cost.write_ms > 0.0);
}

#[test]
#[ignore = "needs the test model"]
fn a_broken_grammar_is_an_error_and_the_engine_goes_on() {
    let mut engine = engine();
    engine.read(&plain(CALL), 1).unwrap();
    let error = engine.write(vec![open("\nA:", "(", 8)]).unwrap_err();
    assert!(matches!(error, EngineError::Grammar(_)), "{error}");
    assert_eq!(engine.restarts(), 0);
    engine.write(vec![open("\nA:", " (yes|no)", 8)]).unwrap();
}

#[test]
#[ignore = "needs the test model"]
fn a_prompt_that_does_not_fit_is_refused_with_both_figures() {
    let mut engine = engine();
    let error = engine.read(&plain(&"word ".repeat(5000)), 1).unwrap_err();
    match error {
        EngineError::ContextTooSmall { needed, available } => {
            assert!(needed > 4000);
            assert_eq!(available, 1024);
        }
        other => panic!("{other}"),
    }
    engine.read(&plain(CALL), 1).unwrap();
    assert!(matches!(
        engine.score(vec![closed(&"word ".repeat(2000), &["a", "b"])]),
        Err(EngineError::ContextTooSmall { .. })
    ));
}

#[test]
#[ignore = "needs the test model"]
fn more_questions_than_fit_at_once_are_asked_in_groups() {
    let mut engine = engine();
    engine.read(&plain(CALL), 1).unwrap();
    let questions: Vec<_> = (0..60)
        .map(|i| {
            closed(
                &format!("\nQuestion {i}, is it so? {}", "well ".repeat(20)),
                &[" yes", " no"],
            )
        })
        .collect();
    let (scores, _) = engine.score(questions).unwrap();
    assert_eq!(scores.len(), 60);
}

#[test]
#[ignore = "needs the test model"]
fn control_tokens_in_plain_words_are_letters() {
    let mut engine = engine();
    let end = engine.info().eos.clone();
    let counts = engine
        .count(vec![Segment::plain(end.clone()), Segment::control(end)])
        .unwrap();
    assert!(counts[0] > 1, "{counts:?}");
    assert_eq!(counts[1], 1);
}

#[test]
#[ignore = "needs the test model"]
fn the_models_own_chat_form_is_used() {
    let engine = engine();
    let pieces = ChatTemplate::of(engine.info()).pieces(&[Speaker::System, Speaker::User]);
    assert!(pieces[0].text.contains("system"), "{pieces:?}");
    assert!(pieces[2].text.contains("assistant"), "{pieces:?}");
}
