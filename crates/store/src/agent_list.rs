//! Lists of agents.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Func, LikeExpr, Query, SelectStatement, SubQueryStatement};
use sea_orm::{
    EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::entity::{agents as rows, calls};
use crate::page::capped;
use crate::{Agent, Order, Page, Store, StoreError};

/// Which agents, and in which order.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentFilter {
    /// The page, from 1.
    pub page: u64,
    /// Agents on a page, at least 1.
    pub size: u64,
    /// Words in the name, in any case.
    pub search: Option<String>,
    /// `single_prompt` or `workflow_graph`.
    pub workflow_type: Option<String>,
    /// What they are sorted by.
    pub sort: AgentSort,
    /// Which end comes first.
    pub order: Order,
    /// Only those that are archived, or only those that are not.
    pub archived: bool,
}

impl Default for AgentFilter {
    fn default() -> Self {
        Self {
            page: 1,
            size: 10,
            search: None,
            workflow_type: None,
            sort: AgentSort::default(),
            order: Order::default(),
            archived: false,
        }
    }
}

/// What agents are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AgentSort {
    /// When they were made.
    #[default]
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// How many calls they have.
    TotalCalls,
    /// Their names, in any case.
    Name,
    /// Their workflow types.
    WorkflowType,
}

/// An agent in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRow {
    /// The agent.
    pub agent: Agent,
    /// How many calls it has.
    pub total_calls: u64,
}

impl Store {
    /// One page of the agents.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn list_agents(&self, filter: &AgentFilter) -> Result<Page<AgentRow>, StoreError> {
        let mut query = rows::Entity::find();
        query = if filter.archived {
            query.filter(rows::COLUMN.archived_at.is_not_null())
        } else {
            query.filter(rows::COLUMN.archived_at.is_null())
        };
        query = query
            .apply_if(filter.workflow_type.as_deref(), |query, kind| {
                query.filter(rows::COLUMN.workflow_type.eq(kind))
            })
            .apply_if(filter.search.as_deref(), |query, words| {
                let name = Expr::expr(Func::lower(Expr::col(rows::Column::Name)));
                query.filter(name.like(containing(words)))
            });
        let total = query.clone().count(self.reader()).await?;
        let skipped = filter.page.saturating_sub(1).saturating_mul(filter.size);
        let found = query
            .order_by(sort_key(filter.sort), filter.order.into())
            // The same agents always stand in the same order, so that pages neither repeat nor skip one.
            .order_by(rows::Column::Id, filter.order.into())
            .limit(capped(filter.size))
            .offset(capped(skipped))
            .all(self.reader())
            .await?;
        let counts = self.count_calls(&found).await?;
        let items = found
            .into_iter()
            .map(|row| {
                let total_calls = counts.get(&row.id).copied().unwrap_or_default();
                let agent = row.try_into()?;
                Ok(AgentRow { agent, total_calls })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Page { items, total })
    }

    async fn count_calls(
        &self,
        agents: &[rows::Model],
    ) -> Result<HashMap<String, u64>, StoreError> {
        let counts: Vec<(String, i64)> = calls::Entity::find()
            .select_only()
            .column(calls::Column::AgentId)
            .expr_as(Expr::col(calls::Column::Id).count(), "total_calls")
            .filter(
                calls::COLUMN
                    .agent_id
                    .is_in(agents.iter().map(|agent| &agent.id)),
            )
            .group_by(calls::Column::AgentId)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(counts
            .into_iter()
            .map(|(agent, count)| (agent, u64::try_from(count).unwrap_or_default()))
            .collect())
    }
}

fn sort_key(sort: AgentSort) -> Expr {
    match sort {
        AgentSort::CreatedAt => Expr::col(rows::Column::CreatedAt),
        AgentSort::UpdatedAt => Expr::col(rows::Column::UpdatedAt),
        AgentSort::TotalCalls => Expr::from(SubQueryStatement::from(calls_of_agent())),
        AgentSort::Name => Expr::expr(Func::lower(Expr::col(rows::Column::Name))),
        AgentSort::WorkflowType => Expr::col(rows::Column::WorkflowType),
    }
}

/// The number of calls of the agent that the query around it is at.
fn calls_of_agent() -> SelectStatement {
    Query::select()
        .expr(Expr::col((calls::Entity, calls::Column::Id)).count())
        .from(calls::Entity)
        .and_where(
            Expr::col((calls::Entity, calls::Column::AgentId))
                .equals((rows::Entity, rows::Column::Id)),
        )
        .take()
}

/// A pattern for texts in lower case that contain `words`, taken as they are.
fn containing(words: &str) -> LikeExpr {
    let mut pattern = "%".to_owned();
    for c in words.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}
