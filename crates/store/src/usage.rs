//! What analyses cost, by agent, endpoint and day. Sums are kept beside the analyses and outlive them.

use aftercall_core::{Analysis, Usage};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::entity::usage_days::{self, Column};
use crate::{Store, StoreError};

/// Billionths in one.
const NANOS: f64 = 1e9;

/// What one agent's analyses by one endpoint cost on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageRow {
    /// The agent.
    pub agent_id: String,
    /// The day, of UTC.
    pub day: Date,
    /// Name of the endpoint.
    pub endpoint: String,
    /// Analyses that it answered, wholly or in part.
    pub analyses: i64,
    /// What they cost together.
    pub usage: Usage,
}

/// Which rows to sum.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageFilter {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Of one agent alone.
    pub agent_id: Option<String>,
    /// Of one endpoint alone.
    pub endpoint: Option<String>,
}

impl Store {
    /// What was used in a time, a row for each day, agent and endpoint, in that order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn usage(&self, filter: &UsageFilter) -> Result<Vec<UsageRow>, StoreError> {
        let mut query = usage_days::Entity::find()
            .filter(Column::Day.gte(filter.from.to_string()))
            .filter(Column::Day.lte(filter.to.to_string()));
        if let Some(agent_id) = &filter.agent_id {
            query = query.filter(Column::AgentId.eq(agent_id.as_str()));
        }
        if let Some(endpoint) = &filter.endpoint {
            query = query.filter(Column::Endpoint.eq(endpoint.as_str()));
        }
        query
            .order_by_asc(Column::Day)
            .order_by_asc(Column::AgentId)
            .order_by_asc(Column::Endpoint)
            .all(self.reader())
            .await?
            .into_iter()
            .map(UsageRow::try_from)
            .collect()
    }

    /// What an agent's analyses have cost since the beginning of the month (UTC).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn spent_this_month(&self, agent_id: &str) -> Result<f64, StoreError> {
        let rows: Vec<i64> = usage_days::Entity::find()
            .select_only()
            .column(Column::CostNanos)
            .filter(Column::AgentId.eq(agent_id))
            .filter(Column::Day.gte(day(self.now()).first_of_month().to_string()))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().map(from_nanos).sum())
    }
}

/// Adds what an analysis cost to the day's sums.
pub(crate) async fn count(
    db: &impl ConnectionTrait,
    now: Timestamp,
    agent_id: &str,
    analysis: &Analysis,
) -> Result<(), StoreError> {
    let mut spent = analysis.provenance.spent();
    // In one order, so that two transactions never wait for each other.
    spent.sort_by(|a, b| a.0.cmp(&b.0));
    for (endpoint, usage) in spent {
        let row = usage_days::Model {
            agent_id: agent_id.to_owned(),
            day: day(now).to_string(),
            endpoint,
            analyses: 1,
            requests: whole(usage.requests),
            tokens_read: whole(usage.tokens_read),
            tokens_cached: whole(usage.tokens_cached),
            tokens_written: whole(usage.tokens_written),
            milliseconds: whole(usage.milliseconds),
            cost_nanos: to_nanos(usage.cost.unwrap_or_default()),
        };
        let mut sum = OnConflict::columns([Column::AgentId, Column::Day, Column::Endpoint]);
        for (column, more) in [
            (Column::Analyses, row.analyses),
            (Column::Requests, row.requests),
            (Column::TokensRead, row.tokens_read),
            (Column::TokensCached, row.tokens_cached),
            (Column::TokensWritten, row.tokens_written),
            (Column::Milliseconds, row.milliseconds),
            (Column::CostNanos, row.cost_nanos),
        ] {
            sum.value(column, Expr::col((usage_days::Entity, column)).add(more));
        }
        usage_days::Entity::insert(row.into_active_model())
            .on_conflict(sum)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

impl TryFrom<usage_days::Model> for UsageRow {
    type Error = StoreError;

    fn try_from(row: usage_days::Model) -> Result<Self, StoreError> {
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        Ok(Self {
            day: row
                .day
                .parse()
                .map_err(|_| StoreError::corrupt("a day", &row.day))?,
            agent_id: row.agent_id,
            endpoint: row.endpoint,
            analyses: row.analyses,
            usage: Usage {
                tokens_read: count(row.tokens_read),
                tokens_cached: count(row.tokens_cached),
                tokens_written: count(row.tokens_written),
                milliseconds: count(row.milliseconds),
                requests: count(row.requests),
                cost: Some(from_nanos(row.cost_nanos)),
                ..Usage::default()
            },
        })
    }
}

fn day(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn to_nanos(cost: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded, and as large as it can be where it is larger"
    )]
    let nanos = (cost * NANOS).round() as i64;
    nanos
}

fn from_nanos(nanos: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact up to nine million")]
    let cost = nanos as f64 / NANOS;
    cost
}
