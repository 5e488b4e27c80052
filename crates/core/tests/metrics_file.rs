//! Every rule of a metrics file.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use aftercall_core::metrics_file::{
    MAX_CHOICE_CHARS, MAX_CHOICES, MAX_IDENTIFIER_CHARS, MAX_METRICS, MAX_PROMPT_CHARS,
};
use aftercall_core::{MetricType, parse_metrics, parse_metrics_json};
use serde_json::{Value as Json, json};

fn metric(with: Json) -> Json {
    let mut metric = json!({
        "identifier": "outcome",
        "dispositionMetricPrompt": "How did the call end?",
        "dispositionMetricType": "STRING",
    });
    for (key, value) in with.as_object().unwrap() {
        metric[key] = value.clone();
    }
    metric
}

fn fields(source: &Json) -> Vec<String> {
    match parse_metrics_json(source) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|p| p.field).collect(),
    }
}

#[test]
fn the_five_types() {
    for kind in MetricType::ALL {
        let mut one = metric(json!({"dispositionMetricType": kind.name()}));
        if kind == MetricType::Enum {
            one["choices"] = json!(["yes", "no"]);
        }
        let metrics = parse_metrics_json(&json!([one])).unwrap();
        assert_eq!(metrics[0].kind, kind);
        assert_eq!(serde_json::to_value(&metrics).unwrap(), json!([one]));
    }
}

#[test]
fn each_broken_rule_names_its_field() {
    let long = |n: usize| "x".repeat(n);
    for (with, field) in [
        (json!({"identifier": null}), "identifier"),
        (json!({"identifier": 7}), "identifier"),
        (json!({"identifier": ""}), "identifier"),
        (json!({"identifier": "Call-Outcome"}), "identifier"),
        (json!({"identifier": "x\n"}), "identifier"),
        (json!({"identifier": "naïve"}), "identifier"),
        (
            json!({"identifier": long(MAX_IDENTIFIER_CHARS + 1)}),
            "identifier",
        ),
        (
            json!({"dispositionMetricPrompt": null}),
            "dispositionMetricPrompt",
        ),
        (
            json!({"dispositionMetricPrompt": " \n\u{a0}"}),
            "dispositionMetricPrompt",
        ),
        (
            json!({"dispositionMetricPrompt": ["a"]}),
            "dispositionMetricPrompt",
        ),
        (
            json!({"dispositionMetricPrompt": long(MAX_PROMPT_CHARS + 1)}),
            "dispositionMetricPrompt",
        ),
        (
            json!({"dispositionMetricType": null}),
            "dispositionMetricType",
        ),
        (
            json!({"dispositionMetricType": "boolean"}),
            "dispositionMetricType",
        ),
        (
            json!({"dispositionMetricType": "SUMMARY"}),
            "dispositionMetricType",
        ),
        (
            json!({"dispositionMetricType": ["ENUM"]}),
            "dispositionMetricType",
        ),
        (
            json!({"dispositionMetricType": null, "dispositionValues": "ENUM"}),
            "dispositionValues",
        ),
        (
            json!({"dispositionMetricType": null, "dispositionValues": {"type": "Enum"}}),
            "dispositionValues.type",
        ),
        (
            json!({"dispositionMetricType": "STRING", "dispositionValues": {"type": "ENUM"}}),
            "dispositionValues.type",
        ),
        (json!({"choices": ["a"]}), "choices"),
        (json!({"choices": "a"}), "choices"),
        (json!({"dispositionMetricType": "ENUM"}), "choices"),
        (
            json!({"dispositionMetricType": "ENUM", "choices": null}),
            "choices",
        ),
        (
            json!({"dispositionMetricType": "ENUM", "choices": []}),
            "choices",
        ),
        (
            json!({"dispositionMetricType": "ENUM", "choices": {"a": 1}}),
            "choices",
        ),
        (
            json!({"dispositionMetricType": "ENUM", "choices": ["a", " "]}),
            "choices[1]",
        ),
        (
            json!({"dispositionMetricType": "ENUM", "choices": ["a", 1]}),
            "choices[1]",
        ),
        (
            json!({"dispositionMetricType": "ENUM", "choices": ["a", null]}),
            "choices[1]",
        ),
        (
            json!({"dispositionMetricType": "ENUM", "choices": ["a", "b", "a "]}),
            "choices[2]",
        ),
        (
            json!({"dispositionMetricType": "ENUM", "choices": [long(MAX_CHOICE_CHARS + 1)]}),
            "choices[0]",
        ),
        (
            json!({"dispositionMetricType": "ENUM", "choices": (0..=MAX_CHOICES).map(|n| n.to_string()).collect::<Vec<_>>()}),
            "choices",
        ),
    ] {
        assert_eq!(
            fields(&json!([metric(with.clone())])),
            [format!("[0].{field}")],
            "{with}"
        );
    }
}

#[test]
fn what_is_the_same_as_absent() {
    for with in [
        json!({"choices": null}),
        json!({"choices": []}),
        json!({"dispositionValues": null}),
        json!({"dispositionValues": {"type": "STRING"}}),
        json!({"description": "unknown fields are left alone"}),
    ] {
        assert_eq!(fields(&json!([metric(with)])), Vec::<String>::new());
    }
}

#[test]
fn the_older_type_is_taken() {
    let text = r#"[{"identifier":"a","dispositionMetricPrompt":"Which?","dispositionValues":{"type":"ENUM"},"choices":["x"]}]"#;
    let file = parse_metrics(text).unwrap();
    assert_eq!(file.metrics[0].kind, MetricType::Enum);
    assert_eq!(
        file.source.to_string(),
        text,
        "what was sent comes back as it was"
    );
}

#[test]
fn all_at_once() {
    let source = json!({"dispositionMetrics": [
        metric(json!({"identifier": "A", "dispositionMetricPrompt": ""})),
        "no object",
        metric(json!({"dispositionMetricType": "ENUM"})),
        metric(json!({})),
    ], "useReasoningModel": "yes", "summaryPrompt": 1, "successMetrics": [{}]});
    let problems = parse_metrics_json(&source).unwrap_err();
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "useReasoningModel",
            "summaryPrompt",
            "successMetrics[0].identifier",
            "successMetrics[0].successMetricPrompt",
            "successMetrics[0].successMetricType",
            "dispositionMetrics[0].identifier",
            "dispositionMetrics[0].dispositionMetricPrompt",
            "dispositionMetrics[1]",
            "dispositionMetrics[2].choices",
            "dispositionMetrics[3].identifier",
        ]
    );
    assert_eq!(
        problems[9].to_string(),
        r#"dispositionMetrics[3].identifier: must be unique in the list, and dispositionMetrics[2] has it too (got "outcome")"#
    );
}

#[test]
fn json_and_yaml_say_the_same() {
    let yaml = "
# what we ask
dispositionMetrics:
  - identifier: outcome
    dispositionMetricPrompt: >-
      How did
      the call end?
    dispositionMetricType: ENUM
    choices: [yes, no, \"3\"]
useReasoningModel: false
";
    let file = parse_metrics(yaml).unwrap();
    let json = json!({
        "dispositionMetrics": [metric(json!({"dispositionMetricType": "ENUM", "choices": ["yes", "no", "3"]}))],
        "useReasoningModel": false,
    });
    assert_eq!(file.source, json);
    assert_eq!(parse_metrics(&json.to_string()).unwrap(), file);
    assert_eq!(file.source.to_string(), json.to_string(), "order included");
}

#[test]
fn yaml_numbers_are_no_choices() {
    let text = "- identifier: a\n  dispositionMetricPrompt: Which?\n  dispositionMetricType: ENUM\n  choices: [1, 2]\n";
    let problems = parse_metrics(text).unwrap_err();
    assert_eq!(problems.len(), 2);
    assert_eq!(
        problems[0].to_string(),
        "[0].choices[0]: must be a text, in quotes (got 1)"
    );
}

#[test]
fn wrong_at_the_top() {
    for (text, field) in [
        ("", "document"),
        ("null", "document"),
        ("just words", "document"),
        ("42", "document"),
        ("{}", "dispositionMetrics"),
        (r#"{"dispositionMetrics": null}"#, "dispositionMetrics"),
        (r#"{"dispositionMetrics": {}}"#, "dispositionMetrics"),
        (r#"{"identifier": "a"}"#, "document"),
        (
            r#"[{"identifier": "a", "identifier": "b"}]"#,
            "[0].identifier",
        ),
        ("- identifier: a\n  identifier: b\n", "document"),
    ] {
        let problems = parse_metrics(text).unwrap_err();
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert_eq!(problems[0].field, field, "{text}");
    }
    assert_eq!(parse_metrics("[]").unwrap().metrics, []);
}

#[test]
fn too_many_metrics() {
    let list: Vec<Json> = (0..=MAX_METRICS)
        .map(|n| metric(json!({"identifier": format!("m{n}")})))
        .collect();
    assert_eq!(fields(&json!(list[..MAX_METRICS])), Vec::<String>::new());
    assert_eq!(fields(&json!(list)), ["document"]);
}
