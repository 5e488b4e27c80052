//! Making, changing and deleting receivers.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QuerySelect, SqlErr,
};

use super::read::webhook;
use super::{DISABLED, ENABLED, NewSubscription, Webhook, missing, secret_rows, subscriptions};
use crate::answers::storable;
use crate::deliveries;
use crate::entity::{webhook_secrets, webhook_subscriptions, webhooks};
use crate::json_text::JsonText;
use crate::{Conflict, Store, StoreError};

/// A receiver to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewWebhook {
    /// A new id: what is sealed is bound to it.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Its first secret, sealed.
    pub secret: String,
    /// Its own headers, sealed.
    pub headers: Option<String>,
    /// See [`Webhook::filters`].
    pub filters: Vec<(String, String)>,
    /// Whether it is held back at first.
    pub paused: bool,
    /// Requests at a time.
    pub concurrency: u64,
    /// What it wants to hear of.
    pub subscriptions: Vec<NewSubscription>,
    /// Id of the key that makes it.
    pub created_by: Option<String>,
}

/// What is to change; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WebhookPatch {
    /// Where it is.
    pub url: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its own headers, sealed; `Some(None)` for none.
    pub headers: Option<Option<String>>,
    /// See [`Webhook::filters`].
    pub filters: Option<Vec<(String, String)>>,
    /// Whether it is held back.
    pub paused: Option<bool>,
    /// Whether it is sent anything; `Some(Some(reason))` disables it.
    pub disabled: Option<Option<String>>,
    /// Requests at a time.
    pub concurrency: Option<u64>,
    /// What it wants to hear of, in place of all it has.
    pub subscriptions: Option<Vec<NewSubscription>>,
}

impl Store {
    /// Makes a receiver.
    ///
    /// # Errors
    /// [`Conflict::WebhookUrlExists`]; [`StoreError::Missing`] where there is no agent of a subscription;
    /// [`StoreError::Refused`] where a filter breaks a rule; those of the database.
    pub async fn create_webhook(&self, new: NewWebhook) -> Result<Webhook, StoreError> {
        Webhook::parse_filters(&new.filters)?;
        let txn = self.begin().await?;
        let now = self.now_us();
        let row = webhooks::Model {
            id: new.id,
            url: new.url,
            description: storable(&new.description),
            status: ENABLED.to_owned(),
            reason: None,
            paused: new.paused,
            concurrency: whole(new.concurrency),
            headers: new.headers,
            filters: JsonText(new.filters),
            failing_since: None,
            held_until: None,
            created_by: new.created_by,
            created_at: now,
            updated_at: now,
        };
        let id = row.id.clone();
        webhooks::Entity::insert(row.into_active_model())
            .exec_without_returning(&txn)
            .await
            .map_err(taken)?;
        secret_rows::insert(&txn, self, &id, new.secret).await?;
        subscriptions::insert(&txn, self, &id, &new.subscriptions).await?;
        let made = webhook(&txn, &id, now).await?;
        txn.commit().await?;
        Ok(made)
    }

    /// Changes a receiver. One that goes to another origin keeps none of its headers, unless they are given anew. One that is
    /// enabled again has a clean slate: what waited is due at once.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such receiver or agent; else as [`Store::create_webhook`].
    pub async fn patch_webhook(
        &self,
        id: &str,
        patch: WebhookPatch,
    ) -> Result<Webhook, StoreError> {
        if let Some(filters) = &patch.filters {
            Webhook::parse_filters(filters)?;
        }
        let txn = self.begin().await?;
        let mut row = locked(&txn, id).await?;
        let now = self.now_us();
        row.updated_at = now;
        if let Some(url) = patch.url {
            if origin(&url) != origin(&row.url) && patch.headers.is_none() {
                // Whoever moves a receiver could read in them what was only to be sent.
                row.headers = None;
            }
            if url != row.url {
                row.failing_since = None;
                row.held_until = None;
            }
            row.url = url;
        }
        row.description = patch
            .description
            .map_or(row.description, |text| storable(&text));
        row.headers = patch.headers.unwrap_or(row.headers);
        row.filters = patch.filters.map_or(row.filters, JsonText);
        row.paused = patch.paused.unwrap_or(row.paused);
        row.concurrency = patch.concurrency.map_or(row.concurrency, whole);
        match patch.disabled {
            None => {}
            Some(Some(reason)) => {
                row.status = DISABLED.to_owned();
                row.reason = Some(storable(&reason));
            }
            Some(None) if row.status == DISABLED => {
                row.status = ENABLED.to_owned();
                row.reason = None;
                row.failing_since = None;
                row.held_until = None;
                deliveries::make_due(&txn, id, now).await?;
            }
            Some(None) => {}
        }
        row.into_active_model()
            .reset_all()
            .update_without_returning(&txn)
            .await
            .map_err(taken)?;
        if let Some(wanted) = &patch.subscriptions {
            subscriptions::delete_of_webhook(&txn, id).await?;
            subscriptions::insert(&txn, self, id, wanted).await?;
        }
        let changed = webhook(&txn, id, now).await?;
        txn.commit().await?;
        Ok(changed)
    }

    /// Deletes a receiver with its subscriptions and deliveries; with `only_unassigned` one that agents are assigned to stays.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`Conflict::WebhookAssigned`]; those of the database.
    pub async fn delete_webhook(&self, id: &str, only_unassigned: bool) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        locked(&txn, id).await?;
        if only_unassigned {
            let assigned = webhook_subscriptions::Entity::find()
                .filter(webhook_subscriptions::Column::WebhookId.eq(id))
                .filter(webhook_subscriptions::Column::AgentId.ne(""))
                .count(&txn)
                .await?;
            if assigned > 0 {
                return Err(Conflict::WebhookAssigned.into());
            }
        }
        deliveries::delete_of_webhook(&txn, id).await?;
        subscriptions::delete_of_webhook(&txn, id).await?;
        webhook_secrets::Entity::delete_many()
            .filter(webhook_secrets::Column::WebhookId.eq(id))
            .exec(&txn)
            .await?;
        webhooks::Entity::delete_by_id(id).exec(&txn).await?;
        Ok(txn.commit().await?)
    }

    /// Puts sealed headers in the place of others, unless they changed meanwhile. `false` where they did.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reseal_headers(&self, id: &str, from: &str, to: &str) -> Result<bool, StoreError> {
        let txn = self.begin().await?;
        let done = webhooks::Entity::update_many()
            .col_expr(webhooks::Column::Headers, Expr::val(to))
            .filter(webhooks::Column::Id.eq(id))
            .filter(webhooks::Column::Headers.eq(from))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(done.rows_affected > 0)
    }
}

/// The row of a receiver, locked until the transaction ends; deliveries that refer to it are written all the while.
pub(crate) async fn locked(
    db: &impl ConnectionTrait,
    id: &str,
) -> Result<webhooks::Model, StoreError> {
    let row = webhooks::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(db)
        .await?;
    row.ok_or_else(|| missing(id))
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']);
    end.map_or(url, |end| &url[..host + end])
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn taken(error: DbErr) -> StoreError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Conflict::WebhookUrlExists.into(),
        _ => error.into(),
    }
}
