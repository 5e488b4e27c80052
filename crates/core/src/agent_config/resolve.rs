//! A configuration as the API shows it.

use serde_json::{Map, Value as Json, json};

use super::{Config, OTHER, POST_CALL_ANALYTICS, SECTIONS, given, section_of};

/// The flat `_resolvedConfig`: every field, and beside them the names that the API has for parts of some.
///
/// `modelName` is `slmModel`; `defaultLanguage`, `supportedLanguages` and `languageSwitching` are the parts of `language`;
/// `prompt` is there as an empty text and `tools` as an empty list where nothing was given, and `postCallAnalyticsConfig` as
/// [`post_call_analytics`] has it.
#[must_use]
pub fn resolved(config: &Config) -> Config {
    let mut shown = config.clone();
    for (name, empty) in [("prompt", json!("")), ("tools", json!([]))] {
        shown.entry(name).or_insert(empty);
    }
    let mut derive = |name: &str, value: Option<&Json>| {
        if let Some(value) = value {
            shown.insert(name.to_owned(), value.clone());
        }
    };
    derive("modelName", given(config, "slmModel"));
    if let Some(Json::Object(language)) = config.get("language") {
        derive("defaultLanguage", given(language, "default"));
        derive("supportedLanguages", given(language, "supported"));
        derive("languageSwitching", given(language, "switching"));
    }
    let analytics = post_call_analytics(config);
    shown.insert(POST_CALL_ANALYTICS.to_owned(), Json::Object(analytics));
    shown
}

/// The fields by section: every named section, empty ones too, and the one of other fields where there are such.
#[must_use]
pub fn by_section(config: &Config) -> Config {
    let mut sections: Map<String, Json> = SECTIONS
        .iter()
        .map(|(section, _)| ((*section).to_owned(), json!({})))
        .collect();
    if config.keys().any(|field| section_of(field) == OTHER) {
        sections.insert(OTHER.to_owned(), json!({}));
    }
    let analytics = Json::Object(post_call_analytics(config));
    sections["analytics"][POST_CALL_ANALYTICS] = analytics;
    for (field, value) in config {
        if field != POST_CALL_ANALYTICS {
            sections[section_of(field)][field] = value.clone();
        }
    }
    sections
}

/// The `postCallAnalyticsConfig` of a configuration: as it was written, with an empty list of metrics where none was given.
/// Where nothing was written it is the documented defaults.
#[must_use]
pub fn post_call_analytics(config: &Config) -> Config {
    match config.get(POST_CALL_ANALYTICS) {
        Some(Json::Object(written)) => {
            let given = written.iter().filter(|(_, value)| !value.is_null());
            let mut shown: Config = given
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            shown.entry("dispositionMetrics").or_insert(json!([]));
            shown
        }
        _ => {
            let defaults = [
                ("dispositionMetrics", json!([])),
                ("successMetrics", json!([])),
                ("summaryPrompt", json!("")),
                ("useInternalAnalyticsModel", json!(true)),
                ("useReasoningModel", json!(false)),
            ];
            let fields = defaults.into_iter();
            fields
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(value: Json) -> Config {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn the_flat_form_has_the_other_names_too() {
        let shown = resolved(&config(json!({
            "slmModel": "electron", "own": {"kept": null},
            "language": {"default": "en", "supported": ["en"], "switching": {"isEnabled": false}},
            "postCallAnalyticsConfig": {"dispositionMetrics": [{"identifier": "a"}], "useReasoningModel": true},
        })));
        let shown = Json::Object(shown);
        assert_eq!(shown["modelName"], "electron");
        assert_eq!(shown["slmModel"], "electron");
        assert_eq!(shown["defaultLanguage"], "en");
        assert_eq!(shown["supportedLanguages"], json!(["en"]));
        assert_eq!(shown["languageSwitching"], json!({"isEnabled": false}));
        assert_eq!(shown["own"], json!({"kept": null}));
        assert_eq!(shown["tools"], json!([]));
        // What was written is read back exactly.
        assert_eq!(
            shown["postCallAnalyticsConfig"],
            json!({"dispositionMetrics": [{"identifier": "a"}], "useReasoningModel": true})
        );
    }

    #[test]
    fn nothing_written_shows_the_defaults() {
        let shown = Json::Object(resolved(&Config::new()));
        let analytics = &shown["postCallAnalyticsConfig"];
        assert_eq!(analytics["useInternalAnalyticsModel"], true);
        assert_eq!(analytics["dispositionMetrics"], json!([]));
        assert_eq!(shown["prompt"], "");
        assert!(shown.get("modelName").is_none());
        let partial = config(json!({"postCallAnalyticsConfig": {"useReasoningModel": true}}));
        assert_eq!(
            Json::Object(post_call_analytics(&partial)),
            json!({"useReasoningModel": true, "dispositionMetrics": []})
        );
    }

    #[test]
    fn sections_hold_their_fields() {
        let config = config(
            json!({"tools": [1], "playbooks": {"a": 1}, "own": 2, "language": {"default": "hi"}}),
        );
        let sections = Json::Object(by_section(&config));
        assert_eq!(sections["workflow_tools"], json!({"tools": [1]}));
        assert_eq!(sections["playbooks"]["playbooks"], json!({"a": 1}));
        assert_eq!(sections["language"]["language"]["default"], "hi");
        assert_eq!(sections["other"], json!({"own": 2}));
        assert_eq!(sections["voice"], json!({}));
        assert_eq!(
            sections["analytics"]["postCallAnalyticsConfig"]["dispositionMetrics"],
            json!([])
        );
        assert!(by_section(&Config::new()).get(OTHER).is_none());
    }
}
