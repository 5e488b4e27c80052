//! What another event says of a call joins what is known of it.

use aftercall_core::Call;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use serde_json::{Map, Value as Json};

use super::accept::{accepted, drop_open_jobs};
use super::columns::{content_of, filled, transcript, turns_text};
use super::content::{Content, differences};
use super::sent::Sent;
use super::versions::Version;
use super::{Accepted, NewCall, Outcome, Rejected};
use crate::entity::{calls, jobs};
use crate::jobs::{new_job, slot_of};
use crate::statistics::Changes;
use crate::{Store, StoreError};

/// What is known of a call, or said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The call.
    pub call: Call,
    /// Fields that a call file does not define.
    pub extra: Map<String, Json>,
}

impl Store {
    /// Takes a call that comes in several events. Where it is there already, `join` says what is known after this one, from what is
    /// stored and what is sent; `None` where it is another call. A call that is over is analysed again where its words are others
    /// after that.
    ///
    /// # Errors
    /// Those of the database. What the sender did wrong is the inner error: that the call is another agent's, or another
    /// call.
    pub async fn merge_call(
        &self,
        new: NewCall,
        join: impl Fn(Known, Known) -> Option<Known>,
    ) -> Result<Result<Accepted, Rejected>, StoreError> {
        let call_id = new.call.call_id.clone();
        let there = self.is_call_finished(&call_id).await;
        if let Err(StoreError::Missing { .. }) = there {
            let answer = self.accept_call(new.clone()).await?;
            match &answer {
                // Another event came at the same moment.
                Ok(accepted) if accepted.outcome != Outcome::Created => {}
                Err(Rejected::Conflict { .. }) => {}
                _ => return Ok(answer),
            }
        }
        let sent = match Sent::new(new.clone()) {
            Ok(sent) => sent,
            Err(problem) => return Ok(Err(problem.into())),
        };
        let txn = self.begin().await?;
        let row = calls::Entity::find()
            .filter(calls::Column::CallId.eq(call_id.as_str()))
            .lock_exclusive()
            .one(&txn)
            .await?;
        let Some(row) = row else {
            // It was deleted meanwhile.
            drop(txn);
            return self.accept_call(new).await;
        };
        let stored = content_of(&txn, &row).await?;
        if stored.call.agent_id != sent.content.call.agent_id {
            return Ok(Err(conflict(&row, vec!["agentId".to_owned()])));
        }
        let known = |content: &Content| Known {
            call: content.call.clone(),
            extra: content.extra.clone(),
        };
        let Some(joined) = join(known(&stored), known(&sent.content)) else {
            return Ok(Err(conflict(&row, vec!["source".to_owned()])));
        };
        let mut whole = Content {
            call: joined.call,
            extra: joined.extra,
            is_test: stored.is_test || sent.content.is_test,
            cancelled: stored.cancelled,
        };
        if stored.is_finished() && !whole.is_finished() {
            whole.call.status.clone_from(&stored.call.status);
        }
        let fields = differences(&stored.fields(), &whole.fields());
        if fields.is_empty() {
            return accepted(row, Outcome::Unchanged).map(Ok);
        }
        let awaited = stored.cancelled && sent.content.is_finished();
        let (before, row, outcome) = if !row.finished || awaited {
            whole.cancelled = false;
            let version = version_of(&txn, &row).await?;
            let before = row.clone();
            let (row, outcome) = self.update(&txn, row, whole, &sent.hash, &version).await?;
            (before, row, outcome)
        } else {
            let other_words = stored.call.transcript != whole.call.transcript;
            let before = row.clone();
            let row = self.amend(&txn, row, &whole, &sent.hash).await?;
            if other_words {
                // A job that still waits, or is at it, is about the words of before.
                drop_open_jobs(&txn, &row.id).await?;
                let version = version_of(&txn, &row).await?;
                let job = new_job(self, &row.id, &version.order().announced());
                jobs::Entity::insert(job.into_active_model())
                    .exec_without_returning(&txn)
                    .await?;
            }
            (before, row, Outcome::Updated)
        };
        let mut changes = Changes::default();
        changes.minus(&before);
        changes.plus(&row);
        changes.write(&txn, self).await?;
        txn.commit().await?;
        accepted(row, outcome).map(Ok)
    }

    /// Writes what is known now of a call that is over.
    async fn amend(
        &self,
        txn: &DatabaseTransaction,
        row: calls::Model,
        whole: &Content,
        hash: &str,
    ) -> Result<calls::Model, StoreError> {
        let row = calls::Model {
            content_hash: hash.to_owned(),
            updated_at: self.now_us(),
            ..filled(row, whole)
        };
        row.clone()
            .into_active_model()
            .reset_all()
            .update_without_returning(txn)
            .await?;
        transcript(&row.id, turns_text(&whole.call.transcript), whole)
            .into_active_model()
            .reset_all()
            .update_without_returning(txn)
            .await?;
        Ok(row)
    }
}

/// What was active when the call arrived holds.
async fn version_of(txn: &DatabaseTransaction, row: &calls::Model) -> Result<Version, StoreError> {
    let revision_id = row.revision_id.clone().unwrap_or_default();
    Ok(Version {
        slot: slot_of(txn, &revision_id).await?,
        revision_id,
    })
}

fn conflict(row: &calls::Model, fields: Vec<String>) -> Rejected {
    Rejected::Conflict {
        call_id: row.call_id.clone(),
        fields,
    }
}
