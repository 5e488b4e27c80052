//! Rates, means and rounding.

use aftercall_store::analytics::Counts;

/// Percent of a whole, to two decimals; 0 of nothing.
pub(super) fn percent(part: u64, whole: u64) -> f64 {
    hundredths(100.0 * ratio(part, whole))
}

/// Answered calls in percent of all.
pub(super) fn pickup_rate(counts: &Counts) -> f64 {
    percent(counts.answered, counts.total)
}

/// The mean duration of answered calls, in whole milliseconds; 0 where none is known.
pub(super) fn average_ms(counts: &Counts) -> f64 {
    if counts.measured == 0 {
        return 0.0;
    }
    (counts.duration_ms / float(counts.measured)).round()
}

/// Seconds of milliseconds, to two decimals.
pub(super) fn seconds(milliseconds: f64) -> f64 {
    hundredths(milliseconds / 1000.0)
}

/// A quotient; 0 of nothing.
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    float(part) / float(whole)
}

pub(super) fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Money without the last digits that sums of fractions leave.
pub(super) fn money(cost: f64) -> f64 {
    (cost * 1e6).round() / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "numbers of calls")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_divided_by_nothing() {
        let none = Counts::default();
        assert_eq!(
            (percent(0, 0), pickup_rate(&none), average_ms(&none)),
            (0.0, 0.0, 0.0)
        );
    }

    #[test]
    fn figures_are_rounded() {
        assert_eq!(percent(1, 3), 33.33);
        assert_eq!(percent(2, 3), 66.67);
        assert_eq!(seconds(1234.5), 1.23);
        assert_eq!(money(0.1 + 0.2), 0.3);
        let counts = Counts {
            measured: 3,
            duration_ms: 1000.0,
            ..Counts::default()
        };
        assert_eq!(average_ms(&counts), 333.0);
    }
}
