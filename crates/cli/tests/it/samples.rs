//! The sample calls on the model that users get.

use crate::support::{Place, default_model};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples");

#[test]
#[ignore = "needs the default model"]
fn the_booking_is_found_with_its_outcome_and_its_time() {
    let call = format!("{ROOT}/calls/booking.json");
    let metrics = format!("{ROOT}/metrics.yaml");
    let model = default_model().into_os_string().into_string().unwrap();
    let ran = Place::new().run(&[
        "analyze",
        &call,
        "--metrics",
        &metrics,
        "--model",
        &model,
        "--format",
        "jsonl",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let results = ran.results();
    let answers = results[0]["dispositionMetrics"].as_array().unwrap();
    let of = |identifier: &str| {
        answers
            .iter()
            .find(|a| a["identifier"] == identifier)
            .unwrap()
    };
    assert_eq!(of("call_outcome")["value"], "appointment_booked");
    let time = of("appointment_time");
    // "Next Friday at 3" of a call on Wednesday, 4 March 2026 in New York, where clocks go forward in between.
    assert_eq!(time["value"], "2026-03-13T15:00:00-04:00", "{time}");
    assert!(!time["evidence"].as_array().unwrap().is_empty());
}
