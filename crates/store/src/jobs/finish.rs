//! Ending jobs.

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use super::claim::update_held;
use super::{JobState, Lease};
use crate::analyses::{self, NewAnalysis};
use crate::answers::storable;
use crate::entity::{calls, jobs};
use crate::times::to_us;
use crate::{Store, StoreError};

/// How an attempt failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Why, in a sentence. It is stored and shown.
    pub reason: String,
    /// When to try again; `None` gives the job up.
    pub retry_at: Option<Timestamp>,
    /// A failed analysis to store with it, so that the call's log says why.
    pub analysis: Option<NewAnalysis>,
}

/// What became of a job that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It is queued again.
    Queued,
    /// It was given up.
    Dead,
    /// The lease no longer held: nothing was stored.
    LeaseLost,
}

impl Store {
    /// Tells that an attempt failed, in one commit with the failed analysis if there is one.
    ///
    /// # Errors
    /// Those of the database; then nothing was stored.
    pub async fn fail(&self, held: &Lease, failure: Failure) -> Result<Failed, StoreError> {
        let txn = self.begin().await?;
        let call = lock_call(&txn, held).await?;
        let state = match failure.retry_at {
            Some(_) => JobState::Queued,
            None => JobState::Dead,
        };
        let ended = End {
            state,
            error: Some(&failure.reason),
            run_at: failure.retry_at,
        };
        if !end(&txn, held, self.now_us(), &ended).await? || !call {
            return Ok(Failed::LeaseLost);
        }
        if let Some(analysis) = failure.analysis
            && let Some(call) = readable_call(&txn, held).await?
        {
            analyses::insert(&txn, self, call, analysis, held.job.announce).await?;
        }
        txn.commit().await?;
        Ok(match state {
            JobState::Queued => Failed::Queued,
            _ => Failed::Dead,
        })
    }
}

/// Locks the call that a lease's job is about, without reading it: a job ends also where its call cannot be read. `false`
/// where the call was deleted.
async fn lock_call(db: &impl ConnectionTrait, held: &Lease) -> Result<bool, StoreError> {
    let id: Option<String> = calls::Entity::find_by_id(held.job.call_row_id.as_str())
        .select_only()
        .column(calls::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .one(db)
        .await?;
    Ok(id.is_some())
}

/// That call; `None` where what is stored of it cannot be read, so that there is no log to write into.
async fn readable_call(
    db: &impl ConnectionTrait,
    held: &Lease,
) -> Result<Option<calls::Model>, StoreError> {
    let read = calls::Entity::find_by_id(held.job.call_row_id.as_str()).one(db);
    match read.await.map_err(StoreError::from) {
        Err(error) if !error.is_outage() => Ok(None),
        read => read,
    }
}

/// How a lease ends.
pub(crate) struct End<'a> {
    /// What becomes of the job.
    pub(crate) state: JobState,
    /// Why it failed.
    pub(crate) error: Option<&'a str>,
    /// When it is due again.
    pub(crate) run_at: Option<Timestamp>,
}

/// Ends a lease. `false` where it no longer holds.
pub(crate) async fn end(
    db: &impl ConnectionTrait,
    held: &Lease,
    now: i64,
    end: &End<'_>,
) -> Result<bool, StoreError> {
    let finished_at = (end.state != JobState::Queued).then_some(now);
    let mut update = update_held(held)
        .col_expr(jobs::Column::State, Expr::val(end.state.name()))
        .col_expr(jobs::Column::LeaseToken, Expr::val(None::<String>))
        .col_expr(jobs::Column::LeaseUntil, Expr::val(None::<i64>))
        .col_expr(jobs::Column::FinishedAt, Expr::val(finished_at))
        .col_expr(jobs::Column::UpdatedAt, Expr::val(now));
    if let Some(error) = end.error {
        // A reason may quote what a model or a server said.
        update = update.col_expr(jobs::Column::LastError, Expr::val(storable(error)));
    }
    if let Some(run_at) = end.run_at {
        update = update.col_expr(jobs::Column::RunAt, Expr::val(to_us(run_at)));
    }
    Ok(update.exec(db).await?.rows_affected > 0)
}
