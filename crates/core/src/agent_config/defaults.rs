//! What an agent has that was created with little.

use serde_json::{Value as Json, json};

use super::{Config, SINGLE_PROMPT, merge};

/// The configuration of an agent created with `request`: the documented defaults, and over them what was asked for.
#[must_use]
pub fn created(request: &Config) -> Config {
    let mut config = documented();
    if request.get("preCallAPI").is_some_and(Json::is_object) {
        config.insert("preCallAPI".to_owned(), json!({"timeout": 5}));
    }
    merge(&mut config, request);
    config
}

fn documented() -> Config {
    let defaults = [
        ("workflowType", json!(SINGLE_PROMPT)),
        ("prompt", json!("")),
        ("tools", json!([])),
        ("slmModel", json!(crate::post_call::DEFAULT_SLM_MODEL)),
        ("enableStyleGuide", json!(true)),
        ("backgroundSound", json!("")),
        ("callDispositionConfig", json!("")),
        ("denoisingConfig", json!({"isEnabled": false})),
        ("redactionConfig", json!({"isEnabled": true})),
        ("sessionTimeoutConfig", json!({"timeoutTimeInSecs": 1800})),
        ("language", language()),
        ("synthesizer", synthesizer()),
    ];
    let fields = defaults.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn language() -> Json {
    json!({
        "default": "en",
        "supported": ["en"],
        "switching": {
            "isEnabled": false,
            "minWordsForDetection": 2,
            "strongSignalThreshold": 0.7,
            "weakSignalThreshold": 0.3,
            "minConsecutiveForWeakThresholdSwitch": 2,
        },
    })
}

fn synthesizer() -> Json {
    json!({
        "voiceConfig": {"model": "waves_lightning_v3_1", "voiceId": "nyah", "gender": "female"},
        "speed": 1.2,
        "consistency": 0.5,
        "similarity": 0,
        "enhancement": 1,
        "sampleRate": 16000,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stands_over_the_defaults() {
        let request = json!({
            "name": "n", "slmModel": "gpt-4o", "language": {"default": "hi", "supported": ["hi", "en"]},
            "preCallAPI": {"url": "https://example.com"}, "firstMessage": null,
        });
        let config = Json::Object(created(request.as_object().unwrap()));
        assert_eq!(config["slmModel"], "gpt-4o");
        assert_eq!(config["language"]["default"], "hi");
        assert_eq!(config["language"]["switching"]["minWordsForDetection"], 2);
        assert_eq!(
            config["preCallAPI"],
            json!({"timeout": 5, "url": "https://example.com"})
        );
        assert_eq!(config["redactionConfig"]["isEnabled"], true);
        assert!(config.get("name").is_none() && config.get("firstMessage").is_none());
    }

    #[test]
    fn the_defaults_pass_the_check() {
        let config = created(&Config::new());
        assert!(super::super::check_patch(&config, 10).is_ok());
        assert!(config.get("preCallAPI").is_none());
    }
}
