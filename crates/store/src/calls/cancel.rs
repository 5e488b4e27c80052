//! Ending a call that did not take place.

use aftercall_core::Event;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::CallRow;
use super::accept::ended;
use super::read::locked;
use crate::answers::storable;
use crate::deliveries::announce;
use crate::entity::{calls, jobs};
use crate::jobs::{JobOrder, new_job, slot_of};
use crate::statistics::Changes;
use crate::{Conflict, Store, StoreError};

/// Status of a call that was cancelled.
const CANCELLED: &str = "cancelled";

/// A call that was cancelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Cancelled {
    /// The call as it is now.
    pub call: CallRow,
    /// Its status before.
    pub previous_status: Option<String>,
}

impl Store {
    /// Ends a call that is not finished, with the status `cancelled`. It gets its job like any finished call; the reason is
    /// shown as `cancelReason` among its extra fields. Its sender may still complete it: see [`Store::accept_calls`].
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no call of that `callId`, [`Conflict::CallFinished`] where it is over; those
    /// of the database.
    pub async fn cancel_call(
        &self,
        call_id: &str,
        reason: Option<&str>,
    ) -> Result<Cancelled, StoreError> {
        self.cancel(call_id, reason, false).await
    }

    /// As [`Store::cancel_call`], of a call that has not begun.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`Conflict::CallNotQueued`]; those of the database.
    pub async fn cancel_queued_call(&self, call_id: &str) -> Result<Cancelled, StoreError> {
        self.cancel(call_id, None, true).await
    }

    async fn cancel(
        &self,
        call_id: &str,
        reason: Option<&str>,
        only_queued: bool,
    ) -> Result<Cancelled, StoreError> {
        let txn = self.begin().await?;
        let row = locked(&txn, call_id).await?;
        let queued = matches!(row.status.as_deref(), Some("pending" | "in_queue"));
        if only_queued && !queued {
            return Err(Conflict::CallNotQueued.into());
        }
        if row.finished {
            return Err(StoreError::Conflict(Conflict::CallFinished {
                call_id: row.call_id,
                status: row.status,
            }));
        }
        let before = row.clone();
        let previous_status = row.status;
        let row = calls::Model {
            status: Some(CANCELLED.to_owned()),
            finished: true,
            cancelled: true,
            cancel_reason: reason.map(storable),
            updated_at: self.now_us(),
            ..row
        };
        row.clone()
            .into_active_model()
            .reset_all()
            .update_without_returning(&txn)
            .await?;
        let mut changes = Changes::default();
        changes.minus(&before);
        changes.plus(&row);
        changes.write(&txn, self).await?;
        if let Some(revision_id) = row.revision_id.clone() {
            let slot = slot_of(&txn, &revision_id).await?;
            let job = new_job(self, &row.id, &JobOrder::first(revision_id, slot));
            jobs::Entity::insert(job.into_active_model())
                .exec_without_returning(&txn)
                .await?;
        }
        let told = ended(&row.agent_id, &row.id);
        announce(&txn, self, Event::PostConversation, &[told]).await?;
        txn.commit().await?;
        Ok(Cancelled {
            call: row.try_into()?,
            previous_status,
        })
    }
}
