//! Forgetting a call.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::read::locked;
use crate::deliveries;
use crate::entity::{analyses, answers, calls, jobs, transcripts};
use crate::intake;
use crate::statistics::Changes;
use crate::{Store, StoreError};

impl Store {
    /// Deletes a call with everything that came from it: what was said, its variables, analyses, answers, jobs
    /// and deliveries. A worker
    /// that is at it finds its lease gone and stores nothing. An SQLite file does not hold it any longer either; how that is
    /// with PostgreSQL is said in `docs/deploy.md`.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no call of that `callId`; those of the database.
    pub async fn delete_call(&self, call_id: &str) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        let call = locked(&txn, call_id).await?;
        let mut changes = Changes::default();
        changes.minus(&call);
        changes.write(&txn, self).await?;
        let id = call.id;
        jobs::Entity::delete_many()
            .filter(jobs::Column::Subject.eq(id.as_str()))
            .exec(&txn)
            .await?;
        deliveries::delete_of_call(&txn, &id).await?;
        intake::delete_of_call(&txn, call_id).await?;
        answers::Entity::delete_many()
            .filter(answers::Column::CallId.eq(id.as_str()))
            .exec(&txn)
            .await?;
        analyses::Entity::delete_many()
            .filter(analyses::Column::CallId.eq(id.as_str()))
            .exec(&txn)
            .await?;
        transcripts::Entity::delete_by_id(id.as_str())
            .exec(&txn)
            .await?;
        calls::Entity::delete_by_id(id.as_str()).exec(&txn).await?;
        txn.commit().await?;
        self.empty_log().await;
        Ok(())
    }
}
