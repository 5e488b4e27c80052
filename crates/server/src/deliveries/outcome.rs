//! What becomes of a delivery after an attempt.

use std::time::Duration;

use aftercall_delivery::{Incoming, SendError, schedule};
use aftercall_store::deliveries::{NewAttempt, Outcome};
use http::HeaderMap;
use jiff::Timestamp;

/// Headers of an answer that are kept.
const MOST_HEADERS: usize = 50;
/// Characters of a header's value that are kept.
const MOST_CHARS: usize = 1_000;
/// What receivers answer that want nothing more, ever.
const GONE: u16 = 410;
/// What receivers answer that want nothing for a while, whatever it is.
const NOT_NOW: [u16; 2] = [429, 503];

/// An attempt that began at `started` and is over, and what becomes of the delivery: `attempts` were made in the present
/// schedule, this one among them, and `random` is from 0 to 1.
pub(super) fn of(
    sent: &Result<Incoming, SendError>,
    started: Timestamp,
    now: Timestamp,
    attempts: u32,
    random: f64,
) -> (NewAttempt, Outcome) {
    let took = u64::try_from(now.duration_since(started).as_millis()).unwrap_or_default();
    let attempt = match sent {
        Ok(answer) => NewAttempt {
            started_at: started,
            milliseconds: answer.milliseconds,
            status: Some(answer.status),
            headers: shown(&answer.headers),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
            cut: answer.cut,
            error: (!is_success(answer.status))
                .then(|| format!("The receiver answered with status {}.", answer.status)),
        },
        Err(error) => NewAttempt {
            started_at: started,
            milliseconds: took,
            status: None,
            headers: Vec::new(),
            body: String::new(),
            cut: false,
            error: Some(error.to_string()),
        },
    };
    let outcome = match sent {
        Ok(answer) if is_success(answer.status) => Outcome::Delivered,
        Ok(answer) if answer.status == GONE => {
            Outcome::Gone("The receiver answered with status 410: it is gone.".to_owned())
        }
        Ok(answer) => later(attempts, random, answer.retry_after(now), now),
        Err(_) => later(attempts, random, None, now),
    };
    (attempt, outcome)
}

/// Until when a receiver wants to be left alone by every delivery.
pub(super) fn hold(sent: &Result<Incoming, SendError>, now: Timestamp) -> Option<Timestamp> {
    let answer = sent.as_ref().ok()?;
    let wait = answer.retry_after(now)?.min(schedule::MAX_RETRY_AFTER);
    let asked = NOT_NOW.contains(&answer.status) && !wait.is_zero();
    asked.then(|| now.saturating_add(wait).unwrap_or(Timestamp::MAX))
}

/// When there is a next attempt, or that there is none.
pub(super) fn later(
    attempts: u32,
    random: f64,
    retry_after: Option<Duration>,
    now: Timestamp,
) -> Outcome {
    match schedule::next(attempts, random, retry_after) {
        Some(wait) => Outcome::Again(now.saturating_add(wait).unwrap_or(Timestamp::MAX)),
        None => Outcome::Failed,
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.chars().take(MOST_CHARS).collect()
    };
    headers
        .iter()
        .take(MOST_HEADERS)
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> Incoming {
        Incoming {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect(),
            body: b"a\xff".to_vec(),
            cut: false,
            milliseconds: 7,
        }
    }

    #[test]
    fn a_receiver_that_is_asked_too_much_is_left_alone() {
        let now: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
        let held = |status, after| hold(&Ok(answer(status, &[("retry-after", after)])), now);
        let hour: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        assert_eq!(held(429, "3600"), Some(hour));
        assert_eq!(held(503, "Sun, 01 Mar 2026 10:00:00 GMT"), Some(hour));
        let day: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        assert_eq!(held(429, "99999999"), Some(day));
        // What another status says is about this request alone.
        assert_eq!(held(500, "3600"), None);
        assert_eq!(held(429, "0"), None);
        assert_eq!(hold(&Ok(answer(429, &[])), now), None);
        assert_eq!(hold(&Err(SendError::TimedOut), now), None);
    }

    #[test]
    fn each_answer_has_its_outcome() {
        let now: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
        let outcome =
            |sent: Result<Incoming, SendError>, attempts| of(&sent, now, now, attempts, 0.0);
        let (attempt, what) = outcome(Ok(answer(204, &[("x-a", "b")])), 1);
        assert_eq!(what, Outcome::Delivered);
        assert_eq!(attempt.error, None);
        assert_eq!(attempt.body, "a\u{fffd}");
        assert_eq!(attempt.headers, [("x-a".to_owned(), "b".to_owned())]);
        for status in [301, 400, 404, 429, 500, 503] {
            let (attempt, what) = outcome(Ok(answer(status, &[])), 1);
            assert!(matches!(what, Outcome::Again(at) if at > now), "{status}");
            assert!(attempt.error.unwrap().contains(&status.to_string()));
        }
        let (_, what) = outcome(Ok(answer(429, &[("retry-after", "3600")])), 1);
        assert_eq!(
            what,
            Outcome::Again("2026-03-01T10:00:00Z".parse().unwrap())
        );
        assert!(matches!(
            outcome(Ok(answer(410, &[])), 1).1,
            Outcome::Gone(_)
        ));
        let (attempt, what) = outcome(Err(SendError::TimedOut), 1);
        assert!(matches!(what, Outcome::Again(_)));
        assert!(attempt.error.is_some() && attempt.status.is_none());
        // After the last attempt of the schedule there is none.
        let last = schedule::ATTEMPTS;
        assert_eq!(outcome(Err(SendError::TimedOut), last).1, Outcome::Failed);
        assert_eq!(outcome(Ok(answer(500, &[])), last).1, Outcome::Failed);
    }
}
