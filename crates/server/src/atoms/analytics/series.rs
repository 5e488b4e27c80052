//! Counts by day, hour and week.

use std::collections::BTreeMap;

use aftercall_store::analytics::{Counts, Part, Split, When};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use jiff::civil::Date;
use serde::Serialize;

use super::figures::{average_ms, money, percent, pickup_rate, seconds};
use super::question::{Days, Question};
use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::Query;
use crate::atoms::reply::Success;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/analytics/call-counts-by-day", get(by_day))
        .route("/analytics/call-volume-timeseries", get(volume_route))
        .route("/analytics/call-outcomes-timeseries", get(outcomes_route))
        .route("/analytics/hourly-performance", get(hours_route))
        .route("/analytics/weekly-trends", get(weeks))
        .route("/analytics/usage/timeseries", get(usage))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ByDay {
    org_id: String,
    call_counts_by_day: Vec<DayCount>,
}

#[derive(Debug, Serialize)]
struct DayCount {
    day: Date,
    count: u64,
}

/// Calls of each day with what became of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Volume {
    org_id: String,
    data_points: Vec<VolumePoint>,
    period: Days,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumePoint {
    date: Date,
    total_calls: u64,
    answered_calls: u64,
    no_answer_calls: u64,
    failed_calls: u64,
    cancelled_calls: u64,
    total_duration_ms: f64,
}

/// What became of the calls of each day, and of all.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcomes {
    org_id: String,
    data_points: Vec<OutcomesOfDay>,
    totals: OutcomeCounts,
    period: Days,
}

#[derive(Debug, Serialize)]
struct OutcomesOfDay {
    date: Date,
    #[serde(flatten)]
    counts: OutcomeCounts,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OutcomeCounts {
    answered: u64,
    no_answer: u64,
    failed: u64,
    cancelled: u64,
    total: u64,
}

/// Calls by the hour of the day.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hours {
    org_id: String,
    hours: Vec<Hour>,
    period: Days,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Hour {
    hour: i64,
    total_calls: u64,
    answered_calls: u64,
    pickup_rate: f64,
    total_duration_ms: f64,
    avg_duration_ms: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Weeks {
    org_id: String,
    weeks: Vec<Week>,
    period: Days,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Week {
    /// Its Monday.
    week_start: Date,
    total_calls: u64,
    answered_calls: u64,
    pickup_rate: f64,
    /// Seconds, as the next two.
    avg_duration: f64,
    median_duration: f64,
    #[serde(rename = "p90Duration")]
    p90_duration: f64,
    short_calls_percent: f64,
    long_calls_percent: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    date_range: Days,
    day_wise_credits: Vec<Credits>,
    total_credits: f64,
}

#[derive(Debug, Serialize)]
struct Credits {
    date: Date,
    credits: f64,
}

async fn by_day(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<ByDay>, AtomsError> {
    let days = days(&app, &Question::of(&app, &params)?).await?;
    let count = |(day, counts): (Date, Counts)| DayCount {
        day,
        count: counts.total,
    };
    Ok(Success::ok(ByDay {
        org_id: app.store.organisation().await?.id,
        call_counts_by_day: days.into_iter().map(count).collect(),
    }))
}

async fn volume_route(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Volume>, AtomsError> {
    Ok(Success::ok(
        volume(&app, &Question::of(&app, &params)?).await?,
    ))
}

pub(super) async fn volume(app: &App, question: &Question) -> Result<Volume, AtomsError> {
    let days = days(app, question).await?;
    let point = |(date, counts): (Date, Counts)| VolumePoint {
        date,
        total_calls: counts.total,
        answered_calls: counts.answered,
        no_answer_calls: counts.no_answer,
        failed_calls: counts.failed,
        cancelled_calls: counts.cancelled,
        total_duration_ms: counts.duration_ms.round(),
    };
    Ok(Volume {
        org_id: app.store.organisation().await?.id,
        data_points: days.into_iter().map(point).collect(),
        period: question.period.days(),
    })
}

async fn outcomes_route(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Outcomes>, AtomsError> {
    Ok(Success::ok(
        outcomes(&app, &Question::of(&app, &params)?).await?,
    ))
}

pub(super) async fn outcomes(app: &App, question: &Question) -> Result<Outcomes, AtomsError> {
    let days = days(app, question).await?;
    let mut totals = OutcomeCounts::of(&Counts::default());
    for (_, counts) in &days {
        totals.answered += counts.answered;
        totals.no_answer += counts.no_answer;
        totals.failed += counts.failed;
        totals.cancelled += counts.cancelled;
        totals.total += counts.total;
    }
    let point = |(date, counts): (Date, Counts)| OutcomesOfDay {
        date,
        counts: OutcomeCounts::of(&counts),
    };
    Ok(Outcomes {
        org_id: app.store.organisation().await?.id,
        data_points: days.into_iter().map(point).collect(),
        totals,
        period: question.period.days(),
    })
}

async fn hours_route(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Hours>, AtomsError> {
    Ok(Success::ok(
        hours(&app, &Question::of(&app, &params)?).await?,
    ))
}

pub(super) async fn hours(app: &App, question: &Question) -> Result<Hours, AtomsError> {
    let mut found: BTreeMap<i64, Counts> = parts(app, question, When::HourOfDay)
        .await?
        .into_iter()
        .map(|part| (part.when, part.counts))
        .collect();
    let hour = |hour| {
        let counts = found.remove(&hour).unwrap_or_default();
        Hour {
            hour,
            total_calls: counts.total,
            answered_calls: counts.answered,
            pickup_rate: pickup_rate(&counts),
            total_duration_ms: counts.duration_ms.round(),
            avg_duration_ms: average_ms(&counts),
        }
    };
    Ok(Hours {
        hours: (0..24).map(hour).collect(),
        org_id: app.store.organisation().await?.id,
        period: question.period.days(),
    })
}

async fn weeks(State(app): State<App>, Query(params): Query) -> Result<Success<Weeks>, AtomsError> {
    let question = Question::of(&app, &params)?;
    let spreads = app
        .store
        .spread_of_calls(&question.filter, Some(When::Week))
        .await?;
    let week = |part: Part| {
        let counts = &part.counts;
        let spread = spreads.get(&part.when).copied().unwrap_or_default();
        Week {
            week_start: part.day(),
            total_calls: counts.total,
            answered_calls: counts.answered,
            pickup_rate: pickup_rate(counts),
            avg_duration: seconds(average_ms(counts)),
            median_duration: seconds(spread.median_ms),
            p90_duration: seconds(spread.p90_ms),
            short_calls_percent: percent(counts.short, counts.measured),
            long_calls_percent: percent(counts.long, counts.measured),
        }
    };
    let parts = parts(&app, &question, When::Week).await?;
    Ok(Success::ok(Weeks {
        weeks: parts.into_iter().map(week).collect(),
        org_id: app.store.organisation().await?.id,
        period: question.period.days(),
    }))
}

/// What the calls' senders say that they cost: this server sells no credits.
async fn usage(State(app): State<App>, Query(params): Query) -> Result<Success<Usage>, AtomsError> {
    let question = Question::of(&app, &params)?;
    let days = days(&app, &question).await?;
    let total = days.iter().map(|(_, counts)| counts.cost).sum();
    let credits = |(date, counts): (Date, Counts)| Credits {
        date,
        credits: money(counts.cost),
    };
    Ok(Success::ok(Usage {
        date_range: question.period.days(),
        total_credits: money(total),
        day_wise_credits: days.into_iter().map(credits).collect(),
    }))
}

/// Every day of the period with its calls, days without a call included.
async fn days(app: &App, question: &Question) -> Result<Vec<(Date, Counts)>, AtomsError> {
    let mut found: BTreeMap<Date, Counts> = parts(app, question, When::Day)
        .await?
        .into_iter()
        .map(|part| (part.day(), part.counts))
        .collect();
    let days = question.period.days().each();
    Ok(days
        .map(|day| (day, found.remove(&day).unwrap_or_default()))
        .collect())
}

async fn parts(app: &App, question: &Question, when: When) -> Result<Vec<Part>, AtomsError> {
    let split = Split {
        when: Some(when),
        ..Split::default()
    };
    Ok(app.store.count_calls_by(&question.filter, &split).await?)
}

impl OutcomeCounts {
    fn of(counts: &Counts) -> Self {
        Self {
            answered: counts.answered,
            no_answer: counts.no_answer,
            failed: counts.failed,
            cancelled: counts.cancelled,
            total: counts.total,
        }
    }
}
