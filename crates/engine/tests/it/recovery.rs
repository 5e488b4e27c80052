//! A child that dies or hangs costs a request's time and nothing else.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aftercall_engine::{Engine, EngineError};

use crate::{CALL, child, closed, config, engine, plain};

fn signal(name: &str, engine: &Engine) {
    let id = engine.child_id().unwrap().to_string();
    let status = Command::new("kill").args([name, &id]).status().unwrap();
    assert!(status.success());
}

#[test]
#[ignore = "needs the test model"]
fn a_killed_child_is_replaced_and_the_answer_is_the_same() {
    let mut engine = engine();
    engine.read(&plain(CALL), 1).unwrap();
    let question = closed("\nResolved:", &[" true", " false"]);
    let (before, _) = engine.score(vec![question.clone()]).unwrap();
    for _ in 0..3 {
        signal("-KILL", &engine);
        let (after, _) = engine.score(vec![question.clone()]).unwrap();
        for (a, b) in after[0].log_probs.iter().zip(&before[0].log_probs) {
            assert!((a.exp() - b.exp()).abs() < 0.01);
        }
    }
    assert_eq!(engine.restarts(), 3);
}

#[test]
#[ignore = "needs the test model"]
fn a_child_that_hangs_is_ended_and_replaced() {
    let mut config = config();
    config.silence = Duration::from_secs(5);
    let mut engine = Engine::start(config, child).unwrap();
    signal("-STOP", &engine);
    engine.read(&plain(CALL), 1).unwrap();
    assert_eq!(engine.restarts(), 1);
}

#[test]
#[ignore = "needs the test model"]
fn a_child_that_dies_every_time_is_given_up_after_the_stated_number() {
    let started = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&started);
    let mut config = config();
    config.retries = 2;
    // The first child is sound; each later one ends before it says a word.
    let mut engine = Engine::start(config, move || {
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            child()
        } else {
            Command::new("false")
        }
    })
    .unwrap();
    signal("-KILL", &engine);
    let error = engine.read(&plain(CALL), 1).unwrap_err();
    assert!(
        matches!(error, EngineError::Crashed { attempts: 3, .. }),
        "{error}"
    );
    assert_eq!(started.load(Ordering::SeqCst), 4);
}
