//! Leases that ran out.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::{JobState, is_state};
use crate::entity::jobs;
use crate::{Store, StoreError};

/// What is told of the attempt of a worker that was not heard of again.
const VANISHED: &str = "the worker was lost: its lease ran out";

impl Store {
    /// Queues every job again whose lease ran out, due at once, and says how many there were. The attempt stays counted:
    /// whoever claims a job beyond its last attempt ends it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sweep_expired(&self) -> Result<u64, StoreError> {
        let now = self.now_us();
        let expired = Condition::all()
            .add(is_state(JobState::Running))
            .add(jobs::Column::LeaseUntil.lt(now));
        // As with claims, most looks find nothing.
        let any: Option<String> = jobs::Entity::find()
            .filter(expired.clone())
            .select_only()
            .column(jobs::Column::Id)
            .limit(1)
            .into_tuple()
            .one(self.reader())
            .await?;
        if any.is_none() {
            return Ok(0);
        }
        let txn = self.begin().await?;
        let swept = jobs::Entity::update_many()
            .col_expr(jobs::Column::State, Expr::val(JobState::Queued.name()))
            .col_expr(jobs::Column::LeaseToken, Expr::val(None::<String>))
            .col_expr(jobs::Column::LeaseUntil, Expr::val(None::<i64>))
            .col_expr(jobs::Column::RunAt, Expr::val(now))
            .col_expr(jobs::Column::UpdatedAt, Expr::val(now))
            .col_expr(jobs::Column::LastError, Expr::val(VANISHED))
            .filter(expired)
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(swept.rows_affected)
    }
}
