//! A change to a configuration.

use std::mem;

use serde_json::{Map, Value as Json};

use super::{Config, POST_CALL_ANALYTICS, given, is_agent_field, is_recognised};

/// The field that the API takes the prompt and the tools in.
const PROMPT_AND_TOOLS: &str = "singlePromptConfig";

/// Objects whose keys are the user's own: they are replaced whole, as a key could not be taken out otherwise.
const DICTIONARIES: [&str; 4] = [
    "defaultVariables",
    "preCallAPI.headers",
    "preCallAPI.queryParams",
    "preCallAPI.body",
];

/// Puts the fields of `patch` into `config`.
///
/// Objects are merged by their leaves, lists replaced whole, and `null` is the same as absent. A field that the API does not
/// document is kept as it came, nulls inside it too. The fields of `postCallAnalyticsConfig` are replaced one by one, and its
/// metrics brought into the newest spelling. `prompt` and `tools` of `singlePromptConfig` take the place of those that `config`
/// has, each only where it is given. Fields of the agent itself are passed over.
pub fn merge(config: &mut Config, patch: &Config) {
    for (name, value) in patch {
        match (name.as_str(), value) {
            (_, Json::Null) => {}
            (name, _) if is_agent_field(name) => {}
            (PROMPT_AND_TOOLS, Json::Object(parts)) => take_apart(config, parts),
            (POST_CALL_ANALYTICS, Json::Object(fields)) => {
                edit_object(config, POST_CALL_ANALYTICS, |kept| {
                    for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                        kept.insert(field.clone(), settled(field, value));
                    }
                });
            }
            (name, value) if is_recognised(name) => merge_value(config, name, name, value),
            (name, value) => {
                config.insert(name.to_owned(), value.clone());
            }
        }
    }
}

/// `singlePromptConfig`: what is known goes to its place, what is not stays under that name.
fn take_apart(config: &mut Config, parts: &Config) {
    let mut rest = Map::new();
    for (name, value) in parts {
        if matches!(name.as_str(), "prompt" | "tools") {
            merge_value(config, name, name, value);
        } else if !value.is_null() {
            rest.insert(name.clone(), value.clone());
        }
    }
    if !rest.is_empty() {
        merge_value(
            config,
            PROMPT_AND_TOOLS,
            PROMPT_AND_TOOLS,
            &Json::Object(rest),
        );
    }
}

fn merge_value(target: &mut Config, name: &str, path: &str, value: &Json) {
    match value {
        Json::Null => {}
        Json::Object(fields) if !DICTIONARIES.contains(&path) => {
            edit_object(target, name, |inner| {
                for (name, value) in fields {
                    merge_value(inner, name, &format!("{path}.{name}"), value);
                }
            });
        }
        value => {
            target.insert(name.to_owned(), value.clone());
        }
    }
}

/// Edits the object under `name`; whatever else stands there gives way to an empty one.
fn edit_object(target: &mut Config, name: &str, edit: impl FnOnce(&mut Config)) {
    let mut object = match target.get_mut(name) {
        Some(Json::Object(object)) => mem::take(object),
        _ => Map::new(),
    };
    edit(&mut object);
    // A key that is there already keeps its place in the order.
    target.insert(name.to_owned(), Json::Object(object));
}

/// A field of `postCallAnalyticsConfig` as it is kept.
fn settled(field: &str, value: &Json) -> Json {
    match (field, value) {
        ("dispositionMetrics" | "successMetrics", Json::Array(metrics)) => {
            metrics.iter().map(settled_metric).collect()
        }
        _ => value.clone(),
    }
}

/// A metric without nulls; the older `dispositionValues.type` becomes `dispositionMetricType`.
fn settled_metric(metric: &Json) -> Json {
    let Json::Object(fields) = metric else {
        return metric.clone();
    };
    let mut kept: Config = fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(Json::Object(mut older)) = kept.shift_remove("dispositionValues") {
        let kind = older.shift_remove("type");
        if let Some(kind) = kind.filter(|_| given(&kept, "dispositionMetricType").is_none()) {
            kept.insert("dispositionMetricType".to_owned(), kind);
        }
        if !older.is_empty() {
            kept.insert("dispositionValues".to_owned(), Json::Object(older));
        }
    }
    Json::Object(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(config: Json, patch: Json) -> Json {
        let mut config = config.as_object().unwrap().clone();
        merge(&mut config, patch.as_object().unwrap());
        Json::Object(config)
    }

    #[test]
    fn objects_merge_by_leaf_and_lists_whole() {
        assert_eq!(
            merged(
                json!({"smartTurnConfig": {"isEnabled": true, "waitTimeInSecs": 1}, "language": {"supported": ["en", "hi"]}, "x": 1}),
                json!({"smartTurnConfig": {"waitTimeInSecs": 2}, "language": {"supported": ["en"]}, "y": {"z": [null]}}),
            ),
            json!({"smartTurnConfig": {"isEnabled": true, "waitTimeInSecs": 2}, "language": {"supported": ["en"]}, "x": 1, "y": {"z": [null]}})
        );
        assert_eq!(
            merged(
                json!({"timezone": "UTC"}),
                json!({"timezone": {"label": "IST"}})
            ),
            json!({"timezone": {"label": "IST"}})
        );
        assert_eq!(
            merged(
                json!({"language": {"default": "en"}}),
                json!({"language": 2})
            ),
            json!({"language": 2})
        );
        assert_eq!(
            merged(json!({}), json!({"language": {}})),
            json!({"language": {}})
        );
    }

    #[test]
    fn null_is_absent_in_known_fields() {
        assert_eq!(
            merged(
                json!({"prompt": "p", "language": {"default": "en"}, "own": 1}),
                json!({"prompt": null, "language": {"default": null, "x": null}, "own": null})
            ),
            json!({"prompt": "p", "language": {"default": "en"}, "own": 1})
        );
    }

    #[test]
    fn unknown_fields_are_kept_as_they_came() {
        let own = json!({"own": {"x": null, "y": {"z": null}, "l": [null]}});
        assert_eq!(merged(json!({}), own.clone()), own);
        assert_eq!(merged(json!({"own": {"a": 1}}), own.clone()), own);
    }

    #[test]
    fn dictionaries_are_replaced_whole() {
        assert_eq!(
            merged(
                json!({"defaultVariables": {"a": "1", "b": "2"}, "preCallAPI": {"url": "u", "headers": {"x": "1"}}}),
                json!({"defaultVariables": {"b": "3"}, "preCallAPI": {"headers": {"y": "2"}}}),
            ),
            json!({"defaultVariables": {"b": "3"}, "preCallAPI": {"url": "u", "headers": {"y": "2"}}})
        );
    }

    #[test]
    fn a_prompt_that_is_not_sent_stays() {
        let config = json!({"prompt": "p", "tools": [{"name": "a"}]});
        assert_eq!(
            merged(config.clone(), json!({"singlePromptConfig": {"tools": []}})),
            json!({"prompt": "p", "tools": []})
        );
        assert_eq!(
            merged(
                config,
                json!({"singlePromptConfig": {"prompt": "q", "tools": null, "mode": "x"}})
            ),
            json!({"prompt": "q", "tools": [{"name": "a"}], "singlePromptConfig": {"mode": "x"}})
        );
    }

    #[test]
    fn fields_of_the_agent_are_passed_over() {
        assert_eq!(
            merged(
                json!({}),
                json!({"name": "n", "_id": "1", "expectedRevision": 3, "totalCalls": 4, "own": 5})
            ),
            json!({"own": 5})
        );
    }

    #[test]
    fn metrics_are_kept_in_the_newest_spelling() {
        let patch = json!({"postCallAnalyticsConfig": {
            "summaryPrompt": null,
            "dispositionMetrics": [
                {"identifier": "a", "choices": null, "note": "own", "dispositionValues": {"type": "ENUM"}},
                {"identifier": "b", "dispositionMetricType": "STRING", "dispositionValues": {"type": "STRING", "more": 1}},
            ],
        }});
        assert_eq!(
            merged(
                json!({"postCallAnalyticsConfig": {"dispositionMetrics": [1, 2, 3], "useReasoningModel": true}}),
                patch
            ),
            json!({"postCallAnalyticsConfig": {
                "dispositionMetrics": [
                    {"identifier": "a", "note": "own", "dispositionMetricType": "ENUM"},
                    {"identifier": "b", "dispositionMetricType": "STRING", "dispositionValues": {"more": 1}},
                ],
                "useReasoningModel": true,
            }})
        );
    }
}
