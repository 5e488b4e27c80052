//! `GET /analytics/attempt-cohort`: what each further call of a number brings.

use aftercall_store::analytics::Attempts;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

use super::figures::{float, hundredths, percent};
use super::question::{Days, Question};
use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::Query;
use crate::atoms::reply::Success;

/// Attempts that an answer lists, at most.
const MAX_ATTEMPTS: usize = 100;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/analytics/attempt-cohort", get(cohorts))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cohorts {
    org_id: String,
    cohorts: Vec<Cohort>,
    total_unique_numbers: u64,
    max_attempts_seen: u64,
    avg_attempts_to_pickup: f64,
    period: Days,
}

/// The calls that were the same attempt of their numbers.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cohort {
    attempt_number: u64,
    total_calls: u64,
    answered_calls: u64,
    pickup_rate: f64,
    /// Numbers that have been reached by then.
    cumulative_answered: u64,
    /// The same in percent of all numbers.
    cumulative_rate: f64,
    /// What this attempt added to it.
    marginal_gain: f64,
}

async fn cohorts(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Cohorts>, AtomsError> {
    let question = Question::of(&app, &params)?;
    let found = app.store.attempts_of_calls(&question.filter).await?;
    Ok(Success::ok(Cohorts {
        org_id: app.store.organisation().await?.id,
        cohorts: listed(&found),
        total_unique_numbers: found.numbers,
        max_attempts_seen: found.attempts.last().map_or(0, |last| last.number),
        avg_attempts_to_pickup: average_attempts(&found),
        period: question.period.days(),
    }))
}

fn listed(found: &Attempts) -> Vec<Cohort> {
    let mut reached = 0;
    let cohort = |attempt: &aftercall_store::analytics::Attempt| {
        reached += attempt.first_answered;
        Cohort {
            attempt_number: attempt.number,
            total_calls: attempt.calls,
            answered_calls: attempt.answered,
            pickup_rate: percent(attempt.answered, attempt.calls),
            cumulative_answered: reached,
            cumulative_rate: percent(reached, found.numbers),
            marginal_gain: percent(attempt.first_answered, found.numbers),
        }
    };
    found
        .attempts
        .iter()
        .take(MAX_ATTEMPTS)
        .map(cohort)
        .collect()
}

/// How many calls it took on average until a number answered, of those that did.
fn average_attempts(found: &Attempts) -> f64 {
    let (mut numbers, mut calls) = (0, 0);
    for attempt in &found.attempts {
        numbers += attempt.first_answered;
        calls += attempt.first_answered * attempt.number;
    }
    if numbers == 0 {
        return 0.0;
    }
    hundredths(float(calls) / float(numbers))
}
