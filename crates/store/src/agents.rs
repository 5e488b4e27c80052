//! Agents: whose calls are measured.

use aftercall_core::agent_config::{Config, SINGLE_PROMPT};
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use crate::branch_changes::NewBranch;
use crate::branches::MAIN;
use crate::entity::{agents as rows, calls};
use crate::json_text::JsonText;
use crate::revisions::Content;
use crate::{Conflict, Store, StoreError, times};

/// An agent. Its config stands in its revisions, of which one is active.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// 24 hex digits.
    pub id: String,
    /// The name shown.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// `single_prompt` or `workflow_graph`, as in the active revision.
    pub workflow_type: String,
    /// Fields of the agent that no revision holds (`avatarUrl`, `telephonyProductId` …), in their wire names.
    pub document: Config,
    /// The branch whose publications become active at once.
    pub live_branch_id: String,
    /// The revision that runs.
    pub active_revision_id: String,
    /// When it was archived.
    pub archived_at: Option<Timestamp>,
    /// Id of the key that made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it, or which revision of it is active, last changed.
    pub updated_at: Timestamp,
}

/// An agent to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAgent {
    /// The name shown.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// See [`Agent::document`].
    pub document: Config,
    /// `single_prompt` or `workflow_graph`.
    pub workflow_type: String,
    /// The config of its first revision, checked.
    pub config: Config,
    /// Id of the key that makes it.
    pub created_by: Option<String>,
}

/// What to change of an agent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AgentPatch {
    /// Another name.
    pub name: Option<String>,
    /// Another description.
    pub description: Option<String>,
    /// Fields that take the place of those of the same name in [`Agent::document`].
    pub document: Config,
}

impl Store {
    /// Make an agent, with a live branch `Main` and its revision 1, which is active.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for text that the database cannot keep.
    pub async fn create_agent(&self, new: NewAgent) -> Result<Agent, StoreError> {
        let txn = self.begin().await?;
        let row = self.insert_agent(&txn, new).await?;
        txn.commit().await?;
        row.try_into()
    }

    async fn insert_agent(
        &self,
        txn: &impl ConnectionTrait,
        new: NewAgent,
    ) -> Result<rows::Model, StoreError> {
        let now = self.now_us();
        let (branch_id, revision_id) = (self.id(), self.id());
        let agent = rows::ActiveModel {
            id: Set(self.id()),
            name: Set(new.name),
            description: Set(new.description),
            workflow_type: Set(new.workflow_type),
            document: Set(JsonText(new.document)),
            live_branch_id: Set(branch_id.clone()),
            active_revision_id: Set(revision_id.clone()),
            archived_at: Set(None),
            created_by: Set(new.created_by.clone()),
            created_at: Set(now),
            updated_at: Set(now),
        };
        let agent = agent.insert(txn).await?;
        let branch = NewBranch {
            id: branch_id,
            name: MAIN.to_owned(),
            is_default: true,
            source: None,
            head_revision_id: revision_id.clone(),
            by: new.created_by.clone(),
        };
        let branch = self.insert_branch(txn, &agent.id, branch).await?;
        let content = Content {
            blocks: self.new_blocks(),
            by: new.created_by,
            ..Content::of(new.config)
        };
        self.insert_first_revision(txn, &agent, &branch, revision_id, content)
            .await?;
        Ok(agent)
    }

    /// The agent of that id, archived or not.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn agent(&self, id: &str) -> Result<Agent, StoreError> {
        agent_row(self.reader(), id).await?.try_into()
    }

    /// How many calls an agent has.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn total_calls(&self, agent_id: &str) -> Result<u64, StoreError> {
        let count: Option<i64> = calls::Entity::find()
            .select_only()
            // The id alone: an index has it, and the rows are not read.
            .expr(Expr::col((calls::Entity, calls::Column::Id)).count())
            .filter(calls::COLUMN.agent_id.eq(agent_id))
            .into_tuple()
            .one(self.reader())
            .await?;
        Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
    }

    /// Change an agent's own fields; what is not given stays.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn update_agent(&self, id: &str, patch: AgentPatch) -> Result<Agent, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, id).await?;
        let mut document = agent.document.0.clone();
        document.extend(patch.document);
        let mut row = agent.into_active_model();
        if let Some(name) = patch.name {
            row.name = Set(name);
        }
        if let Some(description) = patch.description {
            row.description = Set(Some(description));
        }
        row.document = Set(JsonText(document));
        row.updated_at = Set(self.now_us());
        let agent = row.update(&txn).await?;
        txn.commit().await?;
        agent.try_into()
    }

    /// Put an agent away (`archived`), or take it out again.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`Conflict::AlreadyArchived`] or [`Conflict::AlreadyActive`] where it is so already.
    pub async fn archive_agent(&self, id: &str, archived: bool) -> Result<Agent, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, id).await?;
        match (archived, agent.archived_at) {
            (true, Some(_)) => return Err(Conflict::AlreadyArchived.into()),
            (false, None) => return Err(Conflict::AlreadyActive.into()),
            _ => {}
        }
        let now = self.now_us();
        let mut row = agent.into_active_model();
        row.archived_at = Set(archived.then_some(now));
        row.updated_at = Set(now);
        let agent = row.update(&txn).await?;
        txn.commit().await?;
        agent.try_into()
    }

    /// Make another agent that starts with what `id` runs now.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`Conflict::CopyOfArchived`]; [`Conflict::CopyOfGraph`].
    pub async fn duplicate_agent(&self, id: &str, by: Option<&str>) -> Result<Agent, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, id).await?;
        if agent.archived_at.is_some() {
            return Err(Conflict::CopyOfArchived.into());
        }
        if agent.workflow_type != SINGLE_PROMPT {
            return Err(Conflict::CopyOfGraph.into());
        }
        let active = crate::revisions::revision_row(&txn, id, &agent.active_revision_id).await?;
        let new = NewAgent {
            name: format!("{} (copy)", agent.name),
            description: agent.description,
            document: agent.document.0,
            workflow_type: agent.workflow_type,
            config: active.config.0,
            created_by: by.map(str::to_owned),
        };
        let copy = self.insert_agent(&txn, new).await?;
        txn.commit().await?;
        copy.try_into()
    }
}

/// The agent's row.
pub(crate) async fn agent_row(
    db: &impl ConnectionTrait,
    id: &str,
) -> Result<rows::Model, StoreError> {
    rows::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| StoreError::missing("Agent", id))
}

/// The agent's row, locked. Whoever changes an agent's branches, revisions or drafts begins with it, so that two who change
/// the same agent wait for each other; calls that refer to the agent come in all the while.
pub(crate) async fn lock_agent(
    txn: &impl ConnectionTrait,
    id: &str,
) -> Result<rows::Model, StoreError> {
    rows::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(txn)
        .await?
        .ok_or_else(|| StoreError::missing("Agent", id))
}

impl TryFrom<rows::Model> for Agent {
    type Error = StoreError;

    fn try_from(row: rows::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            name: row.name,
            description: row.description,
            workflow_type: row.workflow_type,
            document: row.document.0,
            live_branch_id: row.live_branch_id,
            active_revision_id: row.active_revision_id,
            archived_at: times::from_us_opt(row.archived_at)?,
            created_by: row.created_by,
            created_at: times::from_us(row.created_at)?,
            updated_at: times::from_us(row.updated_at)?,
        })
    }
}
