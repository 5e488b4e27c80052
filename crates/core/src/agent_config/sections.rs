//! Which section of a configuration a field belongs to.

/// The sections and their fields, in the order the API shows them.
pub const SECTIONS: &[(&str, &[&str])] = &[
    (
        "workflow_prompt",
        &[
            "prompt",
            "singlePromptConfig",
            "globalPrompt",
            "firstMessage",
            "defaultVariables",
        ],
    ),
    ("workflow_tools", &["tools", "preCallAPI"]),
    ("workflow_graph", &["workflowType", "workflowGraph"]),
    (
        "llm",
        &[
            "slmModel",
            "globalKnowledgeBaseId",
            "customLLMWebSocketUrl",
            "enableStyleGuide",
        ],
    ),
    (
        "voice",
        &["synthesizer", "speechFormatting", "pronunciationDicts"],
    ),
    ("language", &["language", "transcriberType", "timezone"]),
    (
        "call_handling",
        &[
            "allowInterruptions",
            "waitForUserToSpeakFirst",
            "muteUserUntilFirstBotResponse",
            "interruptionBackoffTimer",
            "allowInboundCall",
        ],
    ),
    (
        "detection",
        &[
            "smartTurnConfig",
            "voiceDetectionConfig",
            "voiceMailDetectionConfig",
        ],
    ),
    (
        "analytics",
        &[super::POST_CALL_ANALYTICS, "callDispositionConfig"],
    ),
    (
        "timeouts",
        &["llmIdleTimeoutConfig", "sessionTimeoutConfig"],
    ),
    ("audio", &["backgroundSound", "denoisingConfig"]),
    ("privacy", &["redactionConfig"]),
    ("widget", &["widgetConfig"]),
    ("playbooks", &["playbooks"]),
];

/// The section of every field that is in no other one.
pub const OTHER: &str = "other";

/// Fields of the agent itself, as the API shows them beside its configuration. They are no part of a configuration, so that
/// an agent that was read can be sent back whole.
const AGENT_FIELDS: &[&str] = &[
    "_id",
    "name",
    "description",
    "avatarUrl",
    "telephonyProductId",
    "phoneNumber",
    "visibleToEveryone",
    "organization",
    "workflowId",
    "createdBy",
    "createdAt",
    "updatedAt",
    "totalCalls",
    "archived",
    "archivedAt",
    "activeVersionId",
    "versionId",
    "_resolvedConfig",
    "_configSource",
    "_versionedWorkflow",
    "expectedRevision",
];

/// The section that the field `field` of a configuration belongs to.
#[must_use]
pub fn section_of(field: &str) -> &'static str {
    SECTIONS
        .iter()
        .find(|(_, fields)| fields.contains(&field))
        .map_or(OTHER, |(section, _)| section)
}

/// Whether the API documents a configuration field of that name.
#[must_use]
pub fn is_recognised(field: &str) -> bool {
    section_of(field) != OTHER
}

/// Whether `name` is a section, and not also a field of it (as `language` is).
#[must_use]
pub fn is_section_name(name: &str) -> bool {
    !is_recognised(name) && SECTIONS.iter().any(|(section, _)| *section == name)
}

/// Whether `field` belongs to the agent itself and not to its configuration.
#[must_use]
pub fn is_agent_field(field: &str) -> bool {
    AGENT_FIELDS.contains(&field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_field_is_in_one_section() {
        let mut seen = HashSet::new();
        for (section, fields) in SECTIONS {
            for field in *fields {
                assert!(seen.insert(*field), "{field} stands twice");
                assert_eq!(section_of(field), *section);
                assert!(is_recognised(field) && !is_agent_field(field), "{field}");
            }
        }
        assert_eq!(section_of("madeUp"), OTHER);
    }

    #[test]
    fn a_section_that_is_a_field_is_a_field() {
        for name in ["analytics", "voice", "llm", "workflow_tools"] {
            assert!(is_section_name(name), "{name}");
        }
        for name in ["language", "playbooks", "firstMessage", OTHER] {
            assert!(!is_section_name(name), "{name}");
        }
    }
}
