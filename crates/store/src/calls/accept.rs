//! Taking calls: the call, its transcript and its job in one commit.
//!
//! New calls are tried first, by inserts that leave alone what is there: the common case asks nothing of the calls
//! table, and two senders of the same call cannot both win. Only what was there is then locked, read and compared. All
//! inserts come before all locks and both go in the order of `callId`, so that two batches never wait for each other.

use std::collections::{BTreeMap, HashMap, HashSet};

use aftercall_core::Event;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde_json::Value as Json;

use super::columns::{content_of, filled, transcript, turns_text};
use super::content::{Change, Content};
use super::sent::Sent;
use super::versions::{Version, Versions};
use super::{Accepted, Outcome, Rejected};
use crate::chunks::{chunks, owned_chunks};
use crate::deliveries::{Subject, announce};
use crate::entity::{calls, jobs, transcripts};
use crate::jobs::{JobState, new_job, slot_of};
use crate::json_text::JsonText;
use crate::statistics::Changes;
use crate::{Store, StoreError};

/// What became of each call, by its place in the batch.
type Answers = Vec<Option<Result<Accepted, Rejected>>>;

impl Store {
    /// An id for a call that came without one: `CALL-`, the Unix milliseconds and six random hexadecimal digits.
    #[must_use]
    pub fn new_call_id(&self) -> String {
        let milliseconds = self.now().as_millisecond();
        format!("CALL-{milliseconds}-{:06x}", self.random().u64() >> 40)
    }

    /// Takes calls in one commit and tells of each, in their order, what became of it.
    ///
    /// # Errors
    /// Those of the database; then nothing was stored.
    pub(super) async fn commit_calls(
        &self,
        calls: &[&Sent],
    ) -> Result<Vec<Result<Accepted, Rejected>>, StoreError> {
        let mut answers: Answers = vec![None; calls.len()];
        let txn = self.begin().await?;
        let mut changes = Changes::default();
        // A callId that stands in the batch twice is taken in turns.
        let mut waiting = plans(&txn, calls, &mut answers).await?;
        while !waiting.is_empty() {
            let mut seen = HashSet::new();
            let (turn, later): (Vec<Plan>, Vec<Plan>) = waiting
                .into_iter()
                .partition(|plan| seen.insert(plan.sent.call_id()));
            waiting = self.take(&txn, turn, &mut answers, &mut changes).await?;
            waiting.extend(later);
        }
        changes.write(&txn, self).await?;
        txn.commit().await?;
        answers
            .into_iter()
            .map(|answer| answer.ok_or_else(unanswered))
            .collect()
    }

    /// Takes calls of different ids. Gives back those that have to be tried again.
    async fn take<'a>(
        &self,
        txn: &DatabaseTransaction,
        plans: Vec<Plan<'a>>,
        answers: &mut Answers,
        changes: &mut Changes,
    ) -> Result<Vec<Plan<'a>>, StoreError> {
        let there = self.insert_new(txn, plans, answers, changes).await?;
        if there.is_empty() {
            return Ok(Vec::new());
        }
        let mut stored: HashMap<String, calls::Model> = HashMap::new();
        let ids: Vec<&str> = there.keys().copied().collect();
        for ids in chunks(&ids) {
            let rows = calls::Entity::find()
                .filter(calls::Column::CallId.is_in(ids.iter().copied()))
                .order_by_asc(calls::Column::CallId)
                .lock_exclusive()
                .all(txn)
                .await?;
            stored.extend(rows.into_iter().map(|row| (row.call_id.clone(), row)));
        }
        let mut again = Vec::new();
        for (call_id, plan) in there {
            // It was deleted between the insert and now.
            let Some(row) = stored.remove(call_id) else {
                again.push(plan);
                continue;
            };
            let place = plan.place;
            answers[place] = Some(self.compare(txn, row, plan, changes).await?);
        }
        Ok(again)
    }

    /// Inserts the calls whose id is new, with their transcripts and jobs. Gives back the others.
    async fn insert_new<'a>(
        &self,
        txn: &DatabaseTransaction,
        plans: Vec<Plan<'a>>,
        answers: &mut Answers,
        changes: &mut Changes,
    ) -> Result<BTreeMap<&'a str, Plan<'a>>, StoreError> {
        let mut plans: BTreeMap<&str, Plan> = plans
            .into_iter()
            .map(|plan| (plan.sent.call_id(), plan))
            .collect();
        let mut created = Vec::new();
        let rows: Vec<calls::Model> = plans.values().map(|plan| self.new_row(plan)).collect();
        for rows in chunks(&rows) {
            let inserted =
                calls::Entity::insert_many(rows.iter().map(|row| row.clone().into_active_model()))
                    .on_conflict(
                        OnConflict::column(calls::Column::CallId)
                            .do_nothing()
                            .to_owned(),
                    )
                    .exec_with_returning_keys(txn)
                    .await?;
            let inserted: HashSet<String> = inserted.into_iter().collect();
            created.extend(
                rows.iter()
                    .filter(|row| inserted.contains(&row.id))
                    .cloned(),
            );
        }
        let mut new_transcripts = Vec::with_capacity(created.len());
        let mut new_jobs = Vec::with_capacity(created.len());
        let mut finished = Vec::new();
        for row in created {
            let Some(plan) = plans.remove(row.call_id.as_str()) else {
                continue;
            };
            changes.plus(&row);
            new_transcripts.push(
                transcript(&row.id, plan.sent.turns.clone(), &plan.sent.content)
                    .into_active_model(),
            );
            if row.finished {
                new_jobs.push(new_job(self, &row.id, &plan.version.order()).into_active_model());
                finished.push((row.agent_id.clone(), row.id.clone()));
            }
            answers[plan.place] = Some(Ok(accepted(row, Outcome::Created)?));
        }
        for rows in owned_chunks(new_transcripts) {
            transcripts::Entity::insert_many(rows)
                .exec_without_returning(txn)
                .await?;
        }
        for rows in owned_chunks(new_jobs) {
            jobs::Entity::insert_many(rows)
                .exec_without_returning(txn)
                .await?;
        }
        let finished: Vec<Subject<'_>> = finished
            .iter()
            .map(|(agent, call)| ended(agent, call))
            .collect();
        announce(txn, self, Event::PostConversation, &finished).await?;
        Ok(plans)
    }

    /// What a body means for a call that is there, whose row is locked.
    async fn compare(
        &self,
        txn: &DatabaseTransaction,
        row: calls::Model,
        plan: Plan<'_>,
        changes: &mut Changes,
    ) -> Result<Result<Accepted, Rejected>, StoreError> {
        if row.content_hash == plan.sent.hash {
            return accepted(row, Outcome::Unchanged).map(Ok);
        }
        let asked = plan.sent.revision_id.is_some();
        let stored = content_of(txn, &row).await?;
        let other_version = asked && row.revision_id.as_ref() != Some(&plan.version.revision_id);
        let change = stored.change(&plan.sent.content);
        let conflict = |fields| Rejected::Conflict {
            call_id: row.call_id.clone(),
            fields,
        };
        let whole = match change {
            Change::Conflict(mut fields) => {
                if other_version {
                    fields.push("versionId".to_owned());
                }
                return Ok(Err(conflict(fields)));
            }
            Change::Nothing if !other_version => {
                return accepted(row, Outcome::Unchanged).map(Ok);
            }
            Change::Nothing if row.finished => {
                return Ok(Err(conflict(vec!["versionId".to_owned()])));
            }
            Change::Nothing => stored,
            Change::To(whole) => *whole,
        };
        // What was active when the call arrived holds, unless a version is asked for.
        let version = match row.revision_id.clone() {
            Some(revision_id) if !asked => Version {
                slot: slot_of(txn, &revision_id).await?,
                revision_id,
            },
            _ => plan.version,
        };
        let before = row.clone();
        let (row, outcome) = self
            .update(txn, row, whole, &plan.sent.hash, &version)
            .await?;
        changes.minus(&before);
        changes.plus(&row);
        accepted(row, outcome).map(Ok)
    }

    pub(super) async fn update(
        &self,
        txn: &DatabaseTransaction,
        row: calls::Model,
        whole: Content,
        hash: &str,
        version: &Version,
    ) -> Result<(calls::Model, Outcome), StoreError> {
        if row.finished {
            // The job from its cancelling knows nothing of what was said.
            drop_open_jobs(txn, &row.id).await?;
        }
        let row = calls::Model {
            revision_id: Some(version.revision_id.clone()),
            content_hash: hash.to_owned(),
            updated_at: self.now_us(),
            ..filled(row, &whole)
        };
        row.clone()
            .into_active_model()
            .reset_all()
            .update_without_returning(txn)
            .await?;
        transcript(&row.id, turns_text(&whole.call.transcript), &whole)
            .into_active_model()
            .reset_all()
            .update_without_returning(txn)
            .await?;
        let outcome = if row.finished {
            let job = new_job(self, &row.id, &version.order());
            jobs::Entity::insert(job.into_active_model())
                .exec_without_returning(txn)
                .await?;
            let ended = ended(&row.agent_id, &row.id);
            announce(txn, self, Event::PostConversation, &[ended]).await?;
            Outcome::Completed
        } else {
            Outcome::Updated
        };
        Ok((row, outcome))
    }

    fn new_row(&self, plan: &Plan<'_>) -> calls::Model {
        let now = self.now_us();
        let row = calls::Model {
            id: self.id(),
            call_id: plan.sent.call_id().to_owned(),
            agent_id: plan.sent.agent_id.clone(),
            revision_id: Some(plan.version.revision_id.clone()),
            kind: None,
            status: None,
            finished: false,
            started_at: None,
            ended_at: None,
            timezone: None,
            from_number: None,
            to_number: None,
            language: None,
            recording_url: None,
            duration_us: None,
            latency_us: None,
            disconnection_reason: None,
            campaign_id: None,
            retry_of: None,
            is_test: false,
            content_hash: plan.sent.hash.clone(),
            listed: JsonText(Json::Null),
            cancelled: false,
            cancel_reason: None,
            current_analysis_id: None,
            created_at: now,
            updated_at: now,
            cost: None,
            answer_lines: None,
            search_text: None,
        };
        filled(row, &plan.sent.content)
    }
}

/// Takes away the jobs of a call that are not done. A worker that is at one cannot store what comes of it.
pub(super) async fn drop_open_jobs(
    txn: &DatabaseTransaction,
    call_row_id: &str,
) -> Result<(), StoreError> {
    let open = [JobState::Queued, JobState::Running].map(JobState::name);
    jobs::Entity::delete_many()
        .filter(jobs::Column::Subject.eq(call_row_id))
        .filter(jobs::Column::State.is_in(open))
        .exec(txn)
        .await?;
    Ok(())
}

/// Finds each call's version, and rejects what has none.
async fn plans<'a>(
    txn: &DatabaseTransaction,
    calls: &[&'a Sent],
    answers: &mut Answers,
) -> Result<Vec<Plan<'a>>, StoreError> {
    let versions = Versions::read(txn, calls).await?;
    let mut plans = Vec::with_capacity(calls.len());
    for (place, sent) in calls.iter().copied().enumerate() {
        match versions.of(sent) {
            Ok(version) => plans.push(Plan {
                place,
                sent,
                version,
            }),
            Err(rejected) => answers[place] = Some(Err(rejected)),
        }
    }
    Ok(plans)
}

/// A call on its way.
struct Plan<'a> {
    /// Its place in the batch.
    place: usize,
    sent: &'a Sent,
    version: Version,
}

/// What is told of a call that is over.
pub(super) fn ended<'a>(agent_id: &'a str, call_row_id: &'a str) -> Subject<'a> {
    Subject {
        agent_id: Some(agent_id),
        call_row_id: Some(call_row_id),
        ..Subject::default()
    }
}

pub(super) fn accepted(row: calls::Model, outcome: Outcome) -> Result<Accepted, StoreError> {
    Ok(Accepted {
        call: row.try_into()?,
        outcome,
    })
}

pub(super) fn unanswered() -> StoreError {
    StoreError::corrupt("a batch of calls", "a call was left without an answer")
}
