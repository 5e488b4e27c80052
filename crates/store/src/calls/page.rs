//! Lists of calls by cursor: the newest first, and no call twice or left out while others come in.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::cursor::Cursor;
use super::{CallFilter, CallItem};
use crate::entity::calls;
use crate::{Store, StoreError};

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct CallPage {
    /// Its calls, the newest first.
    pub items: Vec<CallItem>,
    /// What to ask for the next part with; `None` at the end.
    pub next: Option<String>,
}

impl Store {
    /// The next `limit` calls (at least one) that pass the filter, after those of the page that the cursor came from.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the cursor is not one, or of another filter; those of the database.
    pub async fn page_calls(
        &self,
        filter: &CallFilter,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<CallPage, StoreError> {
        let after = cursor
            .map(|text| Cursor::decode(text, filter))
            .transpose()?;
        let limit = Ord::max(limit, 1);
        // Which calls they are is found out first: where many have to be put in order, whole rows would be most of the work.
        let ids = calls::Entity::find()
            .select_only()
            .column(calls::Column::Id)
            .filter(filter.condition(self.backend()))
            .filter(after.map_or_else(Condition::all, older_than))
            .order_by_desc(calls::Column::CreatedAt)
            .order_by_desc(calls::Column::Id)
            // One more tells whether this is the end.
            .limit(limit.saturating_add(1))
            .into_query();
        let mut rows = calls::Entity::find()
            .filter(calls::Column::Id.in_subquery(ids))
            .order_by_desc(calls::Column::CreatedAt)
            .order_by_desc(calls::Column::Id)
            .all(self.reader())
            .await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| {
            let last = Cursor {
                created_at: last.created_at,
                id: last.id.clone(),
            };
            last.encode(filter)
        });
        Ok(CallPage {
            items: self.items(rows).await?,
            next,
        })
    }
}

fn older_than(cursor: Cursor) -> Condition {
    let column = |column: calls::Column| Expr::col((calls::Entity, column));
    let created_at = || column(calls::Column::CreatedAt);
    // The first line lets the index begin at the right place; the second leaves out what was shown.
    Condition::all()
        .add(created_at().lte(cursor.created_at))
        .add(
            Condition::any()
                .add(created_at().lt(cursor.created_at))
                .add(column(calls::Column::Id).lt(cursor.id)),
        )
}
