//! What becomes of a notice after an attempt.

use std::time::Duration;

use aftercall_core::Problem as Broken;
use aftercall_delivery::schedule::MAX_RETRY_AFTER;
use aftercall_delivery::{Incoming, SendError};
use aftercall_store::intake::NoticeEnd;
use jiff::Timestamp;

/// Attempts of one notice at most: the last one a little more than a day after the first.
pub const ATTEMPTS: u32 = 34;
/// The wait after the first attempt, in seconds, doubled with each.
const FIRST: u64 = 5;
/// The least wait after what time alone is not likely to mend, in seconds.
const SLOW: u64 = 600;
/// The longest wait, in seconds.
const LONGEST: u64 = 3600;
/// Waits are lengthened by this share at most, so that what failed together does not come back together.
const JITTER: f64 = 0.2;
/// What time mends: the transcript is not there yet, the platform is busy.
const SOON: [u16; 4] = [404, 408, 425, 429];
/// What platforms answer that want nothing for a while, whatever it is.
const NOT_NOW: [u16; 2] = [429, 503];
/// Broken rules that a reason tells.
const TOLD: usize = 5;

/// Why a call was not fetched. The reasons hold neither the key nor anything that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failed {
    /// Time is likely to mend it.
    Soon(String),
    /// The platform said how long to wait, and whether that is about everything.
    After(String, Duration, bool),
    /// Somebody has to do something about it.
    Slow(String),
    /// Another attempt would end alike.
    Never(String),
    /// It could not be tried: the database is away, or the process ends.
    NotNow,
}

impl Failed {
    /// There was no answer.
    pub(super) fn unanswered(error: &SendError) -> Self {
        let reason = format!("the platform was not reached: {error}");
        match error {
            SendError::Refused(_) => Self::Slow(reason),
            _ => Self::Soon(reason),
        }
    }

    /// The answer is none of success.
    pub(super) fn answered(answer: &Incoming, name: &str, now: Timestamp) -> Self {
        let status = answer.status;
        let reason =
            format!("the platform answered with status {status} where {name} was asked for");
        if let Some(wait) = answer.retry_after(now) {
            return Self::After(reason, wait, NOT_NOW.contains(&status));
        }
        if SOON.contains(&status) || status >= 500 {
            Self::Soon(reason)
        } else {
            Self::Slow(reason)
        }
    }

    /// What came breaks rules. Values are not told, as they may be what was said.
    pub(super) fn broken(problems: &[Broken]) -> String {
        let told = problems.iter().take(TOLD);
        let told: Vec<String> = told
            .map(|problem| format!("{} {}", problem.field, problem.rule))
            .collect();
        format!("what was fetched breaks rules: {}", told.join("; "))
    }

    /// What becomes of the notice after `attempts` attempts, with `random` from 0 to 1; `None` where the attempt does not count.
    pub(super) fn end(self, attempts: u32, random: f64, now: Timestamp) -> Option<NoticeEnd> {
        let (reason, least) = match self {
            Self::Soon(reason) => (reason, Duration::ZERO),
            Self::After(reason, wait, _) => (reason, wait.min(MAX_RETRY_AFTER)),
            Self::Slow(reason) => (reason, Duration::from_secs(SLOW)),
            Self::Never(reason) => return Some(NoticeEnd::Dead(reason)),
            Self::NotNow => return None,
        };
        Some(match wait(attempts, random, least) {
            Some(wait) => NoticeEnd::Again {
                at: after(now, wait),
                reason,
            },
            None => NoticeEnd::Dead(reason),
        })
    }

    /// Until when the platform wants to be left alone with everything of the agent's.
    pub(super) fn hold(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::After(_, wait, true) => Some(after(now, (*wait).min(MAX_RETRY_AFTER))),
            _ => None,
        }
    }
}

/// How long to wait after the last of `attempts` attempts, at least so long; `None` when there were [`ATTEMPTS`].
fn wait(attempts: u32, random: f64, least: Duration) -> Option<Duration> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let doublings = attempts.saturating_sub(1).min(16);
    let wait = Duration::from_secs((FIRST << doublings).min(LONGEST)).max(least);
    Some(wait + wait.mul_f64(JITTER * random.clamp(0.0, 1.0)))
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T09:00:00Z".parse().unwrap()
    }

    fn answer(status: u16, after: Option<&'static str>) -> Incoming {
        let mut headers = HeaderMap::new();
        if let Some(after) = after {
            headers.insert("retry-after", after.parse().unwrap());
        }
        Incoming {
            status,
            headers,
            body: b"secret".to_vec(),
            cut: false,
            milliseconds: 1,
        }
    }

    #[test]
    fn the_waits_double_up_to_an_hour_for_a_day() {
        let waits = |least| (1..).map_while(move |attempts| wait(attempts, 0.0, least));
        let seconds: Vec<u64> = waits(Duration::ZERO).map(|wait| wait.as_secs()).collect();
        assert_eq!(
            seconds[..11],
            [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]
        );
        assert_eq!(seconds.len(), ATTEMPTS as usize - 1);
        let day = 24 * 3600;
        for least in [0, SLOW] {
            let all: u64 = waits(Duration::from_secs(least))
                .map(|wait| wait.as_secs())
                .sum();
            assert!((day..day + 2 * 3600).contains(&all), "{all}");
        }
        assert_eq!(wait(1, 1.0, Duration::ZERO), Some(Duration::from_secs(6)));
        assert_eq!(wait(u32::MAX, f64::NAN, Duration::ZERO), None);
    }

    #[test]
    fn each_answer_has_its_outcome() {
        let failed = |status, after| Failed::answered(&answer(status, after), "messages", now());
        for status in [404, 408, 425, 429, 500, 502, 503] {
            assert!(matches!(failed(status, None), Failed::Soon(_)), "{status}");
        }
        for status in [301, 400, 401, 403, 410, 422] {
            assert!(matches!(failed(status, None), Failed::Slow(_)), "{status}");
        }
        let asked = failed(429, Some("120"));
        assert_eq!(
            asked.hold(now()),
            Some(after(now(), Duration::from_secs(120)))
        );
        assert_eq!(failed(404, Some("120")).hold(now()), None);
        assert_eq!(failed(503, None).hold(now()), None);
        let reason = "the platform answered with status 429 where messages was asked for";
        let at = after(now(), Duration::from_secs(120));
        let expected = NoticeEnd::Again {
            at,
            reason: reason.to_owned(),
        };
        assert_eq!(asked.clone().end(1, 0.0, now()), Some(expected));
        let dead = NoticeEnd::Dead(reason.to_owned());
        assert_eq!(asked.end(ATTEMPTS, 0.0, now()), Some(dead));
        assert_eq!(Failed::NotNow.end(1, 0.0, now()), None);
        assert!(matches!(
            Failed::unanswered(&SendError::TimedOut),
            Failed::Soon(_)
        ));
    }

    #[test]
    fn values_are_not_told() {
        let problem = Broken::told("messages[0].text", "my number is 1234", "must be a text");
        let told = Failed::broken(&[problem]);
        assert_eq!(
            told,
            "what was fetched breaks rules: messages[0].text must be a text"
        );
    }
}
