//! Storing what came of attempts.

use std::collections::BTreeMap;

use aftercall_core::Event;
use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use super::take::update_held;
use super::{DeliveryLease, DeliveryState, NewAttempt, Subject, announce, attempts};
use crate::answers::storable;
use crate::entity::deliveries::{self as rows, Column};
use crate::entity::webhooks;
use crate::times::to_us;
use crate::webhooks::{DISABLED, ENABLED, locked};
use crate::{Store, StoreError};

/// A receiver at which nothing has succeeded for so long is sent nothing any more.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(5 * 24);

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it.
    Delivered,
    /// It is tried again then.
    Again(Timestamp),
    /// It is given up.
    Failed,
    /// It is given up, and so is the receiver, for this reason.
    Gone(String),
}

/// An attempt that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The right to it.
    pub lease: DeliveryLease,
    /// What happened.
    pub attempt: NewAttempt,
    /// What becomes of the delivery.
    pub outcome: Outcome,
    /// Until when the receiver wants to be left alone.
    pub hold: Option<Timestamp>,
}

impl Store {
    /// Stores what came of attempts, all in one commit: the attempts, where the deliveries stand, and how the receivers are. One
    /// whose lease no longer holds changes nothing but leaves its attempt in the log. A receiver that answers that it is gone,
    /// or at which nothing has succeeded for five days, is disabled, and `endpoint.disabled` told to those who asked for it.
    ///
    /// # Errors
    /// Those of the database; then nothing was stored.
    pub async fn record_attempts(&self, recorded: Vec<Recorded>) -> Result<(), StoreError> {
        let now = self.now();
        let txn = self.begin().await?;
        // Receivers are locked first and in one order, so that two senders never wait for each other.
        let mut by_webhook: BTreeMap<String, Vec<Recorded>> = BTreeMap::new();
        for one in recorded {
            let webhook_id = one.lease.delivery.webhook_id.clone();
            by_webhook.entry(webhook_id).or_default().push(one);
        }
        let mut receivers = Vec::with_capacity(by_webhook.len());
        for (id, recorded) in by_webhook {
            match locked(&txn, &id).await {
                Ok(webhook) => receivers.push((webhook, recorded)),
                // It was deleted, and its deliveries with it.
                Err(StoreError::Missing { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        for (webhook, mut recorded) in receivers {
            let mut health = Health::of(&webhook);
            // In the order in which they are locked where a call is deleted.
            recorded.sort_by(|a, b| a.lease.delivery.id.cmp(&b.lease.delivery.id));
            for one in recorded {
                if self.record(&txn, &one, now).await? {
                    health.note(&one, now);
                }
            }
            self.keep_health(&txn, webhook, health, now).await?;
        }
        Ok(txn.commit().await?)
    }

    /// Stores one; whether its lease held.
    async fn record(
        &self,
        db: &impl ConnectionTrait,
        one: &Recorded,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (state, next_at, delivered_at) = match &one.outcome {
            Outcome::Delivered => (DeliveryState::Delivered, now, Some(to_us(now))),
            Outcome::Again(at) => (DeliveryState::Waiting, *at, None),
            Outcome::Failed | Outcome::Gone(_) => (DeliveryState::Failed, now, None),
        };
        // It goes with its call, which may have been deleted while it was sent.
        let there: Option<String> = rows::Entity::find_by_id(one.lease.delivery.id.as_str())
            .select_only()
            .column(Column::Id)
            .lock_exclusive()
            .into_tuple()
            .one(db)
            .await?;
        if there.is_none() {
            return Ok(false);
        }
        let held = update_held(&one.lease)
            .col_expr(Column::State, Expr::val(state.name()))
            .col_expr(Column::LeaseToken, Expr::val(None::<String>))
            .col_expr(Column::LeaseUntil, Expr::val(None::<i64>))
            .col_expr(Column::NextAt, Expr::val(to_us(next_at)))
            .col_expr(Column::UpdatedAt, Expr::val(to_us(now)))
            .col_expr(Column::DeliveredAt, Expr::val(delivered_at))
            .col_expr(
                Column::LastError,
                Expr::val(one.attempt.error.as_deref().map(storable)),
            )
            .exec(db)
            .await?;
        let held = held.rows_affected > 0;
        let delivery = &one.lease.delivery;
        if !held {
            attempts::delete_lost(db, delivery).await?;
        }
        attempts::insert(db, self, &delivery.id, delivery.attempts_ever, &one.attempt).await?;
        Ok(held)
    }

    async fn keep_health(
        &self,
        db: &impl ConnectionTrait,
        webhook: webhooks::Model,
        health: Health,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let by = webhooks::Column::Id.eq(webhook.id.as_str());
        let held_until = health.hold.max(webhook.held_until);
        if (health.failing_since, held_until) != (webhook.failing_since, webhook.held_until) {
            webhooks::Entity::update_many()
                .col_expr(
                    webhooks::Column::FailingSince,
                    Expr::val(health.failing_since),
                )
                .col_expr(webhooks::Column::HeldUntil, Expr::val(held_until))
                .filter(by.clone())
                .exec(db)
                .await?;
        }
        let reason = health.gone.or_else(|| {
            let since = health.failing_since?;
            let long = to_us(now) - since >= GIVEN_UP_AFTER.as_secs() * 1_000_000;
            long.then(|| "Nothing has succeeded for five days.".to_owned())
        });
        let Some(reason) = reason.filter(|_| webhook.status == ENABLED) else {
            return Ok(());
        };
        webhooks::Entity::update_many()
            .col_expr(webhooks::Column::Status, Expr::val(DISABLED))
            .col_expr(webhooks::Column::Reason, Expr::val(storable(&reason)))
            .col_expr(webhooks::Column::UpdatedAt, Expr::val(to_us(now)))
            .filter(by)
            .exec(db)
            .await?;
        let told = Subject {
            payload: Some(json!({
                "webhookId": webhook.id,
                "description": webhook.description,
                "reason": reason,
            })),
            ..Subject::default()
        };
        announce(db, self, Event::EndpointDisabled, &[told]).await
    }
}

/// How a receiver is.
struct Health {
    failing_since: Option<i64>,
    hold: Option<i64>,
    gone: Option<String>,
}

impl Health {
    fn of(webhook: &webhooks::Model) -> Self {
        Self {
            failing_since: webhook.failing_since,
            hold: None,
            gone: None,
        }
    }

    fn note(&mut self, one: &Recorded, now: Timestamp) {
        self.hold = self.hold.max(one.hold.map(to_us));
        match &one.outcome {
            Outcome::Delivered => self.failing_since = None,
            Outcome::Again(_) | Outcome::Failed => {
                self.failing_since.get_or_insert(to_us(now));
            }
            Outcome::Gone(reason) => {
                self.failing_since.get_or_insert(to_us(now));
                self.gone = Some(reason.clone());
            }
        }
    }
}
