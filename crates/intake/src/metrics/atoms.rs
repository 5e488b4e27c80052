//! Atoms: our metrics have its shape, so they are taken as they are. An agent's `postCallAnalyticsConfig` is found where it stands.

use aftercall_core::{Problem, parse_metrics_json};
use serde_json::Value as Json;

use super::{Imported, LeftOver};

pub(super) fn read(settings: &Json) -> Result<Imported, Vec<Problem>> {
    let config = find(settings, 0).unwrap_or(settings);
    let metrics = parse_metrics_json(config)?;
    let mut left_over = Vec::new();
    let mut note = |field: &str, why: &str| {
        left_over.push(LeftOver {
            field: field.to_owned(),
            why: why.to_owned(),
        });
    };
    let given = |name: &str| config.get(name).filter(|value| !value.is_null());
    if given("summaryPrompt").is_some() {
        note(
            "summaryPrompt",
            "it is a setting of the agent, not a metric",
        );
    }
    let success = given("successMetrics").and_then(Json::as_array);
    if success.is_some_and(|list| !list.is_empty()) {
        note(
            "successMetrics",
            "left out: they are deprecated and never asked",
        );
    }
    Ok(Imported { metrics, left_over })
}

/// The configuration, in an agent, in an answer of the API, or by itself.
fn find(value: &Json, depth: usize) -> Option<&Json> {
    if value.get("dispositionMetrics").is_some() {
        return Some(value);
    }
    if depth > 3 {
        return None;
    }
    ["data", "_resolvedConfig", "postCallAnalyticsConfig"]
        .iter()
        .find_map(|name| find(value.get(name)?, depth + 1))
}
