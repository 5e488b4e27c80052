//! Jobs that ended long ago.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{ExprTrait, LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{JobState, is_state};
use crate::entity::jobs;
use crate::times::to_us;
use crate::{Store, StoreError};

impl Store {
    /// Deletes up to `limit` jobs that have been done or cancelled for longer than `keep`, the oldest first, and says how
    /// many there were. Jobs that were given up stay: someone has to look at them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn purge_jobs(&self, keep: SignedDuration, limit: u64) -> Result<u64, StoreError> {
        let before = self.now().saturating_sub(keep).unwrap_or(Timestamp::MIN);
        // As with claims, most looks find nothing.
        let any: Option<String> = old(before).into_tuple().one(self.reader()).await?;
        if any.is_none() {
            return Ok(0);
        }
        let txn = self.begin().await?;
        let ids: Vec<String> = old(before)
            .order_by_asc(jobs::Column::FinishedAt)
            .limit(limit)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&txn)
            .await?;
        let deleted = jobs::Entity::delete_many()
            .filter(jobs::Column::Id.is_in(ids))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(deleted.rows_affected)
    }
}

/// Ids of the jobs that ended well, or were called off, before that.
fn old(before: Timestamp) -> Select<jobs::Entity> {
    jobs::Entity::find()
        .select_only()
        .column(jobs::Column::Id)
        .filter(jobs::Column::FinishedAt.lt(to_us(before)))
        .filter(is_state(JobState::Done).or(is_state(JobState::Cancelled)))
}
