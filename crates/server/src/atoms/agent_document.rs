//! An agent on the wire.

use aftercall_core::agent_config::{self, Config};
use aftercall_store::{Agent, Store, StoreError};
use serde_json::{Value as Json, json};

use crate::text::instant;

/// Where a configuration that is shown came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The version that runs.
    Active,
    /// A draft.
    Draft,
    /// A version that was asked for.
    Version,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draft => "draft",
            Self::Version => "version",
        }
    }
}

/// An agent in a list: what it is, without its configuration. Where its calls were not counted, it does not say how many.
pub(super) fn row(agent: &Agent, organisation: &str, total_calls: Option<u64>) -> Config {
    let mut document = agent.document.clone();
    let archived_at = agent.archived_at.map(instant);
    for (name, value) in [
        ("_id", json!(agent.id)),
        ("name", json!(agent.name)),
        (
            "description",
            json!(agent.description.as_deref().unwrap_or_default()),
        ),
        ("organization", json!(organisation)),
        ("workflowType", json!(agent.workflow_type)),
        ("createdBy", json!(agent.created_by)),
        ("archived", json!(archived_at.is_some())),
        ("archivedAt", json!(archived_at)),
        ("activeVersionId", json!(agent.active_revision_id)),
        ("versionId", json!(agent.active_revision_id)),
        ("phoneNumber", json!([])),
        ("createdAt", json!(instant(agent.created_at))),
        ("updatedAt", json!(instant(agent.updated_at))),
    ] {
        document.insert(name.to_owned(), value);
    }
    if let Some(total_calls) = total_calls {
        document.insert("totalCalls".to_owned(), json!(total_calls));
    }
    for field in ["allowInboundCall", "visibleToEveryone"] {
        document.entry(field).or_insert(json!(true));
    }
    document
}

/// An agent with a configuration: its fields beside those of the agent, and all together under `_resolvedConfig`.
pub(super) fn document(row: Config, config: &Config, source: Source) -> Json {
    let resolved = agent_config::resolved(config);
    let mut document = config.clone();
    let analytics = Json::Object(agent_config::post_call_analytics(config));
    document.insert(agent_config::POST_CALL_ANALYTICS.to_owned(), analytics);
    // The agent's own fields hold where both have one.
    document.extend(row);
    let part = |name: &str| resolved.get(name).cloned().unwrap_or_default();
    let workflow = json!({
        "prompt": part("prompt"),
        "tools": part("tools"),
        "workflowGraph": part("workflowGraph"),
    });
    document.insert("_versionedWorkflow".to_owned(), workflow);
    document.insert("_resolvedConfig".to_owned(), Json::Object(resolved));
    document.insert("_configSource".to_owned(), json!(source.name()));
    Json::Object(document)
}

/// An agent with the configuration of the version that runs, its calls not counted.
///
/// # Errors
/// There is no such agent, or the database cannot be read.
pub(super) async fn active(store: &Store, agent_id: &str) -> Result<Json, StoreError> {
    let agent = store.agent(agent_id).await?;
    let revision = store.revision(agent_id, &agent.active_revision_id).await?;
    let organisation = store.organisation().await?;
    let row = row(&agent, &organisation.id, None);
    Ok(document(row, &revision.config, Source::Active))
}

/// As [`row`], with what has to be read for it.
///
/// # Errors
/// The database cannot be read.
pub(super) async fn full_row(store: &Store, agent: &Agent) -> Result<Config, StoreError> {
    let organisation = store.organisation().await?;
    let total_calls = store.total_calls(&agent.id).await?;
    Ok(row(agent, &organisation.id, Some(total_calls)))
}
