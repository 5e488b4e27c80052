//! Analysis settings of other platforms.

use aftercall_core::MetricType;
use aftercall_intake::{Imported, PLATFORMS, import_metrics};
use serde_json::{Value as Json, json};

/// Identifiers and types.
type Expected = Vec<(&'static str, MetricType)>;

/// A platform, what its settings become, and the settings.
pub(crate) fn settings() -> Vec<(&'static str, Expected, Json)> {
    use MetricType::{Boolean, Datetime, Enum, Integer, String};
    vec![
        (
            "vapi",
            vec![
                ("date_wanted", Datetime),
                ("party_size", Integer),
                ("guest_name", String),
                ("guest_loyal", Boolean),
                ("dishes", String),
                ("table", Enum),
                ("call_success", Boolean),
                ("mood", Enum),
            ],
            json!({"analysisPlan": {
                "summaryPlan": {"messages": []},
                "structuredDataPlan": {"schema": {"type": "object", "properties": {
                    "date_wanted": {"type": "string", "format": "date-time", "description": "When does the caller want to come?"},
                    "partySize": {"type": ["number", "null"], "description": "How many people?", "minimum": 1, "maximum": 12},
                    "guest": {"type": "object", "properties": {
                        "name": {"type": "string", "description": "The guest's name."},
                        "loyal": {"type": "boolean", "description": "Has the guest been there before?"}}},
                    "dishes": {"type": "array", "items": {"type": "string"}, "description": "Dishes asked about."},
                    "table": {"type": "string", "enum": ["inside", "outside", "inside"], "description": "Which table?"}}}},
                "successEvaluationPlan": {"rubric": "PassFail", "messages": [{"role": "system", "content": "…"}]}},
             "structuredOutputs": [{"name": "mood", "type": "ai", "description": "How is the caller?", "schema": {"type": "string", "enum": ["calm", "angry"]}}]}),
        ),
        (
            "retell",
            vec![
                ("detailed_summary", String),
                ("is_new", Boolean),
                ("plan", Enum),
                ("amount", Integer),
            ],
            json!({"agent_id": "a", "analysis_summary_prompt": "…", "post_call_analysis_data": [
                {"type": "string", "name": "detailed_summary", "description": "What happened, in detail?", "examples": ["The bill was explained"]},
                {"type": "boolean", "name": "is_new", "description": "Is the caller a new customer?"},
                {"type": "enum", "name": "plan", "description": "Which plan?", "choices": ["basic", "gold"]},
                {"type": "number", "name": "amount", "description": "How much is asked for?"},
                {"type": "system-presets", "name": "call_summary"}]}),
        ),
        (
            "elevenlabs",
            vec![
                ("account", String),
                ("visits", Integer),
                ("solved_the_problem", Boolean),
            ],
            json!({"platform_settings": {
                "data_collection": {
                    "account": {"type": "string", "description": "The account number."},
                    "visits": {"type": "integer", "description": "How many visits?", "dynamic_variable": "v"}},
                "evaluation": {"criteria": [{"id": "Solved the problem", "name": "Solved", "type": "prompt", "conversation_goal_prompt": "The agent solved the problem."}]}}}),
        ),
        (
            "bolna",
            vec![
                ("interest", Enum),
                ("interest_text", String),
                ("call_back_at", Datetime),
                ("email", String),
            ],
            json!({"categories": [{"name": "Lead", "dispositions": [
                {"name": "Interest", "question": "How interested is the caller?", "is_subjective": true, "is_objective": true,
                 "objective_options": [{"value": "high", "condition": "asks for a price", "sub_options": [{"value": "very"}]}, {"value": "low", "condition": "wants to end the call"}]},
                {"name": "Call back at", "question": "When should we call back?", "is_subjective": true, "subjective_type": "timestamp"},
                {"name": "Email", "question": "Which address?", "is_subjective": true, "subjective_type": "email"}]}]}),
        ),
        (
            "fish",
            vec![
                ("callback", Boolean),
                ("topic", Enum),
                ("orders", Integer),
                ("solved", Boolean),
            ],
            json!({"analysis": {"summary": {"enabled": true, "prompt": "Two sentences."},
                "data_fields": [
                    {"name": "callback", "type": "boolean", "description": "Is a call back wanted?"},
                    {"name": "topic", "type": "enum", "description": "The topic.", "enum_options": ["bill", "move"]},
                    {"name": "orders", "type": "number", "description": "How many orders?"}],
                "criteria": [{"name": "solved", "description": "The problem was solved."}]}}),
        ),
        (
            "atoms",
            vec![("resolved", Boolean), ("outcome", Enum)],
            json!({"data": {"_resolvedConfig": {"postCallAnalyticsConfig": {"summaryPrompt": "Short.", "successMetrics": [], "dispositionMetrics": [
                {"identifier": "resolved", "dispositionMetricPrompt": "Was it resolved?", "dispositionMetricType": "BOOLEAN"},
                {"identifier": "outcome", "dispositionMetricPrompt": "The outcome?", "dispositionMetricType": "ENUM", "choices": ["yes", "no"]}]}}}}),
        ),
    ]
}

fn imported(platform: &str) -> Imported {
    let (_, _, settings) = settings()
        .into_iter()
        .find(|(name, _, _)| *name == platform)
        .unwrap();
    import_metrics(platform, &settings).unwrap()
}

#[test]
fn questions_become_metrics() {
    assert_eq!(settings().len(), PLATFORMS.len());
    for (platform, expected, settings) in settings() {
        let found = import_metrics(platform, &settings).unwrap();
        let found: Vec<(&str, MetricType)> = found
            .metrics
            .iter()
            .map(|metric| (metric.identifier.as_str(), metric.kind))
            .collect();
        assert_eq!(found, expected, "{platform}");
    }
}

#[test]
fn words_and_choices_come_over() {
    let vapi = imported("vapi");
    assert_eq!(
        vapi.metrics[1].prompt,
        "How many people? A number from 1 to 12."
    );
    assert_eq!(vapi.metrics[5].choices, ["inside", "outside"]);
    assert_eq!(vapi.metrics[7].prompt, "How is the caller?");
    let bolna = imported("bolna");
    assert!(bolna.metrics[0].prompt.contains("high: asks for a price"));
    let retell = imported("retell");
    assert!(
        retell.metrics[0]
            .prompt
            .ends_with("For example: The bill was explained.")
    );
}

#[test]
fn what_does_not_fit_is_told() {
    let fields = |platform: &str| -> Vec<String> {
        let imported = imported(platform);
        imported
            .left_over
            .into_iter()
            .map(|over| over.field)
            .collect()
    };
    let vapi = fields("vapi");
    for field in [
        "analysisPlan.structuredDataPlan.schema.properties.partySize",
        "analysisPlan.structuredDataPlan.schema.properties.dishes",
        "analysisPlan.summaryPlan",
        "analysisPlan.successEvaluationPlan",
    ] {
        assert!(vapi.iter().any(|found| found == field), "{field}: {vapi:?}");
    }
    assert!(fields("retell").contains(&"post_call_analysis_data[4]".to_owned()));
    assert!(
        fields("elevenlabs")
            .iter()
            .any(|field| field.ends_with("visits.dynamic_variable"))
    );
    assert!(
        fields("bolna")
            .iter()
            .any(|field| field.ends_with("sub_options"))
    );
    assert!(fields("fish").contains(&"analysis.summary.prompt".to_owned()));
    assert_eq!(fields("atoms"), ["summaryPrompt"]);
}

#[test]
fn settings_without_questions_are_refused() {
    for platform in PLATFORMS {
        assert!(
            import_metrics(platform, &json!({"name": 3})).is_err(),
            "{platform}"
        );
    }
    let problems = import_metrics("other", &json!({})).unwrap_err();
    assert_eq!(problems[0].field, "platform");
}
