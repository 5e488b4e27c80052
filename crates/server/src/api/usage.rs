//! What analyses cost.

use aftercall_core::Usage;
use aftercall_store::{UsageFilter, UsageRow};
use axum::Json;
use axum::extract::State;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;
use super::query::Query;
use crate::App;

/// Days of a list, at most.
const MAX_DAYS: i64 = 366;
/// Days before the last one that are listed where nothing else is asked.
const DAYS: i64 = 29;

/// What was used.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsageReport {
    /// The first day, of UTC.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// All together.
    total: Spent,
    /// By day, agent and endpoint. Calls that were deleted since are still counted.
    days: Vec<UsageDay>,
    /// What the agent may cost; only where one agent is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<BudgetView>,
}

/// What one agent's analyses by one endpoint cost on a day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UsageDay {
    /// The day, of UTC.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// The agent.
    agent_id: String,
    /// Name of the endpoint; `embedded` is the model inside the server.
    endpoint: String,
    /// What it cost.
    #[serde(flatten)]
    spent: Spent,
}

/// Amounts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Spent {
    /// Analyses that were made, wholly or in part.
    analyses: u64,
    /// Requests to a remote endpoint.
    requests: u64,
    /// Tokens read, cached ones left out.
    tokens_read: u64,
    /// Tokens of prompts that were cached.
    tokens_cached: u64,
    /// Tokens written.
    tokens_written: u64,
    /// Milliseconds from taking calls to their analyses.
    milliseconds: u64,
    /// In the currency of the operator's prices; 0 where there are none.
    cost: f64,
}

/// A budget and what is left of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BudgetView {
    /// For a month of UTC; null without a limit.
    monthly: Option<f64>,
    /// Spent since the month began.
    spent: f64,
    /// Whether the agent's analyses wait for the next month or a greater budget.
    used_up: bool,
}

/// What can be asked.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct UsageQuery {
    /// The first day; without, 30 days are listed.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last day; today without.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// Of this agent.
    agent_id: Option<String>,
    /// Of this endpoint.
    endpoint: Option<String>,
}

/// Read usage
///
/// Analyses, tokens and cost by day, agent and endpoint.
#[utoipa::path(
    get,
    path = "/v1/usage",
    tag = "Usage",
    operation_id = "getUsage",
    params(UsageQuery),
    responses((status = 200, description = "What was used.", body = UsageReport)),
)]
pub(crate) async fn read(
    State(app): State<App>,
    query: Query,
) -> Result<Json<UsageReport>, Problem> {
    let today = app.store.now().to_zoned(TimeZone::UTC).date();
    let mut read = query.read();
    let to = read.date("to").unwrap_or(today);
    let from = read.date("from").unwrap_or(to.saturating_sub(DAYS.days()));
    let agent_id = read.text("agentId").map(str::to_owned);
    let endpoint = read.text("endpoint").map(str::to_owned);
    let days = i64::from((to - from).get_days());
    if from > to {
        let rule = format!("must not be after the last day, {to}");
        read.problem("from", &from.to_string(), rule);
    } else if days >= MAX_DAYS {
        let rule = format!("must be at most {MAX_DAYS} days before the end, {to}");
        read.problem("from", &from.to_string(), rule);
    }
    read.finish()?;
    let budget = match &agent_id {
        Some(agent_id) => {
            let monthly = app.settings.budget.of(agent_id);
            let spent = app.store.spent_this_month(agent_id).await?;
            Some(BudgetView {
                used_up: monthly.is_some_and(|monthly| spent >= monthly),
                monthly,
                spent,
            })
        }
        None => None,
    };
    let filter = UsageFilter {
        from,
        to,
        agent_id,
        endpoint,
    };
    let rows = app.store.usage(&filter).await?;
    let mut total = Usage::default();
    for row in &rows {
        total.add(&row.usage);
    }
    let analyses = rows.iter().map(|row| row.analyses).sum();
    Ok(Json(UsageReport {
        from,
        to,
        total: Spent::of(analyses, &total),
        days: rows.into_iter().map(UsageDay::from).collect(),
        budget,
    }))
}

impl From<UsageRow> for UsageDay {
    fn from(row: UsageRow) -> Self {
        Self {
            spent: Spent::of(row.analyses, &row.usage),
            day: row.day,
            agent_id: row.agent_id,
            endpoint: row.endpoint,
        }
    }
}

impl Spent {
    fn of(analyses: i64, usage: &Usage) -> Self {
        Self {
            analyses: u64::try_from(analyses).unwrap_or_default(),
            requests: usage.requests,
            tokens_read: usage.tokens_read,
            tokens_cached: usage.tokens_cached,
            tokens_written: usage.tokens_written,
            milliseconds: usage.milliseconds,
            cost: usage.cost.unwrap_or_default(),
        }
    }
}
