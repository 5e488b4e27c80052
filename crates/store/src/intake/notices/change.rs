//! The operator's hand on notices, and their end.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};

use super::{IntakeNotice, NoticeState, is_state, missing};
use crate::entity::intake_notices::{self as rows, Column};
use crate::times::to_us;
use crate::{Conflict, Store, StoreError};

impl Store {
    /// Puts a notice back that was given up, with a whole schedule before it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where the agent has no such notice; [`Conflict::NoticeState`] where it was not given up; those of the
    /// database.
    pub async fn retry_notice(&self, agent_id: &str, id: &str) -> Result<IntakeNotice, StoreError> {
        let txn = self.begin().await?;
        let changed = again(self.now_us())
            .filter(Column::Id.eq(id))
            .filter(Column::AgentId.eq(agent_id))
            .filter(is_state(NoticeState::Dead))
            .exec_with_returning(&txn)
            .await?;
        let Some(row) = changed.into_iter().next() else {
            let there = rows::Entity::find_by_id(id)
                .filter(Column::AgentId.eq(agent_id))
                .one(&txn)
                .await?;
            let there = there.ok_or_else(|| missing(id))?;
            let state = NoticeState::stored(&there.state)?.name();
            return Err(Conflict::NoticeState { state }.into());
        };
        txn.commit().await?;
        row.try_into()
    }

    /// Deletes up to `limit` notices whose calls were stored longer ago than `keep`, the oldest first, and says how many there were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn purge_notices(&self, keep: SignedDuration, limit: u64) -> Result<u64, StoreError> {
        let before = self.now().saturating_sub(keep).unwrap_or(Timestamp::MIN);
        let ids: Vec<String> = rows::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(is_state(NoticeState::Done))
            .filter(Column::UpdatedAt.lt(to_us(before)))
            .order_by_asc(Column::UpdatedAt)
            .limit(limit)
            .into_tuple()
            .all(self.reader())
            .await?;
        if ids.is_empty() {
            return Ok(0);
        }
        let txn = self.begin().await?;
        let deleted = rows::Entity::delete_many()
            .filter(Column::Id.is_in(ids))
            .filter(is_state(NoticeState::Done))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(deleted.rows_affected)
    }
}

/// What waits anew, with a whole schedule.
pub(super) fn again(now: i64) -> UpdateMany<rows::Entity> {
    rows::Entity::update_many()
        .col_expr(Column::State, Expr::val(NoticeState::Waiting.name()))
        .col_expr(Column::Attempts, Expr::val(0i64))
        .col_expr(Column::NextAt, Expr::val(now))
        .col_expr(Column::UpdatedAt, Expr::val(now))
}

/// Deletes the notices of a call, by the sender's id of it. Whoever is fetching it finds the lease gone and stores nothing.
pub(crate) async fn delete_of_call(
    db: &impl ConnectionTrait,
    call_id: &str,
) -> Result<(), StoreError> {
    rows::Entity::delete_many()
        .filter(Column::CallId.eq(call_id))
        .exec(db)
        .await?;
    Ok(())
}
