//! Analyses: every one is kept, one of a call's is the current one.

use aftercall_core::{Analysis, Event, Metric};
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::Value as Json;

use crate::answer_line;
use crate::answers::{self, storable};
use crate::calls::locked;
use crate::chunks::chunks;
use crate::deliveries::{Subject, announce};
use crate::entity::{agents, analyses, answers as answers_table, calls, revisions};
use crate::jobs::{End, Job, JobOrder, JobState, Lease, end, insert_or_find, new_job, slot_of};
use crate::json_text::{JsonText, Unreadable};
use crate::statistics::Changes;
use crate::times::from_us;
use crate::usage;
use crate::{Conflict, Store, StoreError};

/// Whether an analysis came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnalysisStatus {
    /// Every metric was asked; each has its own status.
    Completed,
    /// It could not be made; `reason` says why.
    Failed,
}

impl AnalysisStatus {
    /// The name in the database and in replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    fn stored(name: &str) -> Result<Self, StoreError> {
        match name {
            "completed" => Ok(Self::Completed),
            "failed" => Ok(Self::Failed),
            _ => Err(StoreError::corrupt("an analysis' status", name)),
        }
    }
}

/// An analysis as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisRow {
    /// Its id, 24 hexadecimal digits.
    pub id: String,
    /// The call's own id.
    pub call_row_id: String,
    /// The agent whose call it is.
    pub agent_id: String,
    /// The version whose metrics were asked.
    pub revision_id: Option<String>,
    /// Its number among the call's, from 1.
    pub number: i64,
    /// Whether it came to an end.
    pub status: AnalysisStatus,
    /// Why it failed.
    pub reason: Option<String>,
    /// The metrics as they were defined then, a list.
    pub metrics: Json,
    /// What it says.
    pub analysis: Analysis,
    /// How long it took, in milliseconds.
    pub milliseconds: i64,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// An analysis that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAnalysis {
    /// What it says.
    pub analysis: Analysis,
    /// The metrics that were asked.
    pub metrics: Vec<Metric>,
    /// The version that they are of.
    pub revision_id: Option<String>,
    /// Whether it came to an end.
    pub status: AnalysisStatus,
    /// Why it failed.
    pub reason: Option<String>,
}

impl Store {
    /// Stores an analysis with its answers, makes it the call's current one and ends its job, all in one commit. Gives
    /// `None`, and stores nothing, where the lease no longer holds.
    ///
    /// A failed analysis is the current one only as long as the call has no completed one.
    ///
    /// # Errors
    /// Those of the database; then nothing was stored.
    pub async fn finish_analysis(
        &self,
        held: &Lease,
        analysis: NewAnalysis,
    ) -> Result<Option<AnalysisRow>, StoreError> {
        let txn = self.begin().await?;
        let call = locked_call(&txn, held).await?;
        let done = End {
            state: JobState::Done,
            error: None,
            run_at: None,
        };
        let (true, Some(call)) = (end(&txn, held, self.now_us(), &done).await?, call) else {
            return Ok(None);
        };
        let row = insert(&txn, self, call, analysis, held.job.announce).await?;
        txn.commit().await?;
        Ok(Some(row))
    }

    /// Every analysis of a call, by the call's own id, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn analyses(&self, call_row_id: &str) -> Result<Vec<AnalysisRow>, StoreError> {
        analyses::Entity::find()
            .filter(analyses::Column::CallId.eq(call_row_id))
            .order_by_desc(analyses::Column::Number)
            .all(self.reader())
            .await?
            .into_iter()
            .map(AnalysisRow::try_from)
            .collect()
    }

    /// The analysis of that id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; those of the database.
    pub async fn analysis(&self, id: &str) -> Result<AnalysisRow, StoreError> {
        let row = analyses::Entity::find_by_id(id).one(self.reader()).await?;
        row.ok_or_else(|| StoreError::missing("Analysis", id))?
            .try_into()
    }

    /// Queues another analysis of a finished call, with a version of its agent: the one asked for, else the active one. With
    /// `announced` receivers hear of it, which else they do of a call's first analysis alone. Where the same waits or runs
    /// already, it is that job.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such call or version; [`Conflict::CallNotFinished`]; those of the database.
    pub async fn enqueue_analysis(
        &self,
        call_id: &str,
        revision_id: Option<&str>,
        announced: bool,
    ) -> Result<Job, StoreError> {
        let txn = self.begin().await?;
        let call = locked(&txn, call_id).await?;
        if !call.finished {
            return Err(StoreError::Conflict(Conflict::CallNotFinished {
                call_id: call.call_id,
                status: call.status,
            }));
        }
        let revision_id = match revision_id {
            Some(revision_id) => {
                let owner: Option<String> = revisions::Entity::find_by_id(revision_id)
                    .select_only()
                    .column(revisions::Column::AgentId)
                    .into_tuple()
                    .one(&txn)
                    .await?;
                if owner.as_ref() != Some(&call.agent_id) {
                    return Err(StoreError::missing("Revision", revision_id));
                }
                revision_id.to_owned()
            }
            None => agents::Entity::find_by_id(call.agent_id.as_str())
                .select_only()
                .column(agents::Column::ActiveRevisionId)
                .into_tuple()
                .one(&txn)
                .await?
                .ok_or_else(|| StoreError::missing("Agent", call.agent_id.as_str()))?,
        };
        let slot = slot_of(&txn, &revision_id).await?;
        let order = JobOrder::asked(revision_id, slot, announced);
        let job = new_job(self, &call.id, &order);
        let job = insert_or_find(&txn, job).await?;
        txn.commit().await?;
        job.try_into()
    }
}

/// The call that a lease's job is about, locked until the transaction ends; `None` where it was deleted.
pub(crate) async fn locked_call(
    db: &impl ConnectionTrait,
    held: &Lease,
) -> Result<Option<calls::Model>, StoreError> {
    Ok(calls::Entity::find_by_id(held.job.call_row_id.as_str())
        .lock_exclusive()
        .one(db)
        .await?)
}

/// Stores an analysis of a locked call, with its answers, moves the call's current one, and tells those who asked for it.
pub(crate) async fn insert(
    db: &impl ConnectionTrait,
    store: &Store,
    call: calls::Model,
    new: NewAnalysis,
    announced: bool,
) -> Result<AnalysisRow, StoreError> {
    let newest: Option<Option<i64>> = analyses::Entity::find()
        .select_only()
        .expr(Expr::col((analyses::Entity, analyses::Column::Number)).max())
        .filter(analyses::Column::CallId.eq(call.id.as_str()))
        .into_tuple()
        .one(db)
        .await?;
    let now = store.now_us();
    let number = newest.flatten().unwrap_or_default() + 1;
    let row = model(store.id(), number, now, &call, &new)?;
    analyses::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(db)
        .await?;
    let answered: Vec<_> = new
        .analysis
        .disposition_metrics
        .iter()
        .map(|answer| answers::row(&row.id, &call.id, answer))
        .collect();
    for answers in chunks(&answered) {
        let rows = answers
            .iter()
            .cloned()
            .map(IntoActiveModel::into_active_model);
        answers_table::Entity::insert_many(rows)
            .exec_without_returning(db)
            .await?;
    }
    usage::count(db, store.now(), &call.agent_id, &new.analysis).await?;
    let mut update = calls::Entity::update_many()
        .col_expr(calls::Column::UpdatedAt, Expr::val(now))
        .filter(calls::Column::Id.eq(call.id.as_str()));
    let earlier = answer_line::is_completed(call.answer_lines.as_deref());
    let completed = new.status == AnalysisStatus::Completed;
    if completed || !earlier {
        let lines = answer_line::lines(completed, &answered);
        let mut changes = Changes::default();
        changes.minus(&call);
        changes.plus(&calls::Model {
            answer_lines: Some(lines.clone()),
            ..call.clone()
        });
        changes.write(db, store).await?;
        update = update.col_expr(calls::Column::AnswerLines, Expr::val(lines));
        update = update.col_expr(calls::Column::CurrentAnalysisId, Expr::val(row.id.as_str()));
    }
    update.exec(db).await?;
    let event = match new.status {
        AnalysisStatus::Completed if announced || !earlier => Some(Event::AnalyticsCompleted),
        AnalysisStatus::Completed => None,
        AnalysisStatus::Failed => Some(Event::AnalysisFailed),
    };
    if let Some(event) = event {
        let told = Subject {
            agent_id: Some(&call.agent_id),
            call_row_id: Some(&call.id),
            analysis_id: Some(&row.id),
            payload: None,
        };
        announce(db, store, event, &[told]).await?;
    }
    row.try_into()
}

fn model(
    id: String,
    number: i64,
    now: i64,
    call: &calls::Model,
    new: &NewAnalysis,
) -> Result<analyses::Model, StoreError> {
    let json = |what, value: Result<Json, serde_json::Error>| {
        value
            .map(JsonText)
            .map_err(|error| StoreError::corrupt(what, error))
    };
    let provenance = &new.analysis.provenance;
    let milliseconds = i64::try_from(provenance.usage.milliseconds).unwrap_or(i64::MAX);
    Ok(analyses::Model {
        id,
        call_id: call.id.clone(),
        agent_id: call.agent_id.clone(),
        revision_id: new.revision_id.clone(),
        number,
        status: new.status.name().to_owned(),
        reason: new.reason.as_deref().map(storable),
        summary: storable(&new.analysis.summary),
        metrics: json("a list of metrics", serde_json::to_value(&new.metrics))?,
        result: json("an analysis", serde_json::to_value(&new.analysis))?,
        model: provenance.model.clone(),
        model_sha256: provenance.model_sha256.clone(),
        prompt_revision: provenance.prompt_revision.clone(),
        calibration: provenance.calibration.clone(),
        transcript_hash: provenance.transcript_sha256.clone(),
        milliseconds,
        created_at: now,
    })
}

impl TryFrom<analyses::Model> for AnalysisRow {
    type Error = StoreError;

    fn try_from(row: analyses::Model) -> Result<Self, StoreError> {
        Ok(Self {
            status: AnalysisStatus::stored(&row.status)?,
            analysis: serde_json::from_value(row.result.0)
                .map_err(|error| StoreError::corrupt("an analysis", Unreadable::from(error)))?,
            created_at: from_us(row.created_at)?,
            id: row.id,
            call_row_id: row.call_id,
            agent_id: row.agent_id,
            revision_id: row.revision_id,
            number: row.number,
            reason: row.reason,
            metrics: row.metrics.0,
            milliseconds: row.milliseconds,
        })
    }
}
