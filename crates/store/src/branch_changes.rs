//! New branches, and what can be done with those there are.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use crate::agents::lock_agent;
use crate::branches::{MAIN, branch_row, starting_point, summary, usable_branch};
use crate::entity::branches as rows;
use crate::revisions::{Content, revision_row};
use crate::{BranchStatus, BranchSummary, Conflict, Store, StoreError};

/// A branch to be written.
pub(crate) struct NewBranch {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_default: bool,
    /// Branch and revision.
    pub(crate) source: Option<(String, String)>,
    pub(crate) head_revision_id: String,
    pub(crate) by: Option<String>,
}

impl Store {
    /// Make a branch that starts with a copy of what work on another starts from: of the live one what runs, else the newest
    /// revision.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`Conflict::BranchNameExists`], also for `main` in any case.
    pub async fn create_branch(
        &self,
        agent_id: &str,
        source_branch_id: &str,
        name: &str,
        by: Option<&str>,
    ) -> Result<BranchSummary, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let source = branch_row(&txn, agent_id, source_branch_id).await?;
        free_name(&txn, agent_id, name).await?;
        let head = starting_point(&txn, &agent, &source).await?;
        let revision_id = self.id();
        let branch = NewBranch {
            id: self.id(),
            name: name.to_owned(),
            is_default: false,
            source: Some((source.id, head.id.clone())),
            head_revision_id: revision_id.clone(),
            by: by.map(str::to_owned),
        };
        let branch = self.insert_branch(&txn, agent_id, branch).await?;
        let content = Content {
            blocks: head.blocks.0,
            label: head.label,
            description: head.description,
            parent_id: Some(head.id),
            by: by.map(str::to_owned),
            ..Content::of(head.config.0)
        };
        self.insert_first_revision(&txn, &agent, &branch, revision_id, content)
            .await?;
        let summary = summary(&txn, &agent, branch).await?;
        txn.commit().await?;
        Ok(summary)
    }

    pub(crate) async fn insert_branch(
        &self,
        txn: &impl ConnectionTrait,
        agent_id: &str,
        new: NewBranch,
    ) -> Result<rows::Model, StoreError> {
        let now = self.now_us();
        let (source_branch_id, source_revision_id) = new.source.unzip();
        let row = rows::ActiveModel {
            id: Set(new.id),
            agent_id: Set(agent_id.to_owned()),
            name: Set(new.name),
            is_default: Set(new.is_default),
            source_branch_id: Set(source_branch_id),
            source_revision_id: Set(source_revision_id),
            head_revision_id: Set(new.head_revision_id),
            status: Set(BranchStatus::Active.name().to_owned()),
            created_by: Set(new.by.clone()),
            updated_by: Set(new.by),
            created_at: Set(now),
            updated_at: Set(now),
        };
        Ok(row.insert(txn).await?)
    }

    /// Give a branch another name.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Forbidden`] for `Main`; [`Conflict::BranchNameExists`].
    pub async fn rename_branch(
        &self,
        agent_id: &str,
        id: &str,
        name: &str,
        by: Option<&str>,
    ) -> Result<BranchSummary, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let mut branch = branch_row(&txn, agent_id, id).await?;
        if branch.is_default {
            return Err(StoreError::Forbidden("the branch Main keeps its name"));
        }
        if branch.name != name {
            free_name(&txn, agent_id, name).await?;
            let mut row = branch.into_active_model();
            row.name = Set(name.to_owned());
            row.updated_by = Set(by.map(str::to_owned));
            row.updated_at = Set(self.now_us());
            branch = row.update(&txn).await?;
        }
        let summary = summary(&txn, &agent, branch).await?;
        txn.commit().await?;
        Ok(summary)
    }

    /// Put a branch away; its revisions stay, and its name is free again. Once more changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Forbidden`] for `Main` and the live branch.
    pub async fn archive_branch(
        &self,
        agent_id: &str,
        id: &str,
        by: Option<&str>,
    ) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let branch = branch_row(&txn, agent_id, id).await?;
        if branch.is_default {
            return Err(StoreError::Forbidden("the branch Main cannot be archived"));
        }
        if branch.id == agent.live_branch_id {
            return Err(StoreError::Forbidden("the live branch cannot be archived"));
        }
        if branch.status != BranchStatus::Archived.name() {
            let mut row = branch.into_active_model();
            row.status = Set(BranchStatus::Archived.name().to_owned());
            row.updated_by = Set(by.map(str::to_owned));
            row.updated_at = Set(self.now_us());
            row.update(&txn).await?;
        }
        Ok(txn.commit().await?)
    }

    /// Make a branch the live one: its newest revision is active from now on.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Forbidden`] for an archived branch.
    pub async fn make_live(
        &self,
        agent_id: &str,
        id: &str,
        by: Option<&str>,
    ) -> Result<BranchSummary, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let branch = usable_branch(&txn, agent_id, id).await?;
        let head = revision_row(&txn, agent_id, &branch.head_revision_id).await?;
        let mut row = agent.into_active_model();
        row.live_branch_id = Set(branch.id.clone());
        row.updated_at = Set(self.now_us());
        let agent = row.update(&txn).await?;
        let agent = self.activate(&txn, agent, &head, by).await?;
        let summary = summary(&txn, &agent, branch).await?;
        txn.commit().await?;
        Ok(summary)
    }
}

async fn free_name(
    txn: &impl ConnectionTrait,
    agent_id: &str,
    name: &str,
) -> Result<(), StoreError> {
    let taken = name.eq_ignore_ascii_case(MAIN)
        || rows::Entity::find()
            .filter(rows::COLUMN.agent_id.eq(agent_id))
            .filter(rows::COLUMN.name.eq(name))
            .filter(rows::COLUMN.status.eq(BranchStatus::Active.name()))
            .one(txn)
            .await?
            .is_some();
    if taken {
        let name = name.to_owned();
        return Err(Conflict::BranchNameExists { name }.into());
    }
    Ok(())
}
