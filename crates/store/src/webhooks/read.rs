//! Reading receivers.

use std::collections::HashMap;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Webhook, WebhookSecret, missing, subscriptions};
use crate::entity::{webhook_secrets as secrets, webhooks};
use crate::{Store, StoreError};

impl Store {
    /// Every receiver, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = webhooks::Entity::find()
            .order_by_asc(webhooks::Column::CreatedAt)
            .order_by_asc(webhooks::Column::Id)
            .all(self.reader())
            .await?;
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let mut secrets = secrets_of(self.reader(), &ids, self.now_us()).await?;
        let mut subscriptions = subscriptions::of_webhooks(self.reader(), &ids).await?;
        rows.into_iter()
            .map(|row| {
                let secrets = secrets.remove(&row.id).unwrap_or_default();
                let subscriptions = subscriptions.remove(&row.id).unwrap_or_default();
                Webhook::of(row, secrets, subscriptions)
            })
            .collect()
    }

    /// The receiver of that id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; those of the database.
    pub async fn webhook(&self, id: &str) -> Result<Webhook, StoreError> {
        webhook(self.reader(), id, self.now_us()).await
    }
}

/// The receiver of that id with the secrets that sign at that time.
pub(super) async fn webhook(
    db: &impl ConnectionTrait,
    id: &str,
    now: i64,
) -> Result<Webhook, StoreError> {
    let row = webhooks::Entity::find_by_id(id).one(db).await?;
    let row = row.ok_or_else(|| missing(id))?;
    let secrets = secrets_of(db, &[id], now).await?.remove(id);
    let subscriptions = subscriptions::of_webhooks(db, &[id]).await?.remove(id);
    Webhook::of(
        row,
        secrets.unwrap_or_default(),
        subscriptions.unwrap_or_default(),
    )
}

async fn secrets_of(
    db: &impl ConnectionTrait,
    ids: &[&str],
    now: i64,
) -> Result<HashMap<String, Vec<WebhookSecret>>, StoreError> {
    let mut rows = secrets::Entity::find()
        .filter(secrets::Column::WebhookId.is_in(ids.iter().copied()))
        .filter(
            secrets::Column::ExpiresAt
                .is_null()
                .or(secrets::Column::ExpiresAt.gt(now)),
        )
        .order_by_desc(secrets::Column::CreatedAt)
        .order_by_desc(secrets::Column::Id)
        .all(db)
        .await?;
    // Made in the same instant or not: the one without an end is the newest.
    rows.sort_by_key(|row| row.expires_at.is_some());
    let mut found: HashMap<String, Vec<WebhookSecret>> = HashMap::new();
    for row in rows {
        let of = found.entry(row.webhook_id.clone()).or_default();
        of.push(row.try_into()?);
    }
    Ok(found)
}
