//! When turns were said: seconds or timestamps to seconds, in order.
//!
//! - A `timestamp` gives the seconds since `startedAt`; where a turn has `start` too, `start` holds.
//! - Without `startedAt`, the start of the call is taken from the timestamps: where turns have both a `timestamp`
//!   and a `start`, it is the earliest of their differences; else the earliest timestamp. Where some turns have
//!   only seconds and others only a timestamp it cannot be known, and `startedAt` is asked for.
//! - Turns out of order are put in order of their start, those of the same start in the order they came, if every
//!   turn has a start. Otherwise their order cannot be known, and they are refused.

use std::fmt::Display;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::Problem;
use crate::call::Turn;
use crate::problem::Problems;

/// Seconds of the longest call: 31 days.
pub const MAX_SECONDS: f64 = 31.0 * 24.0 * 3600.0;

/// A turn before its times are known.
pub(crate) struct RawTurn {
    /// Place in the list that was sent, from 0.
    pub(crate) number: usize,
    pub(crate) turn: Turn,
    pub(crate) said_at: Option<Timestamp>,
}

/// Seconds from the start of the call.
pub(crate) fn read_seconds(
    field: impl Display,
    value: &Json,
    problems: &mut Problems,
) -> Option<f64> {
    // Adding zero makes a minus zero a plain one.
    let seconds = value
        .as_f64()
        .map(|s| s + 0.0)
        .filter(|s| (0.0..=MAX_SECONDS).contains(s));
    if seconds.is_none() {
        let rule = format!("must be a number of seconds from 0 to {MAX_SECONDS}");
        problems.field(&field.to_string(), Some(value), rule);
    }
    seconds
}

/// Gives every turn its seconds, and the turns their order.
pub(crate) fn resolve(
    mut turns: Vec<RawTurn>,
    started_at: &mut Option<Timestamp>,
    problems: &mut Problems,
) -> Vec<Turn> {
    if started_at.is_none() {
        *started_at = start_of_call(&turns, problems);
    }
    if let Some(call_start) = *started_at {
        for raw in &mut turns {
            from_timestamp(raw, call_start, problems);
        }
    }
    for raw in &turns {
        if let (Some(start), Some(end)) = (raw.turn.start, raw.turn.end)
            && end < start
        {
            let field = format!("transcript[{}].end", raw.number);
            let rule = format!("must not be before the turn's start, {start}");
            problems.add(Problem::told(field, end.to_string(), rule));
        }
    }
    order(&mut turns, problems);
    turns.into_iter().map(|raw| raw.turn).collect()
}

fn start_of_call(turns: &[RawTurn], problems: &mut Problems) -> Option<Timestamp> {
    let stamped = || turns.iter().filter(|raw| raw.said_at.is_some());
    let both = stamped()
        .filter_map(|raw| {
            let seconds = jiff::SignedDuration::try_from_secs_f64(raw.turn.start?).ok()?;
            raw.said_at?.checked_sub(seconds).ok()
        })
        .min();
    if both.is_some() {
        return both;
    }
    let first = stamped().filter_map(|raw| raw.said_at).min()?;
    if turns
        .iter()
        .any(|raw| raw.turn.start.is_some() || raw.turn.end.is_some())
    {
        let rule = "is required where some turns have seconds and others a timestamp";
        problems.field("startedAt", None, rule);
    }
    Some(first)
}

fn from_timestamp(raw: &mut RawTurn, call_start: Timestamp, problems: &mut Problems) {
    let (Some(said_at), None) = (raw.said_at, raw.turn.start) else {
        return;
    };
    let seconds = said_at.duration_since(call_start).as_secs_f64();
    if (0.0..=MAX_SECONDS).contains(&seconds) {
        raw.turn.start = Some(seconds);
    } else {
        let field = format!("transcript[{}].timestamp", raw.number);
        let rule = format!(
            "must be from the start of the call, {call_start}, to {MAX_SECONDS} seconds after it"
        );
        problems.add(Problem::told(field, said_at.to_string(), rule));
    }
}

fn order(turns: &mut [RawTurn], problems: &mut Problems) {
    if turns.iter().all(|raw| raw.turn.start.is_some()) {
        turns.sort_by(|a, b| {
            let key = |raw: &RawTurn| raw.turn.start.unwrap_or_default();
            key(a).total_cmp(&key(b))
        });
        return;
    }
    let mut latest: Option<(usize, f64)> = None;
    for raw in turns.iter() {
        let Some(start) = raw.turn.start else {
            continue;
        };
        match latest {
            Some((number, before)) if start < before => {
                let field = format!("transcript[{}].start", raw.number);
                let rule = format!(
                    "must not be before transcript[{number}].start, {before}, unless every turn has a start to sort by"
                );
                problems.add(Problem::told(field, start.to_string(), rule));
            }
            _ => latest = Some((raw.number, start)),
        }
    }
}
