//! Branches: lines of revisions of an agent, of which one is live.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::agents::agent_row;
use crate::entity::{agents, branches as rows, drafts, revisions};
use crate::revisions::revision_row;
use crate::{Store, StoreError, drafts as draft_states, times};

/// The name of the branch that every agent starts with.
pub(crate) const MAIN: &str = "Main";

/// Whether a branch is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchStatus {
    /// In use.
    Active,
    /// Put away: left out of lists, and nothing more is published on it.
    Archived,
}

impl BranchStatus {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    fn from_name(name: &str) -> Result<Self, StoreError> {
        [Self::Active, Self::Archived]
            .into_iter()
            .find(|status| status.name() == name)
            .ok_or_else(|| StoreError::corrupt("a branch's status", name))
    }
}

/// A line of revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// 24 hex digits.
    pub id: String,
    /// Whose branch it is.
    pub agent_id: String,
    /// The name, unique among the agent's branches that are in use.
    pub name: String,
    /// Whether it is `Main`, which is neither renamed nor archived.
    pub is_default: bool,
    /// The branch that it was made from.
    pub source_branch_id: Option<String>,
    /// The revision that it was made from.
    pub source_revision_id: Option<String>,
    /// Its newest revision.
    pub head_revision_id: String,
    /// Whether it is in use.
    pub status: BranchStatus,
    /// Id of the key that made it.
    pub created_by: Option<String>,
    /// Id of the key that last changed it or published on it.
    pub updated_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed or was published on.
    pub updated_at: Timestamp,
}

/// A branch and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchSummary {
    /// The branch.
    pub branch: Branch,
    /// Whether what is published on it becomes active.
    pub is_live: bool,
    /// Its own draft, where one is open.
    pub open_draft_id: Option<String>,
    /// How many revisions it has.
    pub revisions_count: i64,
    /// The number of its newest revision.
    pub head_number: i64,
}

impl Store {
    /// The agent's branches that are in use, `Main` first, then by age.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown agent.
    pub async fn branches(&self, agent_id: &str) -> Result<Vec<BranchSummary>, StoreError> {
        let agent = agent_row(self.reader(), agent_id).await?;
        let branches = rows::Entity::find()
            .filter(rows::COLUMN.agent_id.eq(agent_id))
            .filter(rows::COLUMN.status.eq(BranchStatus::Active.name()))
            .order_by_desc(rows::Column::IsDefault)
            .order_by_asc(rows::Column::CreatedAt)
            .order_by_asc(rows::Column::Id)
            .all(self.reader())
            .await?;
        summaries(self.reader(), &agent, branches).await
    }

    /// One branch, archived or not.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown agent, or a branch that it does not have.
    pub async fn branch(&self, agent_id: &str, id: &str) -> Result<BranchSummary, StoreError> {
        let agent = agent_row(self.reader(), agent_id).await?;
        let branch = branch_row(self.reader(), agent_id, id).await?;
        summary(self.reader(), &agent, branch).await
    }
}

/// The row of an agent's branch.
pub(crate) async fn branch_row(
    db: &impl ConnectionTrait,
    agent_id: &str,
    id: &str,
) -> Result<rows::Model, StoreError> {
    rows::Entity::find_by_id(id)
        .filter(rows::COLUMN.agent_id.eq(agent_id))
        .one(db)
        .await?
        .ok_or_else(|| StoreError::missing("Branch", id))
}

/// As [`branch_row`], for a branch that is to be changed.
pub(crate) async fn usable_branch(
    db: &impl ConnectionTrait,
    agent_id: &str,
    id: &str,
) -> Result<rows::Model, StoreError> {
    let branch = branch_row(db, agent_id, id).await?;
    if branch.status == BranchStatus::Archived.name() {
        return Err(StoreError::Forbidden("the branch is archived"));
    }
    Ok(branch)
}

/// The revision that work on a branch starts from: on the live one what runs, as its newest revision may have been taken
/// back or may still wait for its activation.
pub(crate) async fn starting_point(
    db: &impl ConnectionTrait,
    agent: &agents::Model,
    branch: &rows::Model,
) -> Result<revisions::Model, StoreError> {
    let id = if branch.id == agent.live_branch_id {
        &agent.active_revision_id
    } else {
        &branch.head_revision_id
    };
    revision_row(db, &agent.id, id).await
}

/// How one branch stands.
pub(crate) async fn summary(
    db: &impl ConnectionTrait,
    agent: &agents::Model,
    branch: rows::Model,
) -> Result<BranchSummary, StoreError> {
    let id = branch.id.clone();
    summaries(db, agent, vec![branch])
        .await?
        .pop()
        .ok_or_else(|| StoreError::missing("Branch", id))
}

async fn summaries(
    db: &impl ConnectionTrait,
    agent: &agents::Model,
    branches: Vec<rows::Model>,
) -> Result<Vec<BranchSummary>, StoreError> {
    let heads = branches.iter().map(|branch| &branch.head_revision_id);
    let numbers: HashMap<String, i64> = revisions::Entity::find()
        .select_only()
        .columns([revisions::Column::Id, revisions::Column::Number])
        .filter(revisions::COLUMN.id.is_in(heads))
        .into_tuple::<(String, i64)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let mut open: HashMap<String, String> = drafts::Entity::find()
        .select_only()
        .columns([drafts::Column::BranchId, drafts::Column::Id])
        .filter(drafts::COLUMN.agent_id.eq(&agent.id))
        .filter(draft_states::is_open())
        .filter(drafts::COLUMN.name.is_null())
        .into_tuple::<(String, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    branches
        .into_iter()
        .map(|branch| {
            // Revisions are numbered from 1 without a gap and never taken away.
            let head_number = numbers
                .get(&branch.head_revision_id)
                .copied()
                .unwrap_or_default();
            Ok(BranchSummary {
                is_live: branch.id == agent.live_branch_id,
                open_draft_id: open.remove(&branch.id),
                revisions_count: head_number,
                head_number,
                branch: branch.try_into()?,
            })
        })
        .collect()
}

impl TryFrom<rows::Model> for Branch {
    type Error = StoreError;

    fn try_from(row: rows::Model) -> Result<Self, StoreError> {
        Ok(Self {
            status: BranchStatus::from_name(&row.status)?,
            created_at: times::from_us(row.created_at)?,
            updated_at: times::from_us(row.updated_at)?,
            id: row.id,
            agent_id: row.agent_id,
            name: row.name,
            is_default: row.is_default,
            source_branch_id: row.source_branch_id,
            source_revision_id: row.source_revision_id,
            head_revision_id: row.head_revision_id,
            created_by: row.created_by,
            updated_by: row.updated_by,
        })
    }
}
