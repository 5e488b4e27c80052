//! What several tests need.

use aftercall_core::agent_config::Config;
use aftercall_store::{Agent, NewAgent, Store};
use serde_json::{Value as Json, json};

/// A config, from JSON.
pub(crate) fn config(value: Json) -> Config {
    value.as_object().expect("an object").clone()
}

/// A config with one metric of that name.
pub(crate) fn metric(identifier: &str) -> Config {
    config(json!({"postCallAnalyticsConfig": {"dispositionMetrics": [{
        "identifier": identifier,
        "dispositionMetricPrompt": "Was it resolved?",
        "dispositionMetricType": "BOOLEAN",
    }]}}))
}

/// An agent with a small config.
pub(crate) async fn agent(store: &Store, name: &str) -> Agent {
    store
        .create_agent(NewAgent {
            name: name.to_owned(),
            description: None,
            document: config(json!({"avatarUrl": "a"})),
            workflow_type: "single_prompt".to_owned(),
            config: config(
                json!({"workflowType": "single_prompt", "globalPrompt": "p", "firstMessage": "Hi"}),
            ),
            created_by: Some("maker".to_owned()),
        })
        .await
        .expect("an agent is made")
}
