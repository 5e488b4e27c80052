//! Drafts: configs that are being edited. A branch has one of its own; others have a name and stand beside it.

use std::collections::BTreeMap;

use aftercall_core::agent_config::Config;
use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

use crate::agents::agent_row;
use crate::draft_edits::{count_edits, edits_of};
use crate::entity::drafts as rows;
use crate::revisions::Content;
use crate::{Store, StoreError, times};

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    /// It can be edited.
    Open,
    /// It is a revision now.
    Published,
    /// It was given up.
    Discarded,
}

impl DraftState {
    /// The name in the database and in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Published => "published",
            Self::Discarded => "discarded",
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, StoreError> {
        [Self::Open, Self::Published, Self::Discarded]
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| StoreError::corrupt("a draft's state", name))
    }
}

/// A config that is being edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// 24 hex digits.
    pub id: String,
    /// Whose draft it is.
    pub agent_id: String,
    /// The branch that it will be published on.
    pub branch_id: String,
    /// Its name; none for the branch's own draft.
    pub name: Option<String>,
    /// The revision that it was made from, or carried onto.
    pub source_revision_id: String,
    /// How many edits it has had: the number that an edit is based on.
    pub number: i64,
    /// The config as it is now.
    pub config: Config,
    /// Section → an id that is the same as in the source while the section is.
    pub blocks: BTreeMap<String, String>,
    /// What became of it.
    pub state: DraftState,
    /// Id of the key that made it.
    pub created_by: Option<String>,
    /// Id of the key that last edited it.
    pub updated_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

/// One edit of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftEdit {
    /// Its number, from 1.
    pub number: i64,
    /// The whole config after it.
    pub config: Config,
    /// The sections that it changed.
    pub changed_sections: Vec<String>,
    /// The fields that it changed, as `section.field`.
    pub changed_fields: Vec<String>,
    /// Id of the key that made it.
    pub editor: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A draft and its edits.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftDetail {
    /// The draft.
    pub draft: Draft,
    /// The newest edits, the newest first.
    pub edits: Vec<DraftEdit>,
    /// How many edits there are, all counted.
    pub edit_count: u64,
}

impl Store {
    /// The open drafts of an agent, the branches' own among them, the last edited first.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown agent.
    pub async fn drafts(&self, agent_id: &str) -> Result<Vec<Draft>, StoreError> {
        agent_row(self.reader(), agent_id).await?;
        rows::Entity::find()
            .filter(rows::COLUMN.agent_id.eq(agent_id))
            .filter(is_open())
            .order_by_desc(rows::Column::UpdatedAt)
            .order_by_desc(rows::Column::Id)
            .all(self.reader())
            .await?
            .into_iter()
            .map(Draft::try_from)
            .collect()
    }

    /// A draft, open or published, and its newest `edits`.
    ///
    /// # Errors
    /// [`StoreError::Missing`], also where it was given up.
    pub async fn draft(
        &self,
        agent_id: &str,
        id: &str,
        edits: u64,
    ) -> Result<DraftDetail, StoreError> {
        agent_row(self.reader(), agent_id).await?;
        let draft = draft_row(self.reader(), agent_id, id).await?;
        detail(self.reader(), draft, edits).await
    }
}

/// The revision that a draft becomes.
pub(crate) fn of_draft(draft: rows::Model) -> Content {
    Content {
        blocks: draft.blocks.0,
        parent_id: Some(draft.source_revision_id),
        source_draft_id: Some(draft.id),
        ..Content::of(draft.config.0)
    }
}

/// A draft and its newest `edits`.
pub(crate) async fn detail(
    db: &impl ConnectionTrait,
    draft: rows::Model,
    edits: u64,
) -> Result<DraftDetail, StoreError> {
    Ok(DraftDetail {
        edits: edits_of(db, &draft.id, edits).await?,
        edit_count: count_edits(db, &draft.id).await?,
        draft: draft.try_into()?,
    })
}

/// End a draft's days.
pub(crate) async fn close(
    txn: &impl ConnectionTrait,
    draft: rows::Model,
    state: DraftState,
) -> Result<rows::Model, StoreError> {
    let mut row = draft.into_active_model();
    row.state = Set(state.name().to_owned());
    Ok(row.update(txn).await?)
}

/// The condition that a draft is open.
pub(crate) fn is_open() -> Expr {
    rows::COLUMN.state.eq(DraftState::Open.name())
}

/// The row of an agent's draft. One that was given up is kept, and nobody sees it.
pub(crate) async fn draft_row(
    db: &impl ConnectionTrait,
    agent_id: &str,
    id: &str,
) -> Result<rows::Model, StoreError> {
    rows::Entity::find_by_id(id)
        .filter(rows::COLUMN.agent_id.eq(agent_id))
        .filter(rows::COLUMN.state.ne(DraftState::Discarded.name()))
        .one(db)
        .await?
        .ok_or_else(|| StoreError::missing("Draft", id))
}

impl TryFrom<rows::Model> for Draft {
    type Error = StoreError;

    fn try_from(row: rows::Model) -> Result<Self, StoreError> {
        Ok(Self {
            state: DraftState::from_name(&row.state)?,
            created_at: times::from_us(row.created_at)?,
            updated_at: times::from_us(row.updated_at)?,
            id: row.id,
            agent_id: row.agent_id,
            branch_id: row.branch_id,
            name: row.name,
            source_revision_id: row.source_revision_id,
            number: row.number,
            config: row.config.0,
            blocks: row.blocks.0,
            created_by: row.created_by,
            updated_by: row.updated_by,
        })
    }
}
