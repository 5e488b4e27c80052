//! One day: its sum, and its calls by minute.

use std::collections::BTreeMap;

use aftercall_store::analytics::{CallSpan, Split, When};
use aftercall_store::calls::CallFilter;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::figures::{float, hundredths, pickup_rate};
use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::{Params, Query, Reader};
use crate::atoms::reply::Success;

const MINUTES: usize = 24 * 60;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/analytics/daily-call-summary", get(summary))
        .route("/analytics/call-start-distribution", get(starts))
        .route("/analytics/concurrency", get(concurrency))
}

/// The calls of a day.
struct Day {
    date: Date,
    filter: CallFilter,
    since: Timestamp,
    until: Timestamp,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DaySummary {
    date: Date,
    total_calls: u64,
    answered_calls: u64,
    unanswered_calls: u64,
    failed_calls: u64,
    pickup_rate: f64,
    in_progress_calls: u64,
    in_queue_calls: u64,
    total_duration_ms: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Starts {
    date: Date,
    /// Minutes in which a call began.
    data_points: Vec<StartsOfMinute>,
    total_calls: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StartsOfMinute {
    minute: String,
    call_count: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Concurrency {
    date: Date,
    /// Minutes in which a call went on.
    data_points: Vec<CallsOfMinute>,
    peak_concurrent: u64,
    /// The mean over the minutes in which a call went on.
    avg_concurrent: f64,
    total_minutes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_agent: Option<Vec<AgentConcurrency>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CallsOfMinute {
    minute: String,
    concurrent_calls: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AgentConcurrency {
    agent_id: String,
    peak_concurrent: u64,
    avg_concurrent: f64,
    total_calls: usize,
}

impl Day {
    fn of(params: &Params) -> Result<Self, AtomsError> {
        let mut reader = params.read();
        let day = Self::read(&mut reader);
        reader.finish()?;
        Ok(day)
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let date = reader.required_day("date");
        let agent_ids = reader.csv("agentId");
        let midnight = |day: Date| {
            let zoned = day.to_zoned(TimeZone::UTC);
            zoned.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
        };
        let (since, until) = (
            midnight(date),
            midnight(date.tomorrow().unwrap_or(Date::MAX)),
        );
        Self {
            date,
            since,
            until,
            filter: CallFilter {
                agent_ids,
                since: Some(since),
                until: Some(until),
                ..CallFilter::default()
            },
        }
    }
}

async fn summary(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<DaySummary>, AtomsError> {
    let day = Day::of(&params)?;
    let counts = app.store.count_calls_in(&day.filter).await?;
    Ok(Success::ok(DaySummary {
        date: day.date,
        total_calls: counts.total,
        answered_calls: counts.answered,
        unanswered_calls: counts.no_answer,
        failed_calls: counts.failed,
        pickup_rate: pickup_rate(&counts),
        in_progress_calls: counts.running,
        in_queue_calls: counts.waiting,
        total_duration_ms: counts.duration_ms.round(),
    }))
}

async fn starts(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Starts>, AtomsError> {
    let day = Day::of(&params)?;
    let split = Split {
        when: Some(When::Minute),
        ..Split::default()
    };
    let parts = app.store.count_calls_by(&day.filter, &split).await?;
    let first = day.since.as_second() / 60;
    Ok(Success::ok(Starts {
        date: day.date,
        total_calls: parts.iter().map(|part| part.counts.total).sum(),
        data_points: parts
            .iter()
            .map(|part| StartsOfMinute {
                minute: clock(usize::try_from(part.when - first).unwrap_or_default()),
                call_count: part.counts.total,
            })
            .collect(),
    }))
}

async fn concurrency(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Success<Concurrency>, AtomsError> {
    let mut reader = params.read();
    let day = Day::read(&mut reader);
    let with_agents = reader.flag("includeAgents").unwrap_or_default();
    reader.finish()?;
    let spans = app
        .store
        .spans_of_calls(&day.filter, day.since, day.until)
        .await?;
    let minutes = minutes(spans.iter(), day.since);
    let agents = || {
        let mut agents: BTreeMap<&str, Vec<&CallSpan>> = BTreeMap::new();
        for span in &spans {
            agents.entry(&span.agent_id).or_default().push(span);
        }
        agents
            .into_iter()
            .map(|(agent_id, spans)| {
                let minutes = self::minutes(spans.iter().copied(), day.since);
                AgentConcurrency {
                    agent_id: agent_id.to_owned(),
                    peak_concurrent: peak(&minutes),
                    avg_concurrent: average(&minutes),
                    total_calls: spans.len(),
                }
            })
            .collect()
    };
    Ok(Success::ok(Concurrency {
        date: day.date,
        peak_concurrent: peak(&minutes),
        avg_concurrent: average(&minutes),
        total_minutes: minutes.len(),
        by_agent: with_agents.then(agents),
        data_points: minutes
            .into_iter()
            .map(|(minute, concurrent_calls)| CallsOfMinute {
                minute: clock(minute),
                concurrent_calls,
            })
            .collect(),
    }))
}

/// For each minute of the day that begins at `midnight`, how many calls went on at one time in it at most; minutes without a
/// call are not there.
fn minutes<'a>(
    spans: impl Iterator<Item = &'a CallSpan>,
    midnight: Timestamp,
) -> BTreeMap<usize, u64> {
    // Beginnings before ends at the same instant would count two calls that follow each other as being on together. A call
    // without a duration went on for an instant all the same, so an instant lies between a call's beginning and its end.
    let mut turns: Vec<(Timestamp, bool)> = Vec::new();
    for span in spans {
        let instant = SignedDuration::from_micros(1);
        let end = span
            .to
            .max(span.from.checked_add(instant).unwrap_or(span.from));
        turns.extend([(span.from, true), (end, false)]);
    }
    turns.sort_unstable();
    let mut most = BTreeMap::new();
    let (mut now, mut seen) = (0_u64, 0_usize);
    for (at, begins) in turns {
        // Up to here as many went on as before.
        let into = at.duration_since(midnight).as_micros();
        let minute = usize::try_from(into.max(0) / 60_000_000).unwrap_or(MINUTES);
        let is_over = into <= 0 || into % 60_000_000 == 0;
        let last = if is_over { minute } else { minute + 1 };
        if now > 0 {
            for minute in seen..last.min(MINUTES) {
                let most = most.entry(minute).or_insert(0);
                *most = now.max(*most);
            }
        }
        now = if begins {
            now + 1
        } else {
            now.saturating_sub(1)
        };
        seen = minute;
    }
    most
}

fn peak(minutes: &BTreeMap<usize, u64>) -> u64 {
    minutes.values().copied().max().unwrap_or_default()
}

fn average(minutes: &BTreeMap<usize, u64>) -> f64 {
    if minutes.is_empty() {
        return 0.0;
    }
    let sum: u64 = minutes.values().sum();
    hundredths(float(sum) / float(u64::try_from(minutes.len()).unwrap_or(u64::MAX)))
}

/// A minute of the day as `HH:MM`.
fn clock(minute: usize) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(texts: &[(&str, &str)]) -> Vec<(usize, u64)> {
        let at = |text: &str| format!("2026-03-{text}Z").parse().unwrap();
        let spans: Vec<CallSpan> = texts
            .iter()
            .map(|(from, to)| CallSpan {
                agent_id: "a".into(),
                from: at(from),
                to: at(to),
            })
            .collect();
        minutes(spans.iter(), at("02T00:00:00"))
            .into_iter()
            .collect()
    }

    #[test]
    fn a_minute_has_as_many_calls_as_went_on_at_one_time() {
        let one = ("02T00:00:10", "02T00:02:00");
        assert_eq!(spans(&[one]), [(0, 1), (1, 1)]);
        // One after the other in the same minute, and at the same instant.
        let next = ("02T00:02:00", "02T00:02:10");
        let later = ("02T00:02:20", "02T00:02:30");
        assert_eq!(spans(&[one, next, later]), [(0, 1), (1, 1), (2, 1)]);
        let over = ("02T00:01:59", "02T00:03:01");
        assert_eq!(spans(&[one, over]), [(0, 1), (1, 2), (2, 1), (3, 1)]);
        assert_eq!(spans(&[one, over, over]), [(0, 1), (1, 3), (2, 2), (3, 2)]);
    }

    #[test]
    fn calls_over_midnight_count_on_their_part_of_the_day() {
        let before = ("01T23:00:00", "02T00:01:00");
        let after = ("02T23:59:30", "03T05:00:00");
        assert_eq!(spans(&[before, after]), [(0, 1), (1439, 1)]);
        assert_eq!(spans(&[("01T23:00:00", "02T00:00:00")]), []);
    }

    #[test]
    fn a_call_without_a_duration_counts_in_its_minute() {
        let instant = ("02T00:05:00", "02T00:05:00");
        assert_eq!(spans(&[instant]), [(5, 1)]);
        assert_eq!(spans(&[instant, instant]), [(5, 2)]);
    }
}
