//! Revisions: published configs of a branch. What the older versioning API calls a version is a revision too.

use std::collections::BTreeMap;

use aftercall_core::agent_config::{Config, changed_sections};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::agents::agent_row;
use crate::blocks::Blocks;
use crate::branches::branch_row;
use crate::entity::revisions as rows;
use crate::page::capped;
use crate::{Page, Store, StoreError, times};

/// Revisions that a history shows at most.
const HISTORY: u64 = 100;

/// A published config. It never changes; its label, description, pin and activation do.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// 24 hex digits.
    pub id: String,
    /// Whose revision it is.
    pub agent_id: String,
    /// The branch it was published on.
    pub branch_id: String,
    /// Its number on the branch, from 1.
    pub number: i64,
    /// Its number among all of the agent, from 1.
    pub version_number: i64,
    /// A short name.
    pub label: Option<String>,
    /// What is new in it.
    pub description: Option<String>,
    /// Whether a user marked it.
    pub is_pinned: bool,
    /// The config, in the wire names.
    pub config: Config,
    /// Section → an id that is the same in two revisions while the section is.
    pub blocks: BTreeMap<String, String>,
    /// Name of the model slot that analyses its calls.
    pub slot: String,
    /// The revision that it was made from.
    pub parent_id: Option<String>,
    /// The draft that it was.
    pub source_draft_id: Option<String>,
    /// The older revision that it brings back.
    pub restored_from_id: Option<String>,
    /// Id of the key that published it.
    pub published_by: Option<String>,
    /// When it was published.
    pub published_at: Timestamp,
    /// Id of the key that last made it the active one.
    pub activated_by: Option<String>,
    /// When it last became the active one.
    pub activated_at: Option<Timestamp>,
    /// Whether it runs now.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its label, description, pin or activation last changed.
    pub updated_at: Timestamp,
}

/// How a branch came to a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionHistory {
    /// The revision.
    pub revision: Revision,
    /// The revision itself and those before it on the branch, the newest first, 100 of them at most.
    pub steps: Vec<HistoryStep>,
}

/// One revision of a branch and what it changed.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryStep {
    /// The revision.
    pub revision: Revision,
    /// The sections that are not as in the revision before it on the branch; of the first one, as in what it was made from.
    pub changed_sections: Vec<&'static str>,
}

/// A revision to be written.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) config: Config,
    pub(crate) blocks: Blocks,
    pub(crate) label: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) parent_id: Option<String>,
    pub(crate) source_draft_id: Option<String>,
    pub(crate) restored_from_id: Option<String>,
    pub(crate) by: Option<String>,
}

impl Content {
    /// A config of which nothing else is known.
    pub(crate) fn of(config: Config) -> Self {
        Self {
            config,
            blocks: Blocks::new(),
            label: None,
            description: None,
            parent_id: None,
            source_draft_id: None,
            restored_from_id: None,
            by: None,
        }
    }
}

impl Store {
    /// Revisions of a branch, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown agent, or a branch that it does not have.
    pub async fn revisions(
        &self,
        agent_id: &str,
        branch_id: &str,
        limit: u64,
        skip: u64,
    ) -> Result<Page<Revision>, StoreError> {
        let agent = agent_row(self.reader(), agent_id).await?;
        let branch = branch_row(self.reader(), agent_id, branch_id).await?;
        let query = rows::Entity::find().filter(rows::COLUMN.branch_id.eq(&branch.id));
        let total = query.clone().count(self.reader()).await?;
        let found = query
            .order_by_desc(rows::Column::Number)
            .limit(capped(limit))
            .offset(capped(skip))
            .all(self.reader())
            .await?;
        let items = Revision::all(found, &agent.active_revision_id)?;
        Ok(Page { items, total })
    }

    /// The agent's revision of that id, on whichever branch.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn revision(&self, agent_id: &str, id: &str) -> Result<Revision, StoreError> {
        let agent = agent_row(self.reader(), agent_id).await?;
        let row = revision_row(self.reader(), agent_id, id).await?;
        Revision::of(row, &agent.active_revision_id)
    }

    /// The revision that runs.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown agent.
    pub async fn active_revision(&self, agent_id: &str) -> Result<Revision, StoreError> {
        let agent = agent_row(self.reader(), agent_id).await?;
        let row = revision_row(self.reader(), agent_id, &agent.active_revision_id).await?;
        Revision::of(row, &agent.active_revision_id)
    }

    /// A revision of a branch and those that led to it.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Refused`] for a revision of another branch.
    pub async fn history(
        &self,
        agent_id: &str,
        branch_id: &str,
        id: &str,
    ) -> Result<RevisionHistory, StoreError> {
        let agent = agent_row(self.reader(), agent_id).await?;
        let branch = branch_row(self.reader(), agent_id, branch_id).await?;
        let row = revision_row(self.reader(), agent_id, id).await?;
        on_branch(id, &row.branch_id, &branch.id)?;
        let revision = Revision::of(row, &agent.active_revision_id)?;
        let found = rows::Entity::find()
            .filter(rows::COLUMN.branch_id.eq(&branch.id))
            .filter(rows::COLUMN.number.lte(revision.number))
            .order_by_desc(rows::Column::Number)
            .limit(HISTORY + 1)
            .all(self.reader())
            .await?;
        let first = self.before_first(found.last()).await?;
        let befores = found.iter().skip(1).map(|row| &row.config.0);
        let changed: Vec<_> = found
            .iter()
            .zip(befores.chain([&first]))
            .take(HISTORY as usize)
            .map(|(row, before)| changed_sections(before, &row.config.0))
            .collect();
        let steps = found
            .into_iter()
            .zip(changed)
            .map(|(row, changed_sections)| {
                Ok(HistoryStep {
                    revision: Revision::of(row, &agent.active_revision_id)?,
                    changed_sections,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(RevisionHistory { revision, steps })
    }

    /// What the first revision of a branch was made from: a revision of another branch, or nothing.
    async fn before_first(&self, first: Option<&rows::Model>) -> Result<Config, StoreError> {
        let parent = first.and_then(|row| row.parent_id.as_deref().map(|id| (row, id)));
        Ok(match parent {
            Some((row, id)) => {
                revision_row(self.reader(), &row.agent_id, id)
                    .await?
                    .config
                    .0
            }
            None => Config::new(),
        })
    }
}

/// The row of an agent's revision.
pub(crate) async fn revision_row(
    db: &impl ConnectionTrait,
    agent_id: &str,
    id: &str,
) -> Result<rows::Model, StoreError> {
    rows::Entity::find_by_id(id)
        .filter(rows::COLUMN.agent_id.eq(agent_id))
        .one(db)
        .await?
        .ok_or_else(|| StoreError::missing("Revision", id))
}

/// A revision is asked for under a branch that it must be on.
pub(crate) fn on_branch(id: &str, its: &str, branch_id: &str) -> Result<(), StoreError> {
    if its == branch_id {
        return Ok(());
    }
    let rule = "must be a revision of this branch";
    Err(StoreError::refused("revisionId", id, rule))
}

impl Revision {
    pub(crate) fn of(row: rows::Model, active_id: &str) -> Result<Self, StoreError> {
        Ok(Self {
            is_active: row.id == active_id,
            published_at: times::from_us(row.published_at)?,
            activated_at: times::from_us_opt(row.activated_at)?,
            created_at: times::from_us(row.created_at)?,
            updated_at: times::from_us(row.updated_at)?,
            id: row.id,
            agent_id: row.agent_id,
            branch_id: row.branch_id,
            number: row.number,
            version_number: row.version_number,
            label: row.label,
            description: row.description,
            is_pinned: row.is_pinned,
            config: row.config.0,
            blocks: row.blocks.0,
            slot: row.slot,
            parent_id: row.parent_id,
            source_draft_id: row.source_draft_id,
            restored_from_id: row.restored_from_id,
            published_by: row.published_by,
            activated_by: row.activated_by,
        })
    }

    pub(crate) fn all(rows: Vec<rows::Model>, active_id: &str) -> Result<Vec<Self>, StoreError> {
        rows.into_iter()
            .map(|row| Self::of(row, active_id))
            .collect()
    }
}
