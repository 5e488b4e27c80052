//! New revisions: how a branch gets on, and how a revision becomes the active one.

use aftercall_core::agent_config::{Config, patched};
use aftercall_core::{PostCallConfig, Slot};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde_json::Value as Json;

use crate::agents::lock_agent;
use crate::branches::{branch_row, usable_branch};
use crate::entity::{agents, branches, revisions as rows};
use crate::json_text::JsonText;
use crate::revisions::{Content, on_branch, revision_row};
use crate::{Conflict, Revision, Store, StoreError};

impl Store {
    /// Publish an older revision of a branch once more, as its newest one; active at once where the branch is live.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Refused`] for a revision of another branch; [`StoreError::Forbidden`] for an
    /// archived branch; [`Conflict::AlreadyHead`] where the branch stands there.
    pub async fn restore_revision(
        &self,
        agent_id: &str,
        branch_id: &str,
        id: &str,
        by: Option<&str>,
    ) -> Result<Revision, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let branch = usable_branch(&txn, agent_id, branch_id).await?;
        let old = revision_row(&txn, agent_id, id).await?;
        on_branch(id, &old.branch_id, &branch.id)?;
        if branch.head_revision_id == old.id {
            return Err(Conflict::AlreadyHead.into());
        }
        let content = Content {
            blocks: old.blocks.0,
            parent_id: Some(branch.head_revision_id.clone()),
            restored_from_id: Some(old.id),
            by: by.map(str::to_owned),
            ..Content::of(old.config.0)
        };
        let live = branch.id == agent.live_branch_id;
        let revision = self.append(&txn, agent, &branch, content, live).await?;
        txn.commit().await?;
        Ok(revision)
    }

    /// Publish what runs now with the fields of `patch` put in, on the live branch and active at once. `patch` is checked.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Refused`] for a config that is too long.
    pub async fn publish_config(
        &self,
        agent_id: &str,
        patch: &Config,
        by: Option<&str>,
    ) -> Result<Revision, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let branch = branch_row(&txn, agent_id, &agent.live_branch_id).await?;
        // What runs, and not the branch's newest revision: that one may wait for its activation.
        let active = revision_row(&txn, agent_id, &agent.active_revision_id).await?;
        let config = patched(&active.config.0, patch)?;
        let content = Content {
            blocks: self.next_blocks(&active.config.0, &active.blocks.0, &config),
            parent_id: Some(active.id),
            by: by.map(str::to_owned),
            ..Content::of(config)
        };
        let revision = self.append(&txn, agent, &branch, content, true).await?;
        txn.commit().await?;
        Ok(revision)
    }

    /// Write the newest revision of a branch; the agent is locked. The branch's own draft is carried onto it, on the live branch
    /// only once it runs.
    pub(crate) async fn append(
        &self,
        txn: &impl ConnectionTrait,
        agent: agents::Model,
        branch: &branches::Model,
        content: Content,
        activate: bool,
    ) -> Result<Revision, StoreError> {
        let head = revision_row(txn, &agent.id, &branch.head_revision_id).await?;
        let by = content.by.clone();
        let new = self
            .insert_revision(txn, branch, self.id(), head.number + 1, content)
            .await?;
        let mut row = branch.clone().into_active_model();
        row.head_revision_id = Set(new.id.clone());
        row.updated_by = Set(by.clone());
        row.updated_at = Set(new.created_at);
        row.update(txn).await?;
        if branch.id != agent.live_branch_id {
            self.carry_draft(txn, branch, &new, by.as_deref()).await?;
        }
        if !activate {
            return Revision::of(new, &agent.active_revision_id);
        }
        let agent = self.activate(txn, agent, &new, by.as_deref()).await?;
        let new = revision_row(txn, &agent.id, &new.id).await?;
        Revision::of(new, &agent.active_revision_id)
    }

    /// Write revision 1 of a new branch.
    pub(crate) async fn insert_first_revision(
        &self,
        txn: &impl ConnectionTrait,
        agent: &agents::Model,
        branch: &branches::Model,
        id: String,
        content: Content,
    ) -> Result<(), StoreError> {
        let by = content.by.clone();
        let new = self.insert_revision(txn, branch, id, 1, content).await?;
        // A new agent names its first revision as the active one before that is there.
        if new.id == agent.active_revision_id {
            self.note_activation(txn, &new, by.as_deref()).await?;
        }
        Ok(())
    }

    /// Make a revision the one that runs; the agent is locked. The live branch's own draft is carried onto it.
    pub(crate) async fn activate(
        &self,
        txn: &impl ConnectionTrait,
        agent: agents::Model,
        revision: &rows::Model,
        by: Option<&str>,
    ) -> Result<agents::Model, StoreError> {
        if agent.active_revision_id == revision.id {
            return Ok(agent);
        }
        self.note_activation(txn, revision, by).await?;
        let live = branch_row(txn, &agent.id, &agent.live_branch_id).await?;
        self.carry_draft(txn, &live, revision, by).await?;
        let workflow_type = revision
            .config
            .0
            .get("workflowType")
            .and_then(Json::as_str)
            .map(str::to_owned);
        let mut row = agent.into_active_model();
        row.active_revision_id = Set(revision.id.clone());
        if let Some(workflow_type) = workflow_type {
            row.workflow_type = Set(workflow_type);
        }
        row.updated_at = Set(self.now_us());
        Ok(row.update(txn).await?)
    }

    async fn note_activation(
        &self,
        txn: &impl ConnectionTrait,
        revision: &rows::Model,
        by: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.now_us();
        let mut row = revision.clone().into_active_model();
        row.activated_by = Set(by.map(str::to_owned));
        row.activated_at = Set(Some(now));
        row.updated_at = Set(now);
        row.update(txn).await?;
        Ok(())
    }

    async fn insert_revision(
        &self,
        txn: &impl ConnectionTrait,
        branch: &branches::Model,
        id: String,
        number: i64,
        content: Content,
    ) -> Result<rows::Model, StoreError> {
        let now = self.now_us();
        let row = rows::ActiveModel {
            id: Set(id),
            agent_id: Set(branch.agent_id.clone()),
            branch_id: Set(branch.id.clone()),
            number: Set(number),
            version_number: Set(last_version(txn, &branch.agent_id).await? + 1),
            label: Set(content.label),
            description: Set(content.description),
            is_pinned: Set(false),
            slot: Set(slot(&content.config)),
            config: Set(JsonText(content.config)),
            blocks: Set(JsonText(content.blocks)),
            parent_id: Set(content.parent_id),
            source_draft_id: Set(content.source_draft_id),
            restored_from_id: Set(content.restored_from_id),
            published_by: Set(content.by),
            published_at: Set(now),
            activated_by: Set(None),
            activated_at: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        };
        Ok(row.insert(txn).await?)
    }
}

async fn last_version(txn: &impl ConnectionTrait, agent_id: &str) -> Result<i64, StoreError> {
    let last: Option<i64> = rows::Entity::find()
        .select_only()
        .column(rows::Column::VersionNumber)
        .filter(rows::COLUMN.agent_id.eq(agent_id))
        .order_by_desc(rows::Column::VersionNumber)
        .into_tuple()
        .one(txn)
        .await?;
    Ok(last.unwrap_or_default())
}

/// The model slot that a config asks for. One that cannot be read fails its analyses with the reason, and any slot can tell it.
fn slot(config: &Config) -> String {
    let model = config.get("slmModel").and_then(Json::as_str);
    PostCallConfig::of(config)
        .map_or(Slot::Internal, |analysis| analysis.slot(model))
        .name()
}
