//! Lists of calls by page number, in an order of the caller's choice.

use sea_orm::sea_query::{Expr, NullOrdering};
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{BEGAN, CallFilter, CallItem};
use crate::entity::calls;
use crate::{Order, Page, Store, StoreError};

/// What a list is sorted by. Calls that lack it come last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CallSort {
    /// When the call arrived.
    CreatedAt,
    /// When the call began, or arrived where that is not known.
    Began,
    /// When anything of it changed.
    #[default]
    UpdatedAt,
    /// How long it was.
    Duration,
    /// How long the agent took to answer.
    Latency,
}

/// Which part of a list is wanted, and in what order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallOrder {
    /// The page's number, from 1.
    pub page: u64,
    /// Calls of a page, at most.
    pub limit: u64,
    /// What to sort by.
    pub sort: CallSort,
    /// Which end comes first.
    pub order: Order,
}

impl Store {
    /// One page of the calls that pass the filter. Calls that are equal in the order stay in that of their ids.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list_calls(
        &self,
        filter: &CallFilter,
        order: &CallOrder,
    ) -> Result<Page<CallItem>, StoreError> {
        let column = match order.sort {
            CallSort::CreatedAt => Expr::col(calls::Column::CreatedAt),
            CallSort::Began => Expr::cust(BEGAN),
            CallSort::UpdatedAt => Expr::col(calls::Column::UpdatedAt),
            CallSort::Duration => Expr::col(calls::Column::DurationUs),
            CallSort::Latency => Expr::col(calls::Column::LatencyUs),
        };
        let direction = sea_orm::Order::from(order.order);
        let query = calls::Entity::find().filter(filter.condition(self.backend()));
        let total = query.clone().count(self.reader()).await?;
        let skipped = order.page.saturating_sub(1).saturating_mul(order.limit);
        if skipped >= total || order.limit == 0 {
            return Ok(Page {
                items: Vec::new(),
                total,
            });
        }
        let query = match order.sort {
            CallSort::CreatedAt | CallSort::Began | CallSort::UpdatedAt => {
                query.order_by(column, direction.clone())
            }
            // Only these may be null; the others keep the plain order that their index has.
            CallSort::Duration | CallSort::Latency => {
                query.order_by_with_nulls(column, direction.clone(), NullOrdering::Last)
            }
        };
        let rows = query
            .order_by(calls::Column::Id, direction)
            .offset(skipped)
            .limit(order.limit)
            .all(self.reader())
            .await?;
        Ok(Page {
            items: self.items(rows).await?,
            total,
        })
    }
}
