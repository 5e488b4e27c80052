//! A notice comes in.

use aftercall_core::hex_sha256;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::Value as Json;

use super::NoticeState;
use super::change::again;
use crate::entity::intake_notices::{self as rows, Column};
use crate::json_text::JsonText;
use crate::{Store, StoreError};

/// What a platform told.
#[derive(Debug, Clone, PartialEq)]
pub struct NewNotice {
    /// The agent whose call it is.
    pub agent_id: String,
    /// Name of the source.
    pub source: String,
    /// The call's id.
    pub call_id: String,
    /// The event, as the platform names it.
    pub event: String,
    /// What the source made of it, to be read again when the call is fetched.
    pub notice: Json,
}

/// What became of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptNotice {
    /// It was stored, or one that was given up waits anew.
    Waits,
    /// It is there, and waits or is under way.
    Known,
    /// It is there, and its call is stored.
    Done,
}

impl Store {
    /// Stores a notice. The same one again adds nothing; one that was given up waits anew with a whole schedule, as its sender is told
    /// that the call is fetched.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep_notice(&self, new: NewNotice) -> Result<KeptNotice, StoreError> {
        let now = self.now_us();
        let row = rows::Model {
            id: self.id(),
            digest: hex_sha256(new.notice.to_string().as_bytes()),
            agent_id: new.agent_id,
            source: new.source,
            call_id: new.call_id,
            event: new.event,
            notice: Some(JsonText(new.notice)),
            state: NoticeState::Waiting.name().to_owned(),
            attempts: 0,
            next_at: now,
            lease_until: None,
            lease_token: None,
            last_error: None,
            created_at: now,
            updated_at: now,
        };
        let unique = [
            Column::AgentId,
            Column::Source,
            Column::CallId,
            Column::Event,
            Column::Digest,
        ];
        let txn = self.begin().await?;
        let inserted = rows::Entity::insert(row.clone().into_active_model())
            .on_conflict(OnConflict::columns(unique).do_nothing().to_owned())
            .exec_without_returning(&txn)
            .await?;
        if inserted > 0 {
            txn.commit().await?;
            return Ok(KeptNotice::Waits);
        }
        let there = rows::Entity::find()
            .filter(Column::AgentId.eq(row.agent_id))
            .filter(Column::Source.eq(row.source))
            .filter(Column::CallId.eq(row.call_id))
            .filter(Column::Event.eq(row.event))
            .filter(Column::Digest.eq(row.digest))
            .lock_exclusive()
            .one(&txn)
            .await?;
        let there = there.ok_or_else(|| super::missing("of the same content"))?;
        let kept = match NoticeState::stored(&there.state)? {
            NoticeState::Done => KeptNotice::Done,
            NoticeState::Waiting | NoticeState::Fetching => KeptNotice::Known,
            NoticeState::Dead => {
                again(now)
                    .filter(Column::Id.eq(there.id))
                    .exec(&txn)
                    .await?;
                KeptNotice::Waits
            }
        };
        txn.commit().await?;
        Ok(kept)
    }
}
