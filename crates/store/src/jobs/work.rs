//! What a worker needs for a job.

use aftercall_core::Call;
use aftercall_core::agent_config::Config;
use sea_orm::{EntityTrait, QuerySelect};

use super::Lease;
use crate::calls::{CallRow, stored_call};
use crate::entity::revisions;
use crate::json_text::JsonText;
use crate::{Store, StoreError};

/// A call to analyse, and the config to do it by.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The call's facts.
    pub row: CallRow,
    /// The call as a call file has it.
    pub call: Call,
    /// The version to use.
    pub revision_id: Option<String>,
    /// That version's config; empty where there is none.
    pub config: Config,
}

impl Store {
    /// What a claimed job is about.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where the call was deleted meanwhile; those of the database.
    pub async fn work(&self, held: &Lease) -> Result<Work, StoreError> {
        let (row, call) = stored_call(self.reader(), &held.job.call_row_id).await?;
        let revision_id = held
            .job
            .revision_id
            .clone()
            .or_else(|| row.revision_id.clone());
        let config: Option<JsonText<Config>> = match &revision_id {
            Some(id) => {
                revisions::Entity::find_by_id(id.as_str())
                    .select_only()
                    .column(revisions::Column::Config)
                    .into_tuple()
                    .one(self.reader())
                    .await?
            }
            None => None,
        };
        Ok(Work {
            row,
            call,
            revision_id,
            config: config.map(|config| config.0).unwrap_or_default(),
        })
    }
}
