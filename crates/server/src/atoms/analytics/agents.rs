//! `GET /analytics/agent-performance`: agents side by side.

use aftercall_store::analytics::{Part, Split, Who};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

use super::figures::{average_ms, float, money, pickup_rate, seconds};
use super::question::{Days, Question};
use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::Query;
use crate::atoms::reply::Success;

/// Agents of an answer, at most.
const MAX_AGENTS: u64 = 500;

/// A figure that agents are sorted by.
type Figure = fn(&Agent) -> f64;

const SORTS: [(&str, Figure); 5] = [
    ("totalCalls", |agent| float(agent.total_calls)),
    ("answeredCalls", |agent| float(agent.answered_calls)),
    ("pickupRate", |agent| agent.pickup_rate),
    ("avgDuration", |agent| agent.avg_duration),
    ("totalCost", |agent| agent.total_cost),
];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analytics/agent-performance", get(agents))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Agents {
    org_id: String,
    agents: Vec<Agent>,
    period: Days,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Agent {
    agent_id: String,
    total_calls: u64,
    answered_calls: u64,
    pickup_rate: f64,
    /// Seconds.
    avg_duration: f64,
    total_cost: f64,
}

async fn agents(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Agents>, AtomsError> {
    let mut reader = params.read();
    let question = Question::read(&mut reader, app.store.now());
    let sort = reader.one_of("sortBy", &SORTS.map(|(name, _)| name));
    let ascending = reader.one_of("sortOrder", &["asc", "desc"]) == Some("asc");
    let limit = reader.whole("limit", MAX_AGENTS, 1..=MAX_AGENTS);
    reader.finish()?;
    let split = Split {
        who: Some(Who::Agent),
        ..Split::default()
    };
    let parts = app.store.count_calls_by(&question.filter, &split).await?;
    let mut agents: Vec<Agent> = parts.into_iter().map(Agent::from).collect();
    let by = SORTS.into_iter().find(|(name, _)| Some(*name) == sort);
    let figure = by.map_or(SORTS[0].1, |(_, figure)| figure);
    // Agents that are equal in it stay in the order of their ids.
    agents.sort_by(|a, b| {
        let order = figure(a).total_cmp(&figure(b));
        if ascending { order } else { order.reverse() }
    });
    agents.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Success::ok(Agents {
        org_id: app.store.organisation().await?.id,
        agents,
        period: question.period.days(),
    }))
}

impl From<Part> for Agent {
    fn from(part: Part) -> Self {
        let counts = &part.counts;
        Self {
            total_calls: counts.total,
            answered_calls: counts.answered,
            pickup_rate: pickup_rate(counts),
            avg_duration: seconds(average_ms(counts)),
            total_cost: money(counts.cost),
            agent_id: part.who,
        }
    }
}
