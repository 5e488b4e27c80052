//! Whether a change to a configuration can be taken.

use std::io;

use serde_json::Value as Json;

use super::fields::FIELDS;
use super::{Config, POST_CALL_ANALYTICS, given, is_recognised, is_section_name};
use crate::problem::Problems;
use crate::{Problem, parse_metrics_json};

/// Bytes of a configuration, written as JSON.
pub const MAX_CONFIG_BYTES: usize = 1024 * 1024;

/// Why a change is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// No field of the change is one of a configuration.
    #[error("No recognized config fields in request body")]
    NoRecognisedField,
    /// Names of sections, whose fields stand at the top of a configuration and not inside them.
    #[error("names of sections are no fields: {}", .0.join(", "))]
    SectionNames(Vec<String>),
    /// Every broken rule, up to [`crate::MAX_PROBLEMS`].
    #[error("{} fields break a rule", .0.len())]
    Problems(Vec<Problem>),
}

/// Checks the fields of a change: the types and limits that the API documents, and the metrics by every rule of a list of
/// metrics, `max_metrics` included. Fields that the API does not document pass.
///
/// # Errors
/// The reason why the change cannot be taken.
pub fn check_patch(patch: &Config, max_metrics: usize) -> Result<(), PatchError> {
    let recognised = |(name, value): (&String, &Json)| is_recognised(name) && !value.is_null();
    if !patch.iter().any(recognised) {
        return Err(PatchError::NoRecognisedField);
    }
    let sections: Vec<_> = patch
        .keys()
        .filter(|name| is_section_name(name))
        .cloned()
        .collect();
    if !sections.is_empty() {
        return Err(PatchError::SectionNames(sections));
    }
    let mut problems = Problems::default();
    for (name, rule) in FIELDS {
        if let Some(value) = given(patch, name) {
            rule.check(name, value, &mut problems);
        }
    }
    match given(patch, POST_CALL_ANALYTICS) {
        Some(Json::Object(analytics)) => check_analytics(analytics, max_metrics, &mut problems),
        Some(other) => problems.field(POST_CALL_ANALYTICS, Some(other), "must be an object"),
        None => {}
    }
    problems.or(()).map_err(PatchError::Problems)
}

/// Checks that a configuration is at most [`MAX_CONFIG_BYTES`] long, as it could grow with every change.
///
/// # Errors
/// The broken rule.
pub fn check_size(config: &Config) -> Result<(), Problem> {
    let mut counted = Counter(0);
    // Writing to a counter does not fail, and neither does a map with text keys.
    let written = serde_json::to_writer(&mut counted, config).is_ok();
    if written && counted.0 <= MAX_CONFIG_BYTES {
        return Ok(());
    }
    let rule = format!("must be at most {MAX_CONFIG_BYTES} bytes long, all its fields together");
    Err(Problem::told(
        "config",
        format!("{} bytes", counted.0),
        rule,
    ))
}

/// The metrics of a change are the whole list that there will be, so all its rules can be checked at once.
fn check_analytics(analytics: &Config, max_metrics: usize, problems: &mut Problems) {
    let mut whole = analytics.clone();
    if given(&whole, "dispositionMetrics").is_none() {
        whole.insert("dispositionMetrics".to_owned(), Json::Array(Vec::new()));
    }
    let metrics = parse_metrics_json(&Json::Object(whole)).unwrap_or_else(|found| {
        for problem in found {
            let field = format!("{POST_CALL_ANALYTICS}.{}", problem.field);
            problems.add(Problem { field, ..problem });
        }
        Vec::new()
    });
    if metrics.len() > max_metrics {
        problems.add(Problem::told(
            format!("{POST_CALL_ANALYTICS}.dispositionMetrics"),
            format!("{} items", metrics.len()),
            format!("must have at most {max_metrics} items"),
        ));
    }
}

struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(patch: Json) -> Result<(), PatchError> {
        check_patch(patch.as_object().unwrap(), 2)
    }

    fn told(patch: Json) -> Vec<String> {
        match check(patch) {
            Err(PatchError::Problems(list)) => list.iter().map(Problem::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn something_recognised_must_be_there() {
        for patch in [
            json!({}),
            json!({"name": "n"}),
            json!({"own": 1}),
            json!({"expectedRevision": 1}),
            json!({"firstMessage": null}),
            json!({"analytics": {}}),
        ] {
            assert_eq!(check(patch), Err(PatchError::NoRecognisedField));
        }
        assert_eq!(
            check(json!({"firstMessage": "", "own": {"a": null}})),
            Ok(())
        );
    }

    #[test]
    fn names_of_sections_are_refused() {
        let sections = PatchError::SectionNames(vec!["analytics".to_owned()]);
        assert_eq!(
            check(json!({"analytics": {}, "firstMessage": "a"})),
            Err(sections)
        );
        assert_eq!(
            check(json!({"language": {"default": "en"}, "playbooks": []})),
            Ok(())
        );
    }

    #[test]
    fn types_and_limits() {
        assert_eq!(
            told(json!({
                "firstMessage": "x".repeat(501), "slmModel": 1, "interruptionBackoffTimer": 11,
                "preCallAPI": {"timeout": 0, "responseVariables": [{"variableName": "a"}]},
                "language": {"supported": ["en", 1]},
            })),
            [
                "firstMessage: must be at most 500 characters long (got 501 characters)",
                "preCallAPI.timeout: must be a number from 1 to 30 (got 0)",
                "preCallAPI.responseVariables[0].jsonPath: is required (got nothing)",
                "slmModel: must be a text (got 1)",
                "language.supported[1]: must be a text (got 1)",
                "interruptionBackoffTimer: must be a number from 0 to 10 (got 11)",
            ]
        );
        for both in [
            json!({"timezone": "Europe/Berlin", "callDispositionConfig": "", "speechFormatting": true}),
            json!({"timezone": {"label": "IST", "offset": "+05:30"}, "callDispositionConfig": {}, "speechFormatting": {}}),
        ] {
            assert_eq!(check(both), Ok(()));
        }
    }

    #[test]
    fn metrics_are_checked_by_all_their_rules() {
        let metric = |name: &str| json!({"identifier": name, "dispositionMetricPrompt": "?", "dispositionMetricType": "STRING"});
        let patch = |list: Json| json!({"postCallAnalyticsConfig": {"dispositionMetrics": list}});
        assert_eq!(check(patch(json!([metric("a"), metric("b")]))), Ok(()));
        assert_eq!(
            check(json!({"postCallAnalyticsConfig": {"useReasoningModel": true}})),
            Ok(())
        );
        assert_eq!(
            told(patch(json!([metric("a"), metric("b"), metric("c")]))),
            ["postCallAnalyticsConfig.dispositionMetrics: must have at most 2 items (got 3 items)"]
        );
        assert_eq!(
            told(patch(json!([metric("a"), metric("a")]))),
            [
                "postCallAnalyticsConfig.dispositionMetrics[1].identifier: must be unique in the list, and dispositionMetrics[0] has it too (got \"a\")"
            ]
        );
        assert_eq!(
            told(
                json!({"postCallAnalyticsConfig": {"useReasoningModel": 1, "successMetrics": {}}})
            )
            .len(),
            2
        );
        assert_eq!(
            told(json!({"postCallAnalyticsConfig": "x"})),
            ["postCallAnalyticsConfig: must be an object (got \"x\")"]
        );
    }

    #[test]
    fn a_configuration_does_not_grow_without_end() {
        let config = |n: usize| json!({"a": "x".repeat(n)}).as_object().unwrap().clone();
        assert_eq!(check_size(&config(MAX_CONFIG_BYTES - 8)), Ok(()));
        let problem = check_size(&config(MAX_CONFIG_BYTES - 7)).unwrap_err();
        assert_eq!(problem.value, format!("{} bytes", MAX_CONFIG_BYTES + 1));
    }
}
