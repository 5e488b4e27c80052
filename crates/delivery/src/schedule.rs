//! When a delivery that failed is tried again.

use std::time::Duration;

const SECOND: u64 = 1;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// Seconds from one attempt to the next. The first is made at once; the last ends a little more than three days later, so that
/// a receiver may be away over a weekend.
const WAITS: [u64; 10] = [
    0,
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];

/// Attempts of one delivery at most.
#[expect(clippy::cast_possible_truncation, reason = "a short list")]
pub const ATTEMPTS: u32 = WAITS.len() as u32;

/// What a receiver may ask for at most: one that says "next year" would be given up in silence otherwise.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * HOUR);

/// Waits are lengthened by this share at most, so that deliveries which failed together do not come back together.
const JITTER: f64 = 0.2;

/// How long to wait after the last of `attempts` attempts, with `random` from 0 to 1; `None` when there were [`ATTEMPTS`].
/// Not shorter than `retry_after`, which counts up to [`MAX_RETRY_AFTER`].
#[must_use]
pub fn next(attempts: u32, random: f64, retry_after: Option<Duration>) -> Option<Duration> {
    let wait = WAITS.get(usize::try_from(attempts).ok()?)?;
    let asked = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    let random = if random.is_nan() {
        0.0
    } else {
        random.clamp(0.0, 1.0)
    };
    let wait = Duration::from_secs(*wait).max(asked);
    Some(wait + wait.mul_f64(JITTER * random))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_chance_the_waits_are_those_of_the_list() {
        let seconds: Vec<u64> = (0..)
            .map_while(|attempts| next(attempts, 0.0, None))
            .map(|wait| wait.as_secs())
            .collect();
        assert_eq!(
            seconds,
            [
                0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400
            ]
        );
        assert_eq!(seconds.len(), ATTEMPTS as usize);
    }

    proptest! {
        #[test]
        fn a_wait_is_never_shorter_than_listed_nor_a_fifth_longer(
            attempts in 0..ATTEMPTS,
            random in 0.0..=1.0,
        ) {
            let listed = next(attempts, 0.0, None).unwrap();
            let wait = next(attempts, random, None).unwrap();
            prop_assert!(wait >= listed && wait <= listed.mul_f64(1.2001));
        }

        #[test]
        fn a_receiver_is_left_alone_as_long_as_it_asks_up_to_a_day(
            attempts in 0..ATTEMPTS,
            random in 0.0..=1.0,
            asked in 0..u64::MAX,
        ) {
            let asked = Duration::from_secs(asked);
            let wait = next(attempts, random, Some(asked)).unwrap();
            prop_assert!(wait >= asked.min(MAX_RETRY_AFTER));
            prop_assert!(wait <= MAX_RETRY_AFTER.mul_f64(1.2001));
            prop_assert!(wait >= next(attempts, random, None).unwrap());
        }

        #[test]
        fn more_chance_is_more_wait(attempts in 1..ATTEMPTS, a in 0.0..=1.0, b in 0.0..=1.0) {
            let (less, more) = if a <= b { (a, b) } else { (b, a) };
            prop_assert!(next(attempts, less, None) <= next(attempts, more, None));
        }

        #[test]
        fn nothing_comes_after_the_last(
            attempts in ATTEMPTS..=u32::MAX,
            random in any::<f64>(),
            asked in any::<Option<u64>>(),
        ) {
            prop_assert_eq!(next(attempts, random, asked.map(Duration::from_secs)), None);
        }

        #[test]
        fn any_number_for_chance_gives_a_wait(attempts in 0..ATTEMPTS, random in any::<f64>()) {
            prop_assert!(next(attempts, random, None).unwrap() <= MAX_RETRY_AFTER.mul_f64(1.2001));
        }
    }
}
