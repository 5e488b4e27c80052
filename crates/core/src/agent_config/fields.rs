//! The rules of the fields that the API documents.

use super::rule::Rule;

/// The documented fields. Lists of allowed words are not held against fields that mean nothing here: a model or a sound that
/// is new at the sender is kept like any other.
pub(super) const FIELDS: &[(&str, Rule)] = &[
    ("prompt", Rule::TEXT),
    ("tools", Rule::List(&Rule::Object(&[]))),
    (
        "singlePromptConfig",
        Rule::Object(&[
            ("prompt", Rule::TEXT),
            ("tools", Rule::List(&Rule::Object(&[]))),
        ]),
    ),
    ("globalPrompt", Rule::Text(4000)),
    ("firstMessage", Rule::Text(500)),
    ("defaultVariables", Rule::Object(&[])),
    ("preCallAPI", PRE_CALL_API),
    ("workflowType", Rule::Text(64)),
    ("slmModel", Rule::Text(128)),
    ("globalKnowledgeBaseId", Rule::TEXT),
    ("customLLMWebSocketUrl", Rule::TEXT),
    ("enableStyleGuide", Rule::Flag),
    ("synthesizer", SYNTHESIZER),
    (
        "speechFormatting",
        Rule::OneOf(&[Rule::Flag, Rule::Object(&[])]),
    ),
    (
        "pronunciationDicts",
        Rule::OneOf(&[Rule::List(&PRONUNCIATION), Rule::Object(&[])]),
    ),
    ("language", LANGUAGE),
    ("transcriberType", Rule::TEXT),
    (
        "timezone",
        Rule::OneOf(&[Rule::TEXT, Rule::Object(&[("label", Rule::TEXT)])]),
    ),
    ("allowInterruptions", Rule::Flag),
    ("waitForUserToSpeakFirst", Rule::Flag),
    ("muteUserUntilFirstBotResponse", Rule::Flag),
    ("interruptionBackoffTimer", Rule::Number(0.0, 10.0)),
    ("allowInboundCall", Rule::Flag),
    (
        "smartTurnConfig",
        Rule::Object(&[("isEnabled", Rule::Flag), ("waitTimeInSecs", Rule::NUMBER)]),
    ),
    (
        "voiceDetectionConfig",
        Rule::Object(&[
            ("confidence", Rule::NUMBER),
            ("minVolume", Rule::NUMBER),
            ("triggerTimeInSecs", Rule::NUMBER),
            ("releaseTimeInSecs", Rule::NUMBER),
        ]),
    ),
    (
        "voiceMailDetectionConfig",
        Rule::Object(&[("enabled", Rule::Flag), ("endText", Rule::Text(200))]),
    ),
    (
        "callDispositionConfig",
        Rule::OneOf(&[Rule::TEXT, Rule::Object(&[])]),
    ),
    (
        "llmIdleTimeoutConfig",
        Rule::Object(&[("maxRetries", Rule::NUMBER)]),
    ),
    (
        "sessionTimeoutConfig",
        Rule::Object(&[("timeoutTimeInSecs", Rule::Number(0.0, 3600.0))]),
    ),
    ("backgroundSound", Rule::Text(64)),
    (
        "denoisingConfig",
        Rule::Object(&[("isEnabled", Rule::Flag)]),
    ),
    (
        "redactionConfig",
        Rule::Object(&[("isEnabled", Rule::Flag)]),
    ),
    ("widgetConfig", Rule::Object(&[])),
];

const PRE_CALL_API: Rule = Rule::Object(&[
    ("isEnabled", Rule::Flag),
    ("url", Rule::TEXT),
    ("method", Rule::TEXT),
    ("timeout", Rule::Number(1.0, 30.0)),
    (
        "responseVariables",
        Rule::List(&Rule::Whole(&[
            ("variableName", Rule::TEXT),
            ("jsonPath", Rule::TEXT),
        ])),
    ),
]);

const SYNTHESIZER: Rule = Rule::Object(&[
    (
        "voiceConfig",
        Rule::Object(&[
            ("model", Rule::TEXT),
            ("voiceId", Rule::TEXT),
            ("gender", Rule::TEXT),
        ]),
    ),
    ("speed", Rule::NUMBER),
    ("consistency", Rule::NUMBER),
    ("similarity", Rule::NUMBER),
    ("enhancement", Rule::NUMBER),
    ("sampleRate", Rule::NUMBER),
]);

const PRONUNCIATION: Rule = Rule::Whole(&[("word", Rule::TEXT), ("pronunciation", Rule::TEXT)]);

const LANGUAGE: Rule = Rule::Object(&[
    ("default", Rule::TEXT),
    ("supported", Rule::List(&Rule::TEXT)),
    (
        "switching",
        Rule::Object(&[
            ("isEnabled", Rule::Flag),
            ("minWordsForDetection", Rule::NUMBER),
            ("strongSignalThreshold", Rule::NUMBER),
            ("weakSignalThreshold", Rule::NUMBER),
            ("minConsecutiveForWeakThresholdSwitch", Rule::NUMBER),
        ]),
    ),
]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_config::is_recognised;

    #[test]
    fn every_rule_is_of_a_field_that_is_known() {
        for (name, _) in FIELDS {
            assert!(is_recognised(name), "{name}");
        }
    }
}
