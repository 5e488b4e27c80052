//! The secrets of receivers, sealed.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::Webhook;
use super::change::locked;
use super::read::webhook;
use crate::entity::webhook_secrets as rows;
use crate::times::to_us;
use crate::{Store, StoreError};

impl Store {
    /// Gives a receiver a new secret. Those it had sign beside it until that time, or no longer where they would have ended
    /// before; what has expired is deleted.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; those of the database.
    pub async fn rotate_secret(
        &self,
        id: &str,
        sealed: String,
        old_until: Timestamp,
    ) -> Result<Webhook, StoreError> {
        let txn = self.begin().await?;
        locked(&txn, id).await?;
        let now = self.now_us();
        let until = to_us(old_until);
        let of_webhook = rows::Column::WebhookId.eq(id);
        rows::Entity::delete_many()
            .filter(of_webhook.clone())
            .filter(rows::Column::ExpiresAt.lte(now))
            .exec(&txn)
            .await?;
        rows::Entity::update_many()
            .col_expr(rows::Column::ExpiresAt, Expr::val(until))
            .filter(of_webhook)
            .filter(
                rows::Column::ExpiresAt
                    .is_null()
                    .or(rows::Column::ExpiresAt.gt(until)),
            )
            .exec(&txn)
            .await?;
        insert(&txn, self, id, sealed).await?;
        let rotated = webhook(&txn, id, now).await?;
        txn.commit().await?;
        Ok(rotated)
    }

    /// Puts a sealed secret in the place of itself as another key sealed it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reseal_secret(&self, secret_id: &str, sealed: &str) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        rows::Entity::update_many()
            .col_expr(rows::Column::Sealed, Expr::val(sealed))
            .filter(rows::Column::Id.eq(secret_id))
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }
}

pub(super) async fn insert(
    db: &impl ConnectionTrait,
    store: &Store,
    webhook_id: &str,
    sealed: String,
) -> Result<(), StoreError> {
    let row = rows::Model {
        id: store.id(),
        webhook_id: webhook_id.to_owned(),
        sealed,
        created_at: store.now_us(),
        expires_at: None,
    };
    rows::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}
