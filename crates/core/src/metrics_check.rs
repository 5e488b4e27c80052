//! What somebody who writes metrics wants to know before they are saved: what breaks a rule, and what could be asked better.

use serde_json::Value as Json;

use crate::advice::{Advice, advise};
use crate::metrics_file::MAX_METRICS_BYTES;
use crate::{Problem, document, parse_metrics_json};

/// What was found out about a list of metrics.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricsCheck {
    /// The items of the list as they were sent; none where there is no list.
    pub items: Vec<Json>,
    /// Every broken rule, up to [`crate::MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// Advice on the metrics that break no rule, with the place of the metric in the list, from 0; `None` where it is about the
    /// list.
    pub advice: Vec<(Option<usize>, Advice)>,
}

/// Checks a list of metrics, or an object with `dispositionMetrics`, in JSON or YAML.
///
/// # Errors
/// Where the text is neither.
pub fn check_metrics(text: &str) -> Result<MetricsCheck, Vec<Problem>> {
    let source = document::from_json_or_yaml(text, MAX_METRICS_BYTES)?;
    let list = match &source {
        Json::Object(config) => config.get("dispositionMetrics"),
        other => Some(other),
    };
    let items = list.and_then(Json::as_array).cloned().unwrap_or_default();
    // Advice on the metrics that can be read does not wait for the others.
    let mut places = Vec::new();
    let mut readable = Vec::new();
    for (place, item) in items.iter().enumerate() {
        if let Ok(one) = parse_metrics_json(&Json::Array(vec![item.clone()])) {
            places.push(place);
            readable.extend(one);
        }
    }
    let place = |identifier: &str| {
        let at = readable
            .iter()
            .position(|metric| metric.identifier == identifier);
        at.and_then(|at| places.get(at)).copied()
    };
    let advice = advise(&readable).into_iter();
    let advice = advice
        .map(|one| (one.identifier.as_deref().and_then(place), one))
        .collect();
    Ok(MetricsCheck {
        problems: parse_metrics_json(&source).err().unwrap_or_default(),
        items,
        advice,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_and_advice_come_together() {
        let found = check_metrics(
            "- {identifier: Bad Name!, dispositionMetricPrompt: Was it solved?, dispositionMetricType: BOOLEAN}\n\
             - {identifier: omits, dispositionMetricPrompt: 'Which product was it? Omit if there was none.', dispositionMetricType: STRING}\n",
        )
        .unwrap();
        assert_eq!(found.items.len(), 2);
        assert_eq!(found.problems.len(), 1, "{:?}", found.problems);
        assert!(found.problems[0].field.contains("[0]"));
        let places: Vec<_> = found.advice.iter().map(|(place, _)| *place).collect();
        assert!(places.contains(&Some(1)), "{:?}", found.advice);
        assert!(!places.contains(&Some(0)));
    }

    #[test]
    fn an_object_and_an_empty_list_will_do() {
        assert_eq!(check_metrics("[]").unwrap(), MetricsCheck::default());
        let found = check_metrics(r#"{"dispositionMetrics": []}"#).unwrap();
        assert_eq!(found, MetricsCheck::default());
        assert_eq!(check_metrics("7").unwrap().problems.len(), 1);
        assert!(check_metrics("{").is_err());
    }
}
