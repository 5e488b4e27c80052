//! The engine's process is killed at random moments; the run ends with the same answers.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use aftercall_core::Call;

use crate::{analyst, call, metrics};

fn calls(count: usize) -> Vec<Call> {
    (0..count)
        .map(|i| {
            call(&[
                ("agent", "Service desk, how can I help?"),
                (
                    "user",
                    &format!(
                        "My order {} for {} people has not come.",
                        100 + i,
                        i % 7 + 2
                    ),
                ),
                (
                    "agent",
                    if i % 2 == 0 {
                        "I have sent a new one."
                    } else {
                        "I cannot help with that."
                    },
                ),
                ("user", "When will you call me back?"),
                ("agent", "On 12 March 2025 at 3 pm."),
            ])
        })
        .collect()
}

#[test]
#[ignore = "needs the test model"]
fn a_run_with_kills_ends_with_the_same_answers() {
    let long = std::env::var_os("AFTERCALL_LONG").is_some();
    let calls = calls(20);
    let metrics = metrics();
    let mut sound = analyst(4096);
    let expected: Vec<_> = calls
        .iter()
        .map(|c| sound.analyze(c, &metrics).unwrap())
        .collect();
    drop(sound);

    let mut analyst = analyst(4096);
    // Pauses from a fixed sequence: random enough to hit every stage, the same in every run.
    let done = Arc::new(AtomicBool::new(false));
    let prey = Arc::new(AtomicU32::new(analyst.engine().child_id().unwrap()));
    let killer = thread::spawn({
        let (done, prey) = (Arc::clone(&done), Arc::clone(&prey));
        move || {
            let mut state = 12_345_u64;
            let mut kills = 0;
            while !done.load(Ordering::SeqCst) && (long || kills < 5) {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                thread::sleep(Duration::from_millis(4000 + (state >> 33) % 9000));
                let id = prey.load(Ordering::SeqCst).to_string();
                // A child that is gone already cannot be killed: that is fine.
                let killed = Command::new("kill").args(["-KILL", &id]).output();
                kills += u32::from(killed.is_ok_and(|o| o.status.success()));
            }
            kills
        }
    });
    for (call, expected) in calls.iter().zip(&expected) {
        let got = analyst.analyze(call, &metrics).unwrap();
        prey.store(analyst.engine().child_id().unwrap_or(0), Ordering::SeqCst);
        for (a, b) in got
            .disposition_metrics
            .iter()
            .zip(&expected.disposition_metrics)
        {
            assert_eq!(a.value, b.value, "{}", a.identifier);
            assert_eq!(a.status, b.status, "{}", a.identifier);
            assert!((a.confidence - b.confidence).abs() < 0.01, "{a:?} {b:?}");
        }
    }
    // However fast the machine is, at least one kill must have hit.
    if analyst.engine().restarts() == 0 {
        let id = analyst.engine().child_id().unwrap().to_string();
        Command::new("kill").args(["-KILL", &id]).status().unwrap();
        let got = analyst.analyze(&calls[0], &metrics).unwrap();
        assert_eq!(
            got.disposition_metrics[0].value,
            expected[0].disposition_metrics[0].value
        );
    }
    done.store(true, Ordering::SeqCst);
    killer.join().unwrap();
    assert!(analyst.engine().restarts() > 0);
}
