//! Queueing jobs, in the transaction of what they are about.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde_json::json;

use super::{JobState, MAX_ATTEMPTS, is_state};
use crate::entity::{jobs, revisions};
use crate::json_text::JsonText;
use crate::{Store, StoreError};

/// The kind of every job so far.
const ANALYSIS: &str = "analysis";
/// Priority of a call's first analysis.
const FIRST: i64 = 0;
/// Priority of an analysis that someone asked for and waits for.
const ASKED: i64 = 10;
/// How often a job is looked for that may go away meanwhile.
const TRIES: usize = 3;

/// What is wanted of a call.
#[derive(Debug, Clone)]
pub(crate) struct JobOrder {
    revision_id: String,
    slot: String,
    priority: i64,
    announced: bool,
}

impl JobOrder {
    /// The analysis of a call that came in.
    pub(crate) fn first(revision_id: String, slot: String) -> Self {
        Self {
            revision_id,
            slot,
            priority: FIRST,
            announced: false,
        }
    }

    /// It again, where the words of the call are others now: receivers hear of it, though they may have heard of one before.
    pub(crate) fn announced(self) -> Self {
        Self {
            announced: true,
            ..self
        }
    }

    /// An analysis that someone asked for.
    pub(crate) fn asked(revision_id: String, slot: String, announced: bool) -> Self {
        Self {
            priority: ASKED,
            announced,
            ..Self::first(revision_id, slot)
        }
    }
}

/// A job that is due at once.
pub(crate) fn new_job(store: &Store, call_row_id: &str, order: &JobOrder) -> jobs::Model {
    let now = store.now_us();
    let revision_id = order.revision_id.as_str();
    jobs::Model {
        id: store.id(),
        kind: ANALYSIS.to_owned(),
        subject: call_row_id.to_owned(),
        slot: order.slot.clone(),
        payload: JsonText(match order.announced {
            false => json!({ "revisionId": revision_id }),
            true => json!({ "revisionId": revision_id, "announce": true }),
        }),
        state: JobState::Queued.name().to_owned(),
        priority: order.priority,
        run_at: now,
        lease_until: None,
        lease_token: None,
        attempts: 0,
        max_attempts: MAX_ATTEMPTS,
        dedup_key: format!("{ANALYSIS}:{call_row_id}:{revision_id}"),
        last_error: None,
        created_at: now,
        updated_at: now,
        finished_at: None,
    }
}

/// Inserts a job, unless one of the same call and version waits or runs; then it is that one. One that waits is hurried: it
/// becomes as urgent as the new one and due no later, so that whoever asks does not wait for the end of a pause, and is
/// announced if either is.
pub(crate) async fn insert_or_find(
    db: &impl ConnectionTrait,
    job: jobs::Model,
) -> Result<jobs::Model, StoreError> {
    let open = [JobState::Queued, JobState::Running].map(JobState::name);
    for _ in 0..TRIES {
        let inserted = jobs::Entity::insert(job.clone().into_active_model())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
        if inserted > 0 {
            return Ok(job);
        }
        let there = jobs::Entity::find()
            .filter(jobs::Column::DedupKey.eq(job.dedup_key.as_str()))
            .filter(jobs::Column::State.is_in(open))
            .one(db)
            .await?;
        let Some(there) = there else {
            // It was cancelled between the two.
            continue;
        };
        if there.state != JobState::Queued.name() {
            return Ok(there);
        }
        // It may have been claimed meanwhile.
        if let Some(hurried) = hurry(db, &there, &job).await? {
            return Ok(hurried);
        }
    }
    let error = "a job was queued and taken away again and again";
    Err(StoreError::Busy(DbErr::Custom(error.to_owned())))
}

/// Makes a queued job as urgent as another, and due no later. `None` where it is queued no more.
async fn hurry(
    db: &impl ConnectionTrait,
    there: &jobs::Model,
    as_this: &jobs::Model,
) -> Result<Option<jobs::Model>, StoreError> {
    let run_at = there.run_at.min(as_this.run_at);
    let priority = there.priority.max(as_this.priority);
    let payload = match announces(&there.payload) {
        true => &there.payload,
        false => &as_this.payload,
    };
    let hurried = jobs::Entity::update_many()
        .col_expr(jobs::Column::RunAt, Expr::val(run_at))
        .col_expr(jobs::Column::Priority, Expr::val(priority))
        .col_expr(jobs::Column::Payload, Expr::val(payload.clone()))
        .col_expr(jobs::Column::UpdatedAt, Expr::val(as_this.updated_at))
        .filter(jobs::Column::Id.eq(there.id.as_str()))
        .filter(is_state(JobState::Queued))
        .exec_with_returning(db)
        .await?;
    Ok(hurried.into_iter().next())
}

/// Whether receivers are to hear of a job's analysis even if it is not the call's first.
pub(crate) fn announces(payload: &JsonText) -> bool {
    payload.0.get("announce").is_some_and(|flag| flag == true)
}

/// The model slot of a version.
pub(crate) async fn slot_of(
    db: &impl ConnectionTrait,
    revision_id: &str,
) -> Result<String, StoreError> {
    revisions::Entity::find_by_id(revision_id)
        .select_only()
        .column(revisions::Column::Slot)
        .into_tuple()
        .one(db)
        .await?
        .ok_or_else(|| StoreError::missing("Revision", revision_id))
}
