//! Payloads as they came, for as long as the operator has them kept.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::answers::storable;
use crate::entity::intake_payloads as rows;
use crate::times::{from_us, to_us};
use crate::{Store, StoreError};

/// A payload that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPayload {
    /// 24 hex digits.
    pub id: String,
    /// Name of the source.
    pub source: String,
    /// The body. What was no UTF-8, and U+0000, is replaced.
    pub body: String,
    /// When it came.
    pub created_at: Timestamp,
}

impl Store {
    /// Up to `limit` payloads of a call that are kept, the newest first, by the sender's id of it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such call; those of the database.
    pub async fn payloads(
        &self,
        call_id: &str,
        limit: u64,
    ) -> Result<Vec<KeptPayload>, StoreError> {
        self.is_call_finished(call_id).await?;
        let found = rows::Entity::find()
            .filter(rows::Column::CallId.eq(call_id))
            .order_by_desc(rows::Column::CreatedAt)
            .order_by_desc(rows::Column::Id)
            .limit(limit)
            .all(self.reader())
            .await?;
        let read = |row: rows::Model| {
            Ok(KeptPayload {
                id: row.id,
                source: row.source,
                body: row.body,
                created_at: from_us(row.created_at)?,
            })
        };
        found.into_iter().map(read).collect()
    }

    /// Keeps a payload; `call_id` is the sender's, where it is of a call.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep_payload(
        &self,
        agent_id: &str,
        source: &str,
        call_id: Option<&str>,
        body: &str,
    ) -> Result<(), StoreError> {
        let row = rows::Model {
            id: self.id(),
            agent_id: agent_id.to_owned(),
            source: source.to_owned(),
            call_id: call_id.map(str::to_owned),
            body: storable(body),
            created_at: self.now_us(),
        };
        let txn = self.begin().await?;
        rows::Entity::insert(row.into_active_model())
            .exec_without_returning(&txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// Deletes up to `limit` payloads that came longer ago than `keep`, the oldest first, and says how many there were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn purge_payloads(
        &self,
        keep: SignedDuration,
        limit: u64,
    ) -> Result<u64, StoreError> {
        let before = self.now().saturating_sub(keep).unwrap_or(Timestamp::MIN);
        let ids: Vec<String> = rows::Entity::find()
            .select_only()
            .column(rows::Column::Id)
            .filter(rows::Column::CreatedAt.lt(to_us(before)))
            .order_by_asc(rows::Column::CreatedAt)
            .limit(limit)
            .into_tuple()
            .all(self.reader())
            .await?;
        if ids.is_empty() {
            return Ok(0);
        }
        let txn = self.begin().await?;
        let deleted = rows::Entity::delete_many()
            .filter(rows::Column::Id.is_in(ids))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(deleted.rows_affected)
    }
}

/// Deletes what came of a call.
pub(super) async fn delete_of_call(
    db: &impl ConnectionTrait,
    call_id: &str,
) -> Result<(), StoreError> {
    rows::Entity::delete_many()
        .filter(rows::Column::CallId.eq(call_id))
        .exec(db)
        .await?;
    Ok(())
}
