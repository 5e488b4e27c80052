//! Calls by our own number.

use aftercall_store::analytics::{Part, Split, When, Who};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use jiff::civil::Date;
use serde::Serialize;

use super::figures::pickup_rate;
use super::question::{Days, Question, day};
use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::Query;
use crate::atoms::reply::Success;

/// Numbers of an answer, at most: those with the most calls.
const MAX_NUMBERS: u64 = 500;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/analytics/pickup-rate-by-number", get(numbers_route))
        .route("/analytics/phone-number-trends", get(trends))
}

/// How often calls of each number are answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Numbers {
    org_id: String,
    numbers: Vec<Number>,
    period: Days,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Number {
    phone_number: String,
    total_calls: u64,
    answered_calls: u64,
    pickup_rate: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_active_date: Option<Date>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Trends {
    org_id: String,
    trends: Vec<NumberTrend>,
    period: Days,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NumberTrend {
    phone_number: String,
    /// Days with a call.
    data_points: Vec<Point>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Point {
    date: Date,
    total_calls: u64,
    answered_calls: u64,
    pickup_rate: f64,
}

async fn numbers_route(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Numbers>, AtomsError> {
    Ok(Success::ok(
        numbers(&app, &Question::of(&app, &params)?).await?,
    ))
}

pub(super) async fn numbers(app: &App, question: &Question) -> Result<Numbers, AtomsError> {
    let number = |part: Part| Number {
        total_calls: part.counts.total,
        answered_calls: part.counts.answered,
        pickup_rate: pickup_rate(&part.counts),
        last_active_date: part.counts.last.map(day),
        phone_number: part.who,
    };
    let parts = app
        .store
        .count_calls_by(&question.filter, &busiest())
        .await?;
    Ok(Numbers {
        org_id: app.store.organisation().await?.id,
        numbers: parts.into_iter().map(number).collect(),
        period: question.period.days(),
    })
}

async fn trends(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Trends>, AtomsError> {
    let question = Question::of(&app, &params)?;
    let parts = app
        .store
        .count_calls_by(&question.filter, &busiest())
        .await?;
    let by_day = Split {
        who: Some(Who::OwnNumber),
        when: Some(When::Day),
        only: parts.into_iter().map(|part| part.who).collect(),
        most: None,
    };
    let mut trends: Vec<NumberTrend> = Vec::new();
    // Without a number there is no day of one, and an empty list would ask for all.
    if !by_day.only.is_empty() {
        for part in app.store.count_calls_by(&question.filter, &by_day).await? {
            let point = Point {
                date: part.day(),
                total_calls: part.counts.total,
                answered_calls: part.counts.answered,
                pickup_rate: pickup_rate(&part.counts),
            };
            // Parts come in the order of their numbers.
            match trends.last_mut() {
                Some(trend) if trend.phone_number == part.who => trend.data_points.push(point),
                _ => trends.push(NumberTrend {
                    phone_number: part.who,
                    data_points: vec![point],
                }),
            }
        }
    }
    Ok(Success::ok(Trends {
        org_id: app.store.organisation().await?.id,
        trends,
        period: question.period.days(),
    }))
}

fn busiest() -> Split {
    Split {
        who: Some(Who::OwnNumber),
        most: Some(MAX_NUMBERS),
        ..Split::default()
    }
}
