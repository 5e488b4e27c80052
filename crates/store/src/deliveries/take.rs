//! Taking deliveries and giving them back.

use jiff::SignedDuration;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    UpdateMany,
};

use super::{Delivery, DeliveryState, attempts, is_state};
use crate::entity::deliveries::{self as rows, Column};
use crate::entity::webhooks;
use crate::jobs::token_of;
use crate::times::{later, to_us};
use crate::webhooks::ENABLED;
use crate::{Store, StoreError};

/// The right to send a delivery until an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryLease {
    /// The delivery, this attempt counted.
    pub delivery: Delivery,
    /// What shows that the lease is this one.
    pub token: String,
}

/// What was taken of a receiver's deliveries.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The deliveries, the longest due first.
    pub leases: Vec<DeliveryLease>,
    /// Whether the receiver has as many under way now as it may.
    pub full: bool,
}

impl Store {
    /// Ids of the receivers that have deliveries which are due, and may be sent to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn due_webhooks(&self) -> Result<Vec<String>, StoreError> {
        // One look along an index for each receiver, however much waits there.
        let due = Query::select()
            .expr(Expr::val(1))
            .from(rows::Entity)
            .and_where(is_state(DeliveryState::Waiting))
            .and_where(
                Expr::col((rows::Entity, Column::WebhookId))
                    .equals((webhooks::Entity, webhooks::Column::Id)),
            )
            .and_where(Expr::col((rows::Entity, Column::NextAt)).lte(self.now_us()))
            .to_owned();
        Ok(webhooks::Entity::find()
            .select_only()
            .column(webhooks::Column::Id)
            .filter(may_be_sent_to())
            .filter(not_held(self.now_us()))
            .filter(Expr::exists(due))
            .into_tuple()
            .all(self.reader())
            .await?)
    }

    /// Takes up to `limit` due deliveries of a receiver for a sender, the longest due first, and leases them for that long.
    /// No more of one receiver are out at a time, over all nodes, than its concurrency.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take_deliveries(
        &self,
        webhook_id: &str,
        sender: &str,
        limit: u64,
        lease: SignedDuration,
    ) -> Result<Taken, StoreError> {
        let none = |full| Taken {
            leases: Vec::new(),
            full,
        };
        let now = self.now();
        let until = later(now, lease);
        let token = token_of(sender, self.random().u64());
        let txn = self.begin().await?;
        // The receiver's row is what senders queue for.
        let webhook = webhooks::Entity::find_by_id(webhook_id)
            .filter(may_be_sent_to())
            .filter(not_held(to_us(now)))
            .lock(LockType::NoKeyUpdate)
            .one(&txn)
            .await?;
        let Some(webhook) = webhook else {
            return Ok(none(false));
        };
        let out = rows::Entity::find()
            .filter(is_state(DeliveryState::Sending))
            .filter(Column::WebhookId.eq(webhook_id))
            .filter(Column::LeaseUntil.gt(to_us(now)))
            .count(&txn)
            .await?;
        let most = u64::try_from(webhook.concurrency).unwrap_or(1);
        let ids: Vec<String> = rows::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(is_state(DeliveryState::Waiting))
            .filter(Column::WebhookId.eq(webhook_id))
            .filter(Column::NextAt.lte(to_us(now)))
            .filter(in_order())
            .order_by_asc(Column::NextAt)
            .order_by_asc(Column::Id)
            .limit(Ord::min(limit, most.saturating_sub(out)))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&txn)
            .await?;
        let full = out + ids.len() as u64 >= most;
        if ids.is_empty() {
            return Ok(none(full));
        }
        let mut taken = rows::Entity::update_many()
            .col_expr(Column::State, Expr::val(DeliveryState::Sending.name()))
            .col_expr(Column::LeaseToken, Expr::val(token.as_str()))
            .col_expr(Column::LeaseUntil, Expr::val(to_us(until)))
            .col_expr(Column::UpdatedAt, Expr::val(to_us(now)))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1i64))
            .col_expr(
                Column::AttemptsEver,
                Expr::col(Column::AttemptsEver).add(1i64),
            )
            .filter(Column::Id.is_in(ids.iter().map(String::as_str)))
            .exec_with_returning(&txn)
            .await?;
        txn.commit().await?;
        taken.sort_by_cached_key(|row| ids.iter().position(|id| *id == row.id));
        let leases = taken.into_iter().map(|row| {
            Ok(DeliveryLease {
                delivery: row.try_into()?,
                token: token.clone(),
            })
        });
        Ok(Taken {
            leases: leases.collect::<Result<_, StoreError>>()?,
            full,
        })
    }

    /// Gives a delivery back that was not sent: it is due again at once and the attempt does not count.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn give_back_delivery(&self, held: &DeliveryLease) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        waiting_again(update_held(held), self.now_us())
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).sub(1i64))
            .col_expr(
                Column::AttemptsEver,
                Expr::col(Column::AttemptsEver).sub(1i64),
            )
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// Lets up to `limit` deliveries wait again whose lease ran out, and says how many there were. The attempt stays counted, and
    /// stands in the log.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sweep_deliveries(&self, limit: u64) -> Result<u64, StoreError> {
        let now = self.now_us();
        let expired = Condition::all()
            .add(is_state(DeliveryState::Sending))
            .add(Column::LeaseUntil.lt(now));
        // Most looks find nothing: that is seen without the writer of SQLite.
        let any: Option<String> = rows::Entity::find()
            .filter(expired.clone())
            .select_only()
            .column(Column::Id)
            .limit(1)
            .into_tuple()
            .one(self.reader())
            .await?;
        if any.is_none() {
            return Ok(0);
        }
        let txn = self.begin().await?;
        let lost = rows::Entity::find()
            .filter(expired)
            .order_by_asc(Column::Id)
            .limit(limit)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(&txn)
            .await?;
        for row in &lost {
            // It was leased when the attempt began.
            attempts::insert_lost(&txn, self, row).await?;
        }
        waiting_again(rows::Entity::update_many(), now)
            .col_expr(Column::LastError, Expr::val(attempts::LOST))
            .filter(Column::Id.is_in(lost.iter().map(|row| row.id.as_str())))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(lost.len() as u64)
    }
}

/// An update of the delivery that a lease is of, as long as the lease holds.
pub(super) fn update_held(held: &DeliveryLease) -> UpdateMany<rows::Entity> {
    rows::Entity::update_many()
        .filter(Column::Id.eq(held.delivery.id.as_str()))
        .filter(Column::LeaseToken.eq(held.token.as_str()))
        .filter(is_state(DeliveryState::Sending))
}

fn waiting_again(update: UpdateMany<rows::Entity>, now: i64) -> UpdateMany<rows::Entity> {
    update
        .col_expr(Column::State, Expr::val(DeliveryState::Waiting.name()))
        .col_expr(Column::LeaseToken, Expr::val(None::<String>))
        .col_expr(Column::LeaseUntil, Expr::val(None::<i64>))
        .col_expr(Column::NextAt, Expr::val(now))
        .col_expr(Column::UpdatedAt, Expr::val(now))
}

/// Receivers that are neither disabled nor paused.
pub(super) fn may_be_sent_to() -> Condition {
    Condition::all()
        .add(webhooks::Column::Status.eq(ENABLED))
        .add(webhooks::Column::Paused.eq(false))
}

/// Receivers that asked for no pause, or whose pause is over.
fn not_held(now: i64) -> Condition {
    Condition::any()
        .add(webhooks::Column::HeldUntil.is_null())
        .add(webhooks::Column::HeldUntil.lte(now))
}

/// Whether the first attempt of every earlier event of the same call to the same receiver has ended.
fn in_order() -> Condition {
    let earlier = Alias::new("earlier");
    let of = |column: Column| Expr::col((earlier.clone(), column));
    let not_tried = Condition::any()
        .add(
            of(Column::State)
                .eq(Expr::Constant(DeliveryState::Waiting.name().into()))
                .and(of(Column::AttemptsEver).eq(0i64)),
        )
        .add(
            of(Column::State)
                .eq(Expr::Constant(DeliveryState::Sending.name().into()))
                .and(of(Column::AttemptsEver).eq(1i64)),
        );
    let in_the_way = Query::select()
        .expr(Expr::val(1))
        .from_as(rows::Entity, earlier.clone())
        .and_where(of(Column::CallId).equals((rows::Entity, Column::CallId)))
        .and_where(of(Column::WebhookId).equals((rows::Entity, Column::WebhookId)))
        .and_where(of(Column::CreatedAt).lt(Expr::col((rows::Entity, Column::CreatedAt))))
        .cond_where(not_tried)
        .to_owned();
    Condition::all().add(Expr::exists(in_the_way).not())
}
