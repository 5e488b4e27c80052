//! Versions: the older API's view of revisions, over all branches of an agent.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use crate::agents::{agent_row, lock_agent};
use crate::entity::revisions as rows;
use crate::page::capped;
use crate::revisions::revision_row;
use crate::{Page, Revision, Store, StoreError};

/// What to change of a published version; what is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionPatch {
    /// Another label.
    pub label: Option<String>,
    /// Another description.
    pub description: Option<String>,
    /// Whether it is marked.
    pub is_pinned: Option<bool>,
}

impl Store {
    /// Revisions on all branches of an agent, the newest first; with `pinned` only those that are, or only those that are
    /// not. The total counts all.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown agent.
    pub async fn versions(
        &self,
        agent_id: &str,
        limit: u64,
        skip: u64,
        pinned: Option<bool>,
    ) -> Result<Page<Revision>, StoreError> {
        let agent = agent_row(self.reader(), agent_id).await?;
        let query = rows::Entity::find().filter(rows::COLUMN.agent_id.eq(agent_id));
        let total = query.clone().count(self.reader()).await?;
        let found = query
            .apply_if(pinned, |query, pinned| {
                query.filter(rows::COLUMN.is_pinned.eq(pinned))
            })
            .order_by_desc(rows::Column::VersionNumber)
            .limit(capped(limit))
            .offset(capped(skip))
            .all(self.reader())
            .await?;
        let items = Revision::all(found, &agent.active_revision_id)?;
        Ok(Page { items, total })
    }

    /// Make a revision of any branch the one that runs. Once more changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn activate_version(
        &self,
        agent_id: &str,
        id: &str,
        by: Option<&str>,
    ) -> Result<Revision, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let row = revision_row(&txn, agent_id, id).await?;
        let agent = self.activate(&txn, agent, &row, by).await?;
        let row = revision_row(&txn, agent_id, id).await?;
        txn.commit().await?;
        Revision::of(row, &agent.active_revision_id)
    }

    /// Change a version's label, description or pin.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn update_version(
        &self,
        agent_id: &str,
        id: &str,
        patch: VersionPatch,
    ) -> Result<Revision, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let mut row = revision_row(&txn, agent_id, id).await?.into_active_model();
        if let Some(label) = patch.label {
            row.label = Set(Some(label));
        }
        if let Some(description) = patch.description {
            row.description = Set(Some(description));
        }
        if let Some(is_pinned) = patch.is_pinned {
            row.is_pinned = Set(is_pinned);
        }
        row.updated_at = Set(self.now_us());
        let row = row.update(&txn).await?;
        txn.commit().await?;
        Revision::of(row, &agent.active_revision_id)
    }
}
