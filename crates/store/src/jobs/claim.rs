//! Taking jobs and keeping them.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Statement, UpdateMany,
};

use super::{Job, JobState, Lease, is_state, token_of};
use crate::answers::storable;
use crate::entity::jobs;
use crate::times::{later, to_us};
use crate::{Store, StoreError};

/// How many jobs of some slots may run at a time, on all nodes together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who shares it, such as the name of an endpoint.
    pub name: String,
    /// Jobs at most.
    pub most: u64,
}

impl Store {
    /// Claims up to `limit` due jobs of these slots for a worker, the most urgent and longest due of each slot first, and
    /// leases them for that long. Each claim counts as an attempt. Two workers never get the same job; on PostgreSQL neither
    /// waits for the other, unless they have a `share`: then so many jobs of these slots run at a time, whoever claims them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn claim(
        &self,
        slots: &[String],
        worker: &str,
        limit: u64,
        lease: SignedDuration,
        share: Option<&Share>,
    ) -> Result<Vec<Lease>, StoreError> {
        let now = self.now();
        // Most looks find nothing: that is seen by reading, without the writer of SQLite.
        if limit == 0 || !self.any_due(slots, now).await? {
            return Ok(Vec::new());
        }
        let until = later(now, lease);
        let token = token_of(worker, self.random().u64());
        let txn = self.begin().await?;
        let limit = match share {
            Some(share) => Ord::min(limit, left(&txn, slots, share, now).await?),
            None => limit,
        };
        let mut ids: Vec<String> = Vec::new();
        // One slot after the other: each is one walk along an index.
        for slot in slots {
            let room = limit.saturating_sub(ids.len() as u64);
            if room == 0 {
                break;
            }
            let found: Vec<String> = due(now)
                .filter(jobs::Column::Slot.eq(slot.as_str()))
                .select_only()
                .column(jobs::Column::Id)
                .order_by_desc(jobs::Column::Priority)
                .order_by_asc(jobs::Column::RunAt)
                .order_by_asc(jobs::Column::Id)
                .limit(room)
                .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
                .into_tuple()
                .all(&txn)
                .await?;
            ids.extend(found);
        }
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows = jobs::Entity::update_many()
            .col_expr(jobs::Column::State, Expr::val(JobState::Running.name()))
            .col_expr(jobs::Column::LeaseToken, Expr::val(token.as_str()))
            .col_expr(jobs::Column::LeaseUntil, Expr::val(to_us(until)))
            .col_expr(jobs::Column::UpdatedAt, Expr::val(to_us(now)))
            .col_expr(
                jobs::Column::Attempts,
                Expr::col(jobs::Column::Attempts).add(1i64),
            )
            .filter(jobs::Column::Id.is_in(ids.iter().map(String::as_str)))
            .exec_with_returning(&txn)
            .await?;
        txn.commit().await?;
        rows.sort_by_cached_key(|row| ids.iter().position(|id| *id == row.id));
        rows.into_iter()
            .map(|row| {
                let job = Job::try_from(row)?;
                Ok(Lease {
                    token: token.clone(),
                    until,
                    attempt: job.attempts,
                    job,
                })
            })
            .collect()
    }

    /// Prolongs a lease to that long from now. Gives its new end; `None` where it no longer holds, and the work is for
    /// nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn renew(
        &self,
        held: &Lease,
        lease: SignedDuration,
    ) -> Result<Option<Timestamp>, StoreError> {
        let now = self.now();
        let until = later(now, lease);
        let txn = self.begin().await?;
        let renewed = update_held(held)
            .col_expr(jobs::Column::LeaseUntil, Expr::val(to_us(until)))
            .col_expr(jobs::Column::UpdatedAt, Expr::val(to_us(now)))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok((renewed.rows_affected > 0).then_some(until))
    }

    /// Gives a job back undone, as when the worker is stopped: it is due again at once and the attempt does not count.
    /// `false` where the lease no longer holds.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn release(&self, held: &Lease) -> Result<bool, StoreError> {
        self.give_back(held, self.now(), None).await
    }

    /// Puts a job off, with the reason, which is no fault of its own: it is due again then and the attempt does not count.
    /// `false` where the lease no longer holds.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn put_off(
        &self,
        held: &Lease,
        until: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        self.give_back(held, until, Some(reason)).await
    }

    /// Queues a leased job again as if it had not been claimed; without a reason the last error stays.
    async fn give_back(
        &self,
        held: &Lease,
        due: Timestamp,
        reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        let mut update = update_held(held)
            .col_expr(jobs::Column::State, Expr::val(JobState::Queued.name()))
            .col_expr(jobs::Column::LeaseToken, Expr::val(None::<String>))
            .col_expr(jobs::Column::LeaseUntil, Expr::val(None::<i64>))
            .col_expr(jobs::Column::RunAt, Expr::val(to_us(due)))
            .col_expr(jobs::Column::UpdatedAt, Expr::val(self.now_us()))
            .col_expr(
                jobs::Column::Attempts,
                Expr::col(jobs::Column::Attempts).sub(1i64),
            );
        if let Some(reason) = reason {
            update = update.col_expr(jobs::Column::LastError, Expr::val(storable(reason)));
        }
        let txn = self.begin().await?;
        let given_back = update.exec(&txn).await?;
        txn.commit().await?;
        Ok(given_back.rows_affected > 0)
    }

    /// Names of the slots that have jobs which wait or run.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_slots(&self) -> Result<Vec<String>, StoreError> {
        let open = [JobState::Queued, JobState::Running].map(JobState::name);
        Ok(jobs::Entity::find()
            .select_only()
            .column(jobs::Column::Slot)
            .distinct()
            // It follows from the next line, and is what the index of jobs that are not done is found by.
            .filter(jobs::Column::State.ne(JobState::Done.name()))
            .filter(jobs::Column::State.is_in(open))
            .into_tuple()
            .all(self.reader())
            .await?)
    }

    async fn any_due(&self, slots: &[String], now: Timestamp) -> Result<bool, StoreError> {
        let one: Option<String> = due(now)
            .filter(jobs::Column::Slot.is_in(slots.iter().map(String::as_str)))
            .select_only()
            .column(jobs::Column::Id)
            .limit(1)
            .into_tuple()
            .one(self.reader())
            .await?;
        Ok(one.is_some())
    }
}

/// How many more jobs of these slots may run. No other claim with the same share passes until the transaction ends.
async fn left(
    txn: &DatabaseTransaction,
    slots: &[String],
    share: &Share,
    now: Timestamp,
) -> Result<u64, StoreError> {
    if txn.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
        let lock =
            Statement::from_sql_and_values(DbBackend::Postgres, sql, [share.name.as_str().into()]);
        txn.execute_raw(lock).await?;
    }
    let running = jobs::Entity::find()
        .filter(is_state(JobState::Running))
        .filter(jobs::Column::LeaseUntil.gt(to_us(now)))
        .filter(jobs::Column::Slot.is_in(slots.iter().map(String::as_str)))
        .count(txn)
        .await?;
    Ok(share.most.saturating_sub(running))
}

/// An update of the job that a lease is of, as long as the lease holds.
pub(super) fn update_held(held: &Lease) -> UpdateMany<jobs::Entity> {
    jobs::Entity::update_many().filter(
        Condition::all()
            .add(jobs::Column::Id.eq(held.job.id.as_str()))
            .add(jobs::Column::LeaseToken.eq(held.token.as_str()))
            .add(is_state(JobState::Running)),
    )
}

/// Jobs that a worker may take.
fn due(now: Timestamp) -> Select<jobs::Entity> {
    jobs::Entity::find()
        .filter(is_state(JobState::Queued))
        .filter(jobs::Column::RunAt.lte(to_us(now)))
}
