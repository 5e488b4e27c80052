//! Looking at deliveries.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{Delivery, DeliveryState, missing};
use crate::entity::calls;
use crate::entity::deliveries::{self as rows, Column};
use crate::times::to_us;
use crate::{Page, Store, StoreError};

/// Which deliveries are wanted. An empty list and `None` ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// To this receiver.
    pub webhook_id: Option<String>,
    /// In one of these states.
    pub states: Vec<DeliveryState>,
    /// Of the call of that `callId`.
    pub call_id: Option<String>,
    /// Of this event, by name.
    pub event: Option<String>,
    /// Written at this instant or later.
    pub from: Option<Timestamp>,
    /// Written at this instant or earlier.
    pub to: Option<Timestamp>,
}

/// A delivery as it stands in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryItem {
    /// The delivery.
    pub delivery: Delivery,
    /// `callId` of the call that it is of.
    pub call_id: Option<String>,
}

impl Store {
    /// One page (from 1) of the deliveries that pass the filter, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        page: u64,
        limit: u64,
    ) -> Result<Page<DeliveryItem>, StoreError> {
        let query = rows::Entity::find().filter(filter.condition());
        let total = query.clone().count(self.reader()).await?;
        let skipped = page.saturating_sub(1).saturating_mul(limit);
        let rows = if skipped >= total || limit == 0 {
            Vec::new()
        } else {
            query
                .order_by_desc(Column::CreatedAt)
                .order_by_desc(Column::Id)
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

    /// The delivery of that id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; those of the database.
    pub async fn delivery(&self, id: &str) -> Result<DeliveryItem, StoreError> {
        let row = rows::Entity::find_by_id(id).one(self.reader()).await?;
        let items = items(self.reader(), Vec::from_iter(row)).await?;
        items.into_iter().next().ok_or_else(|| missing(id))
    }
}

impl DeliveryFilter {
    pub(super) fn condition(&self) -> Condition {
        let call = self.call_id.as_deref().map(|call_id| {
            Query::select()
                .column(calls::Column::Id)
                .from(calls::Entity)
                .and_where(Expr::col(calls::Column::CallId).eq(call_id))
                .to_owned()
        });
        let mut all = Condition::all()
            .add_option(
                self.webhook_id
                    .as_deref()
                    .map(|id| Column::WebhookId.eq(id)),
            )
            .add_option(call.map(|call| Column::CallId.in_subquery(call)))
            .add_option(self.event.as_deref().map(|event| Column::Event.eq(event)))
            .add_option(self.from.map(|at| Column::CreatedAt.gte(to_us(at))))
            .add_option(self.to.map(|at| Column::CreatedAt.lte(to_us(at))));
        if !self.states.is_empty() {
            let states = self.states.iter().map(|state| state.name());
            all = all.add(Column::State.is_in(states));
        }
        all
    }
}

/// The deliveries with the `callId` of their calls.
async fn items(
    db: &impl ConnectionTrait,
    rows: Vec<rows::Model>,
) -> Result<Vec<DeliveryItem>, StoreError> {
    let ids: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.call_id.as_deref())
        .collect();
    let call_ids: HashMap<String, String> = calls::Entity::find()
        .select_only()
        .columns([calls::Column::Id, calls::Column::CallId])
        .filter(calls::Column::Id.is_in(ids))
        .into_tuple::<(String, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    rows.into_iter()
        .map(|row| {
            let call_id = row
                .call_id
                .as_ref()
                .and_then(|id| call_ids.get(id))
                .cloned();
            Ok(DeliveryItem {
                delivery: row.try_into()?,
                call_id,
            })
        })
        .collect()
}
