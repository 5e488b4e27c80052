//! Sessions: a browser holds a token in place of the key that somebody signed in with. It may do what the key may, for as
//! long as the key may do it.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::entity::{keys, sessions as rows};
use crate::times::{from_us, to_us};
use crate::{Key, Store, StoreError, secrets};

/// A session that was just begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// 64 hex digits, which are nowhere else.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The key that somebody signed in with.
    pub key: Key,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Store {
    /// Begins a session with a key. Those that have ended are deleted on the way.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin_session(
        &self,
        key: &Key,
        lasts: SignedDuration,
    ) -> Result<NewSession, StoreError> {
        let now = self.now();
        let expires_at = now.saturating_add(lasts).unwrap_or(Timestamp::MAX);
        let token = secrets::new_token(self.random());
        let row = rows::Model {
            hash: secrets::hash(&token),
            key_id: key.id.clone(),
            created_at: to_us(now),
            expires_at: to_us(expires_at),
        };
        let txn = self.begin().await?;
        rows::Entity::delete_many()
            .filter(rows::Column::ExpiresAt.lte(to_us(now)))
            .exec(&txn)
            .await?;
        rows::Entity::insert(row.into_active_model())
            .exec_without_returning(&txn)
            .await?;
        txn.commit().await?;
        Ok(NewSession { token, expires_at })
    }

    /// The session of a token; none where it is unknown or has ended, or where its key was taken back.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn find_session(&self, token: &str) -> Result<Option<Session>, StoreError> {
        // As with keys, how long the look-up takes tells nothing about tokens.
        let row = rows::Entity::find_by_id(secrets::hash(token))
            .filter(rows::Column::ExpiresAt.gt(self.now_us()))
            .one(self.reader())
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let key = keys::Entity::find_by_id(row.key_id)
            .filter(keys::Column::RevokedAt.is_null())
            .one(self.reader())
            .await?;
        let Some(key) = key else {
            return Ok(None);
        };
        Ok(Some(Session {
            key: key.try_into()?,
            expires_at: from_us(row.expires_at)?,
        }))
    }

    /// Ends a session. Once more changes nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_session(&self, token: &str) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        rows::Entity::delete_by_id(secrets::hash(token))
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }
}
