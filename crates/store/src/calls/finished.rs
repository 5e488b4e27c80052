//! Whether a call is over.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::entity::calls;
use crate::{Store, StoreError};

impl Store {
    /// Whether the call of that `callId` is over. Nothing else of it is read, so it may be asked often.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; those of the database.
    pub async fn is_call_finished(&self, call_id: &str) -> Result<bool, StoreError> {
        calls::Entity::find()
            .select_only()
            .column(calls::Column::Finished)
            .filter(calls::Column::CallId.eq(call_id))
            .into_tuple()
            .one(self.reader())
            .await?
            .ok_or_else(|| StoreError::missing("Call", call_id))
    }
}
