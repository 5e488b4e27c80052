//! Looking at jobs, and the operator's hand on them.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, SqlErr,
};
use std::collections::{HashMap, HashSet};

use super::{Job, JobState, is_state};
use crate::entity::{calls, jobs};
use crate::times::from_us_opt;
use crate::{Conflict, Page, Store, StoreError};

/// Which jobs are wanted. An empty list and `None` ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// In one of these states.
    pub states: Vec<JobState>,
    /// For one of these slots.
    pub slots: Vec<String>,
    /// About the call of that `callId`.
    pub call_id: Option<String>,
}

/// A job as it stands in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct JobItem {
    /// The job.
    pub job: Job,
    /// `callId` of the call that it is about.
    pub call_id: String,
}

/// How many jobs of a slot are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    /// The slot's name.
    pub slot: String,
    /// The state.
    pub state: JobState,
    /// How many there are, at least one.
    pub count: u64,
}

impl Store {
    /// One page (from 1) of the jobs that pass the filter, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn jobs(
        &self,
        filter: &JobFilter,
        page: u64,
        limit: u64,
    ) -> Result<Page<JobItem>, StoreError> {
        let query = jobs::Entity::find().filter(filter.condition());
        let total = query.clone().count(self.reader()).await?;
        let skipped = page.saturating_sub(1).saturating_mul(limit);
        let rows = if skipped >= total || limit == 0 {
            Vec::new()
        } else {
            query
                .order_by_desc(jobs::Column::CreatedAt)
                .order_by_desc(jobs::Column::Id)
                .offset(skipped)
                .limit(limit)
                .all(self.reader())
                .await?
        };
        Ok(Page {
            items: items(self.reader(), rows).await?,
            total,
        })
    }

    /// The job of that id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; those of the database.
    pub async fn job(&self, id: &str) -> Result<JobItem, StoreError> {
        let row = jobs::Entity::find_by_id(id).one(self.reader()).await?;
        let items = items(self.reader(), Vec::from_iter(row)).await?;
        items.into_iter().next().ok_or_else(|| missing(id))
    }

    /// The jobs of a call, by the call's own id, that wait or run, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_jobs(&self, call_row_id: &str) -> Result<Vec<Job>, StoreError> {
        jobs::Entity::find()
            .filter(jobs::Column::Subject.eq(call_row_id))
            .filter(is_one_of(&[JobState::Queued, JobState::Running]))
            .order_by_desc(jobs::Column::CreatedAt)
            .order_by_desc(jobs::Column::Id)
            .all(self.reader())
            .await?
            .into_iter()
            .map(Job::try_from)
            .collect()
    }

    /// Queues a job again that is dead or cancelled, or that failed and waits for its next attempt: it is due at once, with
    /// all its attempts.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; [`Conflict::JobState`] where it is none of these; [`Conflict::JobOpen`]
    /// where another of the same call and version waits or runs; those of the database.
    pub async fn retry_job(&self, id: &str) -> Result<Job, StoreError> {
        let now = self.now_us();
        let from = is_one_of(&[JobState::Dead, JobState::Cancelled])
            .or(is_state(JobState::Queued).and(jobs::Column::Attempts.gt(0)));
        let update = jobs::Entity::update_many()
            .col_expr(jobs::Column::State, Expr::val(JobState::Queued.name()))
            .col_expr(jobs::Column::Attempts, Expr::val(0i64))
            .col_expr(jobs::Column::RunAt, Expr::val(now))
            .col_expr(jobs::Column::FinishedAt, Expr::val(None::<i64>))
            .col_expr(jobs::Column::UpdatedAt, Expr::val(now));
        self.change(id, from, update).await
    }

    /// Calls a job off that waits or runs. A worker that is at it finds its lease gone and stores nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; [`Conflict::JobState`] where it has ended; those of the database.
    pub async fn cancel_job(&self, id: &str) -> Result<Job, StoreError> {
        let now = self.now_us();
        let from = is_one_of(&[JobState::Queued, JobState::Running]);
        let update = jobs::Entity::update_many()
            .col_expr(jobs::Column::State, Expr::val(JobState::Cancelled.name()))
            .col_expr(jobs::Column::LeaseToken, Expr::val(None::<String>))
            .col_expr(jobs::Column::LeaseUntil, Expr::val(None::<i64>))
            .col_expr(jobs::Column::FinishedAt, Expr::val(now))
            .col_expr(jobs::Column::UpdatedAt, Expr::val(now));
        self.change(id, from, update).await
    }

    /// How many jobs there are, by slot and state. Those that are done are left out: there is one for every call.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn job_counts(&self) -> Result<Vec<JobCount>, StoreError> {
        let rows: Vec<(String, String, i64)> = jobs::Entity::find()
            .select_only()
            .columns([jobs::Column::Slot, jobs::Column::State])
            .expr(Expr::col((jobs::Entity, jobs::Column::Id)).count())
            .filter(is_not_done())
            .group_by(jobs::Column::Slot)
            .group_by(jobs::Column::State)
            .order_by_asc(jobs::Column::Slot)
            .order_by_asc(jobs::Column::State)
            .into_tuple()
            .all(self.reader())
            .await?;
        rows.into_iter()
            .map(|(slot, state, count)| {
                Ok(JobCount {
                    slot,
                    state: JobState::stored(&state)?,
                    count: u64::try_from(count).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Since when the job is due that has waited longest; `None` where none is due.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn oldest_queued(&self) -> Result<Option<Timestamp>, StoreError> {
        let oldest: Option<Option<i64>> = jobs::Entity::find()
            .select_only()
            .expr(Expr::col((jobs::Entity, jobs::Column::RunAt)).min())
            .filter(is_state(JobState::Queued))
            .filter(jobs::Column::RunAt.lte(self.now_us()))
            .into_tuple()
            .one(self.reader())
            .await?;
        from_us_opt(oldest.flatten())
    }

    /// Updates a job that is as `from` says.
    async fn change(
        &self,
        id: &str,
        from: Expr,
        update: sea_orm::UpdateMany<jobs::Entity>,
    ) -> Result<Job, StoreError> {
        let txn = self.begin().await?;
        let changed = update
            .filter(jobs::Column::Id.eq(id))
            .filter(from)
            .exec_with_returning(&txn)
            .await;
        let changed = match changed {
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                return Err(StoreError::Conflict(Conflict::JobOpen));
            }
            changed => changed?,
        };
        let Some(row) = changed.into_iter().next() else {
            let row = jobs::Entity::find_by_id(id).one(&txn).await?;
            let job = Job::try_from(row.ok_or_else(|| missing(id))?)?;
            return Err(StoreError::Conflict(Conflict::JobState {
                id: job.id,
                state: job.state.name(),
            }));
        };
        txn.commit().await?;
        row.try_into()
    }
}

impl JobFilter {
    fn condition(&self) -> Condition {
        let mut all = Condition::all();
        if !self.states.is_empty() {
            let states = self.states.iter().map(|state| state.name());
            all = all.add(jobs::Column::State.is_in(states));
        }
        if !self.slots.is_empty() {
            let slots = self.slots.iter().map(String::as_str);
            all = all.add(jobs::Column::Slot.is_in(slots));
        }
        if let Some(call_id) = &self.call_id {
            let call = Query::select()
                .column(calls::Column::Id)
                .from(calls::Entity)
                .and_where(Expr::col(calls::Column::CallId).eq(call_id.as_str()))
                .to_owned();
            all = all.add(jobs::Column::Subject.in_subquery(call));
        }
        all
    }
}

/// The jobs with the `callId` of their calls.
async fn items(
    db: &impl ConnectionTrait,
    rows: Vec<jobs::Model>,
) -> Result<Vec<JobItem>, StoreError> {
    let subjects: HashSet<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
    let mut call_ids: HashMap<String, String> = HashMap::new();
    for ids in Vec::from_iter(subjects).chunks(1_000) {
        let found: Vec<(String, String)> = calls::Entity::find()
            .select_only()
            .columns([calls::Column::Id, calls::Column::CallId])
            .filter(calls::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        call_ids.extend(found);
    }
    // A job goes with its call; one whose call was deleted between the two questions is left out.
    rows.into_iter()
        .filter_map(|row| {
            let call_id = call_ids.get(&row.subject)?.clone();
            Some(Job::try_from(row).map(|job| JobItem { job, call_id }))
        })
        .collect()
}

fn is_one_of(states: &[JobState]) -> Expr {
    jobs::Column::State.is_in(states.iter().map(|state| state.name()))
}

/// Written into the statement as in [`is_state`], for the index over the jobs that are not done.
fn is_not_done() -> Expr {
    let done = Expr::Constant(JobState::Done.name().into());
    Expr::col((jobs::Entity, jobs::Column::State)).ne(done)
}

fn missing(id: &str) -> StoreError {
    StoreError::missing("Job", id)
}
