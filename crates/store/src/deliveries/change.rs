//! The operator's hand on deliveries, and their end.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::take::may_be_sent_to;
use super::{Delivery, DeliveryFilter, DeliveryState, is_state, missing};
use crate::entity::deliveries::{self as rows, Column};
use crate::entity::delivery_attempts as attempts;
use crate::entity::webhooks;
use crate::times::to_us;
use crate::webhooks::locked;
use crate::{Conflict, Store, StoreError};

/// Which deliveries of a receiver are to be sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replay {
    /// Those too that arrived; else only what was given up.
    pub delivered: bool,
    /// Written at this instant or later.
    pub from: Option<Timestamp>,
    /// Written at this instant or earlier.
    pub to: Option<Timestamp>,
}

impl Store {
    /// Sends a delivery again, under its id and with a whole schedule: one that arrived, was given up, or waits for its next
    /// attempt.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`Conflict::DeliverySending`] while it is being sent; those of the database.
    pub async fn replay_delivery(&self, id: &str) -> Result<Delivery, StoreError> {
        let txn = self.begin().await?;
        let changed = again(self.now_us())
            .filter(Column::Id.eq(id))
            .filter(is_state(DeliveryState::Sending).not())
            .exec_with_returning(&txn)
            .await?;
        let Some(row) = changed.into_iter().next() else {
            let there = rows::Entity::find_by_id(id).one(&txn).await?;
            return Err(match there {
                Some(_) => Conflict::DeliverySending.into(),
                None => missing(id),
            });
        };
        txn.commit().await?;
        row.try_into()
    }

    /// Sends all deliveries of a receiver again that the order takes, and says how many there are.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such receiver; those of the database.
    pub async fn replay(&self, webhook_id: &str, replay: &Replay) -> Result<u64, StoreError> {
        let mut states = vec![DeliveryState::Failed];
        states.extend(replay.delivered.then_some(DeliveryState::Delivered));
        let filter = DeliveryFilter {
            webhook_id: Some(webhook_id.to_owned()),
            states,
            from: replay.from,
            to: replay.to,
            ..DeliveryFilter::default()
        };
        let txn = self.begin().await?;
        locked(&txn, webhook_id).await?;
        let replayed = again(self.now_us())
            .filter(filter.condition())
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(replayed.rows_affected)
    }

    /// Deletes up to `limit` deliveries that were written longer ago than `keep`, the oldest first, with their attempts, and says
    /// how many there were: what arrived, what was given up, and what waits for a receiver that is disabled or paused.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn purge_deliveries(
        &self,
        keep: SignedDuration,
        limit: u64,
    ) -> Result<u64, StoreError> {
        let before = self.now().saturating_sub(keep).unwrap_or(Timestamp::MIN);
        let ended = [DeliveryState::Delivered, DeliveryState::Failed].map(DeliveryState::name);
        let open = Query::select()
            .column(webhooks::Column::Id)
            .from(webhooks::Entity)
            .cond_where(may_be_sent_to())
            .to_owned();
        let held_back =
            is_state(DeliveryState::Waiting).and(Column::WebhookId.not_in_subquery(open));
        let old = rows::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::CreatedAt.lt(to_us(before)))
            .filter(Column::State.is_in(ended).or(held_back));
        // As with leases, most looks find nothing.
        let any: Option<String> = old.clone().into_tuple().one(self.reader()).await?;
        if any.is_none() {
            return Ok(0);
        }
        let txn = self.begin().await?;
        let ids: Vec<String> = old
            .order_by_asc(Column::CreatedAt)
            .limit(limit)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&txn)
            .await?;
        attempts::Entity::delete_many()
            .filter(attempts::Column::DeliveryId.is_in(ids.iter().map(String::as_str)))
            .exec(&txn)
            .await?;
        let deleted = rows::Entity::delete_many()
            .filter(Column::Id.is_in(ids.iter().map(String::as_str)))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(deleted.rows_affected)
    }
}

/// Makes what waits for a receiver due now.
pub(crate) async fn make_due(
    db: &impl ConnectionTrait,
    webhook_id: &str,
    now: i64,
) -> Result<(), StoreError> {
    rows::Entity::update_many()
        .col_expr(Column::NextAt, Expr::val(now))
        .filter(is_state(DeliveryState::Waiting))
        .filter(Column::WebhookId.eq(webhook_id))
        .filter(Column::NextAt.gt(now))
        .exec(db)
        .await?;
    Ok(())
}

/// Deletes the deliveries of a call, by the call's own id.
pub(crate) async fn delete_of_call(
    db: &impl ConnectionTrait,
    call_row_id: &str,
) -> Result<(), StoreError> {
    delete(db, Condition::all().add(Column::CallId.eq(call_row_id))).await
}

/// Deletes the deliveries to a receiver.
pub(crate) async fn delete_of_webhook(
    db: &impl ConnectionTrait,
    webhook_id: &str,
) -> Result<(), StoreError> {
    delete(db, Condition::all().add(Column::WebhookId.eq(webhook_id))).await
}

async fn delete(db: &impl ConnectionTrait, which: Condition) -> Result<(), StoreError> {
    // Whoever records an attempt of one of them has to be done first.
    rows::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(which.clone())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple::<String>()
        .all(db)
        .await?;
    let ids = Query::select()
        .column(Column::Id)
        .from(rows::Entity)
        .cond_where(which.clone())
        .to_owned();
    attempts::Entity::delete_many()
        .filter(attempts::Column::DeliveryId.in_subquery(ids))
        .exec(db)
        .await?;
    rows::Entity::delete_many().filter(which).exec(db).await?;
    Ok(())
}

/// What waits anew, with a whole schedule.
fn again(now: i64) -> sea_orm::UpdateMany<rows::Entity> {
    rows::Entity::update_many()
        .col_expr(Column::State, Expr::val(DeliveryState::Waiting.name()))
        .col_expr(Column::Attempts, Expr::val(0i64))
        .col_expr(Column::NextAt, Expr::val(now))
        .col_expr(Column::DeliveredAt, Expr::val(None::<i64>))
        .col_expr(Column::UpdatedAt, Expr::val(now))
}
