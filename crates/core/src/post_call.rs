//! What an agent's configuration says about the analysis of its calls.

use serde_json::{Map, Value as Json};

use crate::agent_config::{self, POST_CALL_ANALYTICS, given};
use crate::{Metric, Problem, Slot, parse_metrics_json};

/// The model that an agent talks with unless it names another.
pub const DEFAULT_SLM_MODEL: &str = "electron";

/// The metrics of an agent and who answers them.
#[derive(Debug, Clone, PartialEq)]
pub struct PostCallConfig {
    /// What is asked of every call; with none there is only a summary.
    pub metrics: Vec<Metric>,
    /// Whether the internal model answers and not the agent's own.
    pub use_internal_model: bool,
    /// Whether the reasoning model answers, whatever `use_internal_model` says.
    pub use_reasoning_model: bool,
}

impl PostCallConfig {
    /// Reads the `postCallAnalyticsConfig` of an agent's configuration; where it has none, there are no metrics.
    ///
    /// # Errors
    /// Every broken rule, up to [`crate::MAX_PROBLEMS`].
    pub fn of(config: &Map<String, Json>) -> Result<Self, Vec<Problem>> {
        let written = match given(config, POST_CALL_ANALYTICS) {
            None | Some(Json::Object(_)) => agent_config::post_call_analytics(config),
            Some(other) => {
                let rule = "must be an object";
                return Err(vec![Problem::new(POST_CALL_ANALYTICS, Some(other), rule)]);
            }
        };
        let flag = |name, default| {
            given(&written, name)
                .and_then(Json::as_bool)
                .unwrap_or(default)
        };
        let use_internal_model = flag("useInternalAnalyticsModel", true);
        let use_reasoning_model = flag("useReasoningModel", false);
        let metrics = parse_metrics_json(&Json::Object(written)).map_err(|mut problems| {
            for problem in &mut problems {
                problem.field = format!("{POST_CALL_ANALYTICS}.{}", problem.field);
            }
            problems
        })?;
        Ok(Self {
            metrics,
            use_internal_model,
            use_reasoning_model,
        })
    }

    /// The model slot that answers, for an agent with that `slmModel`.
    #[must_use]
    pub fn slot(&self, slm_model: Option<&str>) -> Slot {
        if self.use_reasoning_model {
            return Slot::Reasoning;
        }
        if self.use_internal_model {
            return Slot::Internal;
        }
        let model = slm_model.map_or("", str::trim);
        let model = if model.is_empty() {
            DEFAULT_SLM_MODEL
        } else {
            model
        };
        Slot::Agent(model.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(config: Json) -> Result<PostCallConfig, Vec<Problem>> {
        PostCallConfig::of(config.as_object().unwrap())
    }

    #[test]
    fn without_metrics_the_internal_model_summarises() {
        for config in [
            json!({}),
            json!({"postCallAnalyticsConfig": null}),
            json!({"postCallAnalyticsConfig": {}}),
            json!({"postCallAnalyticsConfig": {"dispositionMetrics": null}}),
        ] {
            let found = of(config).unwrap();
            assert!(found.metrics.is_empty());
            assert_eq!(found.slot(Some("gpt-4o")), Slot::Internal);
        }
    }

    #[test]
    fn flags_choose_the_slot() {
        let slot = |internal: bool, reasoning: bool, model: Option<&str>| {
            let flags = json!({"postCallAnalyticsConfig": {
                "useInternalAnalyticsModel": internal, "useReasoningModel": reasoning,
            }});
            of(flags).unwrap().slot(model).name()
        };
        assert_eq!(slot(true, false, None), "internal");
        assert_eq!(slot(true, true, None), "reasoning");
        assert_eq!(slot(false, true, Some("gpt-4o")), "reasoning");
        assert_eq!(slot(false, false, Some("gpt-4o")), "agent:gpt-4o");
        assert_eq!(slot(false, false, Some(" ")), "agent:electron");
        assert_eq!(slot(false, false, None), "agent:electron");
    }

    #[test]
    fn broken_metrics_are_told_with_their_path() {
        let problems =
            of(json!({"postCallAnalyticsConfig": {"dispositionMetrics": [{}]}})).unwrap_err();
        assert_eq!(
            problems[0].field,
            "postCallAnalyticsConfig.dispositionMetrics[0].identifier"
        );
        assert!(of(json!({"postCallAnalyticsConfig": 3})).is_err());
    }
}
