//! Looking at notices.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{IntakeNotice, NoticeState};
use crate::entity::agents;
use crate::entity::intake_notices::{self as rows, Column};
use crate::{Page, Store, StoreError};

impl Store {
    /// The newest notices of an agent, of those in one of these states; no state asks for all.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such agent; those of the database.
    pub async fn notices(
        &self,
        agent_id: &str,
        states: &[NoticeState],
        limit: u64,
    ) -> Result<Page<IntakeNotice>, StoreError> {
        let agent = agents::Entity::find_by_id(agent_id)
            .one(self.reader())
            .await?;
        agent.ok_or_else(|| StoreError::missing("Agent", agent_id))?;
        let mut query = rows::Entity::find().filter(Column::AgentId.eq(agent_id));
        if !states.is_empty() {
            query = query.filter(Column::State.is_in(states.iter().map(|state| state.name())));
        }
        let total = query.clone().count(self.reader()).await?;
        let rows = query
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(self.reader())
            .await?;
        let items = rows.into_iter().map(IntakeNotice::try_from);
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            total,
        })
    }
}
