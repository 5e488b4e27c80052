//! Storing what came of an attempt.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::take::update_held;
use super::{NoticeLease, NoticeState, is_state};
use crate::answers::storable;
use crate::chunks::chunks;
use crate::entity::intake_notices::{self as rows, Column};
use crate::times::to_us;
use crate::{Store, StoreError};

/// What becomes of a notice after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeEnd {
    /// The call is stored.
    Done,
    /// It is tried again.
    Again {
        /// Not before then.
        at: Timestamp,
        /// Why it failed.
        reason: String,
    },
    /// It is given up, for this reason.
    Dead(String),
}

/// An attempt that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedNotice {
    /// The right to it.
    pub lease: NoticeLease,
    /// What becomes of the notice.
    pub end: NoticeEnd,
    /// Until when the platform wants to be left alone with everything of the agent's.
    pub hold: Option<Timestamp>,
}

impl Store {
    /// Stores what came of an attempt. False where the lease no longer held: then nothing was stored.
    ///
    /// # Errors
    /// Those of the database; then nothing was stored.
    pub async fn record_notice(&self, one: &RecordedNotice) -> Result<bool, StoreError> {
        let now = self.now();
        let (state, next_at, reason) = match &one.end {
            NoticeEnd::Done => (NoticeState::Done, now, None),
            NoticeEnd::Again { at, reason } => (NoticeState::Waiting, *at, Some(reason)),
            NoticeEnd::Dead(reason) => (NoticeState::Dead, now, Some(reason)),
        };
        let txn = self.begin().await?;
        let mut update = update_held(&one.lease)
            .col_expr(Column::State, Expr::val(state.name()))
            .col_expr(Column::LeaseToken, Expr::val(None::<String>))
            .col_expr(Column::LeaseUntil, Expr::val(None::<i64>))
            .col_expr(Column::NextAt, Expr::val(to_us(next_at)))
            .col_expr(Column::UpdatedAt, Expr::val(to_us(now)))
            .col_expr(
                Column::LastError,
                Expr::val(reason.map(|reason| storable(reason))),
            );
        if state == NoticeState::Done {
            // The call has all of it.
            update = update.col_expr(Column::Notice, Expr::val(None::<String>));
        }
        let held = update.exec(&txn).await?.rows_affected > 0;
        if let Some(until) = one.hold.filter(|_| held) {
            let notice = &one.lease.notice;
            // In one order, and past those that others have, so that two who hold never wait for each other.
            let others: Vec<String> = rows::Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(is_state(NoticeState::Waiting))
                .filter(Column::AgentId.eq(notice.agent_id.as_str()))
                .filter(Column::Source.eq(notice.source.as_str()))
                .filter(Column::NextAt.lt(to_us(until)))
                .order_by_asc(Column::Id)
                .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
                .into_tuple()
                .all(&txn)
                .await?;
            for ids in chunks(&others) {
                rows::Entity::update_many()
                    .col_expr(Column::NextAt, Expr::val(to_us(until)))
                    .filter(Column::Id.is_in(ids.iter().map(String::as_str)))
                    .exec(&txn)
                    .await?;
            }
        }
        txn.commit().await?;
        Ok(held)
    }
}
