//! When a request is repeated.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(20);
/// A server that wants to be left alone for longer is asked again after a day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether a status may pass by itself.
pub(super) fn passes(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500 | 502 | 503 | 504)
}

/// How long to wait after so many failed attempts: what the server asked for, else twice as long each time, of which
/// chance takes a part so that threads do not come back together.
pub(super) fn wait(failed: u32, retry_after: Option<Duration>, random: f64) -> Duration {
    retry_after.unwrap_or_else(|| {
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
        doubled.min(LONGEST).mul_f64(random.clamp(0.0, 1.0))
    })
}

/// What `retry-after-ms` or `Retry-After` asks for. A date is taken against the answer's own `Date`, so that this
/// machine's clock does not matter.
pub(super) fn after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let seconds = |text: &str| {
        let seconds = text.parse::<f64>().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    };
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    let milliseconds = text("retry-after-ms").and_then(seconds).map(|d| d / 1000);
    let wait = milliseconds.or_else(|| {
        let asked = text(RETRY_AFTER.as_str())?;
        seconds(asked).or_else(|| {
            let now = date(text(DATE.as_str())?)?;
            date(asked)?.duration_since(now).ok()
        })
    })?;
    (!wait.is_zero()).then(|| wait.min(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_twenty_seconds() {
        let waits: Vec<_> = (1..=8).map(|n| wait(n, None, 1.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
        assert_eq!(wait(3, None, 0.25), Duration::from_millis(500));
        assert_eq!(wait(u32::MAX, None, 1.0), LONGEST);
        assert_eq!(
            wait(3, Some(Duration::from_secs(60)), 0.0),
            Duration::from_secs(60)
        );
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        let date = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
        for (headers, expected) in [
            (vec![("retry-after", "7")], Some(7_000)),
            (
                vec![("retry-after", "7"), ("retry-after-ms", "1500")],
                Some(1_500),
            ),
            (
                vec![("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT"), date],
                Some(30_000),
            ),
            (
                vec![("retry-after", "Wed, 21 Oct 2026 07:27:00 GMT"), date],
                None,
            ),
            (vec![("retry-after", "9999999999")], Some(86_400_000)),
            (vec![("retry-after", "1e300")], None),
            (vec![("retry-after", "-1")], None),
            (vec![("retry-after", "0")], None),
            (vec![("retry-after", "soon")], None),
            (vec![], None),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in &headers {
                map.insert(*name, value.parse().unwrap());
            }
            let found = after(&map).map(|wait| wait.as_millis());
            assert_eq!(found, expected, "{headers:?}");
        }
    }
}
