//! Taking notices and giving them back.

use jiff::SignedDuration;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};

use super::{IntakeNotice, NoticeState, is_state};
use crate::entity::intake_notices::{self as rows, Column};
use crate::jobs::token_of;
use crate::times::{later, to_us};
use crate::{Store, StoreError};

/// What stands with a notice whose holder did not come back.
const LOST: &str = "whoever fetched the call did not come back";

/// The right to fetch a call until an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeLease {
    /// The notice, this attempt counted.
    pub notice: IntakeNotice,
    /// What shows that the lease is this one.
    pub token: String,
}

impl Store {
    /// Takes up to `limit` due notices for a node, the longest due first, and leases them for that long.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take_notices(
        &self,
        node: &str,
        limit: u64,
        lease: SignedDuration,
    ) -> Result<Vec<NoticeLease>, StoreError> {
        let now = self.now();
        let due = rows::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(is_state(NoticeState::Waiting))
            .filter(Column::NextAt.lte(to_us(now)))
            .order_by_asc(Column::NextAt)
            .order_by_asc(Column::Id)
            .limit(limit);
        // Most looks find nothing: that is seen without the writer of SQLite.
        let any: Option<String> = due.clone().into_tuple().one(self.reader()).await?;
        if limit == 0 || any.is_none() {
            return Ok(Vec::new());
        }
        let token = token_of(node, self.random().u64());
        let txn = self.begin().await?;
        let ids: Vec<String> = due
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&txn)
            .await?;
        let mut taken = rows::Entity::update_many()
            .col_expr(Column::State, Expr::val(NoticeState::Fetching.name()))
            .col_expr(Column::LeaseToken, Expr::val(token.as_str()))
            .col_expr(Column::LeaseUntil, Expr::val(to_us(later(now, lease))))
            .col_expr(Column::UpdatedAt, Expr::val(to_us(now)))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1i64))
            .filter(Column::Id.is_in(ids.iter().map(String::as_str)))
            .exec_with_returning(&txn)
            .await?;
        txn.commit().await?;
        taken.sort_by_cached_key(|row| ids.iter().position(|id| *id == row.id));
        let leases = taken.into_iter().map(|row| {
            Ok(NoticeLease {
                notice: row.try_into()?,
                token: token.clone(),
            })
        });
        leases.collect()
    }

    /// Prolongs a lease from now on. False where it ended, or the notice went with its call: then nothing more may be stored of it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn renew_notice(
        &self,
        held: &NoticeLease,
        lease: SignedDuration,
    ) -> Result<bool, StoreError> {
        let txn = self.begin().await?;
        let renewed = update_held(held)
            .col_expr(
                Column::LeaseUntil,
                Expr::val(to_us(later(self.now(), lease))),
            )
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(renewed.rows_affected > 0)
    }

    /// Gives a notice back whose call could not be fetched for want of time: it is due again at once and the attempt does not count.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn give_back_notice(&self, held: &NoticeLease) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        waiting_again(update_held(held), self.now_us())
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).sub(1i64))
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// Lets up to `limit` notices wait again whose lease ran out, and says how many there were. The attempt stays counted.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sweep_notices(&self, limit: u64) -> Result<u64, StoreError> {
        let now = self.now_us();
        let expired = Condition::all()
            .add(is_state(NoticeState::Fetching))
            .add(Column::LeaseUntil.lt(now));
        let lost = rows::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(expired)
            .order_by_asc(Column::Id)
            .limit(limit);
        let any: Option<String> = lost.clone().into_tuple().one(self.reader()).await?;
        if any.is_none() {
            return Ok(0);
        }
        let txn = self.begin().await?;
        let ids: Vec<String> = lost
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&txn)
            .await?;
        waiting_again(rows::Entity::update_many(), now)
            .col_expr(Column::LastError, Expr::val(LOST))
            .filter(Column::Id.is_in(ids.iter().map(String::as_str)))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(ids.len() as u64)
    }
}

/// An update of the notice that a lease is of, as long as the lease holds.
pub(super) fn update_held(held: &NoticeLease) -> UpdateMany<rows::Entity> {
    rows::Entity::update_many()
        .filter(Column::Id.eq(held.notice.id.as_str()))
        .filter(Column::LeaseToken.eq(held.token.as_str()))
        .filter(is_state(NoticeState::Fetching))
}

fn waiting_again(update: UpdateMany<rows::Entity>, now: i64) -> UpdateMany<rows::Entity> {
    update
        .col_expr(Column::State, Expr::val(NoticeState::Waiting.name()))
        .col_expr(Column::LeaseToken, Expr::val(None::<String>))
        .col_expr(Column::LeaseUntil, Expr::val(None::<i64>))
        .col_expr(Column::NextAt, Expr::val(now))
        .col_expr(Column::UpdatedAt, Expr::val(now))
}
