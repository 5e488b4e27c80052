//! `aftercall metrics check`.

use crate::support::Place;

const BAD: &str = "\
- identifier: Solved!
  dispositionMetricPrompt: ' '
  dispositionMetricType: ENUM
";

#[test]
fn a_good_file_is_well() {
    let place = Place::new();
    let ran = place.run(&["metrics", "check", "metrics.yaml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("metrics.yaml: 2 metrics, no errors"),
        "{}",
        ran.out
    );
}

#[test]
fn every_error_is_told() {
    let place = Place::new();
    let ran = place.run_with_input(&["metrics", "check", "-"], BAD);
    assert_eq!(ran.code, Some(2));
    for field in [
        "[0].identifier",
        "[0].dispositionMetricPrompt",
        "[0].choices",
    ] {
        assert!(
            ran.out.contains(&format!("error: {field}: ")),
            "{}",
            ran.out
        );
    }
    let ran = place.run_with_input(&["metrics", "check", "-", "--format", "json"], BAD);
    assert_eq!(ran.code, Some(2));
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["valid"], false);
    assert_eq!(report["errors"].as_array().unwrap().len(), 3);
}

#[test]
fn advice_does_not_count() {
    let place = Place::new();
    let many: String = (0..6)
        .map(|n| format!("- {{identifier: m{n}, dispositionMetricPrompt: 'Did the customer ask for thing {n}?', dispositionMetricType: BOOLEAN}}\n"))
        .collect();
    let ran = place.run_with_input(&["metrics", "check", "-"], &many);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.out.contains("advice: there are 6 metrics"),
        "{}",
        ran.out
    );
}

#[test]
fn a_missing_file_is_an_input_error() {
    let ran = Place::new().run(&["metrics", "check", "none.yaml"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("cannot read the metrics none.yaml"),
        "{}",
        ran.err
    );
}
