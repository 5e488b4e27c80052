//! What is added up, as whole numbers, so that sums are the same in whatever order they are made.

use std::collections::BTreeMap;

use aftercall_core::{MAX_SECONDS, MetricType, Status};

use crate::answer_line::{AnswerLine, is_completed};

/// Microseconds of a quarter of an hour.
pub(crate) const QUARTER: i64 = 15 * 60 * 1_000_000;
/// Quarters of an hour of a day.
pub(crate) const QUARTERS: i64 = 96;
/// Confidence is summed in these.
pub(crate) const MILLION: i64 = 1_000_000;
/// Steps of confidence.
pub(crate) const STEPS: usize = 10;
/// The longest duration that counts, in microseconds; a longer one counts as this.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number of seconds, far below what fits"
)]
pub(crate) const LONGEST: i64 = MAX_SECONDS as i64 * 1_000_000;

/// What there was of some calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallSums {
    /// All calls.
    pub calls: i64,
    /// Calls that are over.
    pub finished: i64,
    /// Calls whose current analysis was completed.
    pub analysed: i64,
    /// Calls whose current analysis failed.
    pub analysis_failed: i64,
    /// Calls whose duration is known.
    pub with_duration: i64,
    /// How long those were together, in microseconds. One of more than 31 days counts as 31 days.
    pub duration_us: i64,
}

impl CallSums {
    pub(super) const LENGTH: usize = 6;

    pub(super) fn numbers(&self) -> [i64; Self::LENGTH] {
        [
            self.calls,
            self.finished,
            self.analysed,
            self.analysis_failed,
            self.with_duration,
            self.duration_us,
        ]
    }

    /// The sums of such numbers; what is not there is 0.
    pub(super) fn of(numbers: &[i64]) -> Self {
        let at = |place: usize| numbers.get(place).copied().unwrap_or_default();
        Self {
            calls: at(0),
            finished: at(1),
            analysed: at(2),
            analysis_failed: at(3),
            with_duration: at(4),
            duration_us: at(5),
        }
    }

    /// Adds one call so many times.
    pub(super) fn add_call(
        &mut self,
        finished: bool,
        duration_us: Option<i64>,
        lines: Option<&str>,
        times: i64,
    ) {
        let analysed = is_completed(lines);
        let one = Self {
            calls: 1,
            finished: finished.into(),
            analysed: analysed.into(),
            analysis_failed: (lines.is_some() && !analysed).into(),
            with_duration: duration_us.is_some().into(),
            duration_us: duration_us.unwrap_or_default().clamp(0, LONGEST),
        };
        self.add(&one, times);
    }

    pub(super) fn add(&mut self, other: &Self, times: i64) {
        self.calls += times * other.calls;
        self.finished += times * other.finished;
        self.analysed += times * other.analysed;
        self.analysis_failed += times * other.analysis_failed;
        self.with_duration += times * other.with_duration;
        self.duration_us += times * other.duration_us;
    }

    pub(super) fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// What some answers to a metric were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MetricSums {
    pub(super) answered: i64,
    pub(super) not_mentioned: i64,
    pub(super) failed: i64,
    /// Of those that are answered, in millionths.
    pub(super) confidence: i64,
    /// Of those that are answered, by tenths.
    pub(super) histogram: [i64; STEPS],
    /// How often each value was answered, as a line has it; a DATETIME by its quarter of an hour.
    pub(super) values: BTreeMap<i64, i64>,
}

impl MetricSums {
    /// Numbers before the values.
    pub(super) const LENGTH: usize = 4 + STEPS;

    pub(super) fn numbers(&self) -> Vec<i64> {
        let mut numbers = vec![
            self.answered,
            self.not_mentioned,
            self.failed,
            self.confidence,
        ];
        numbers.extend(self.histogram);
        numbers.extend(
            self.values
                .iter()
                .flat_map(|(value, count)| [*value, *count]),
        );
        numbers
    }

    /// Adds such numbers; what is not there is 0.
    pub(super) fn add_numbers(&mut self, numbers: &[i64]) {
        let (fixed, values) = numbers.split_at(numbers.len().min(Self::LENGTH));
        let at = |place: usize| fixed.get(place).copied().unwrap_or_default();
        self.answered += at(0);
        self.not_mentioned += at(1);
        self.failed += at(2);
        self.confidence += at(3);
        for (place, step) in self.histogram.iter_mut().enumerate() {
            *step += at(4 + place);
        }
        for pair in values.chunks_exact(2) {
            add_to(&mut self.values, pair[0], pair[1]);
        }
    }

    /// Adds one answer so many times.
    pub(super) fn add_answer(&mut self, answer: &AnswerLine<'_>, times: i64) {
        match answer.status {
            Status::Answered => {
                let confidence = millionths(answer.confidence);
                self.answered += times;
                self.confidence += times * confidence;
                self.histogram[step_of(confidence)] += times;
                if let Some(value) = answer.value {
                    let value = match answer.kind {
                        MetricType::Datetime => quarter_of(value),
                        _ => value,
                    };
                    add_to(&mut self.values, value, times);
                }
            }
            Status::NotMentioned => self.not_mentioned += times,
            Status::Failed => self.failed += times,
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        let fixed = [
            self.answered,
            self.not_mentioned,
            self.failed,
            self.confidence,
        ];
        self.values.is_empty() && fixed.iter().chain(&self.histogram).all(|sum| *sum == 0)
    }
}

/// Adds a count and lets go of one that is then 0.
pub(super) fn add_to(counts: &mut BTreeMap<i64, i64>, value: i64, count: i64) {
    let sum = counts.entry(value).or_default();
    *sum += count;
    if *sum == 0 {
        counts.remove(&value);
    }
}

/// The quarter of an hour, since 1970, of an instant in microseconds.
pub(super) fn quarter_of(us: i64) -> i64 {
    us.div_euclid(QUARTER)
}

/// A confidence in millionths.
pub(super) fn millionths(confidence: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "confidence is from 0 to 1")]
    let whole = (confidence * 1e6 + 0.5).floor() as i64;
    whole.clamp(0, MILLION)
}

/// The step that a confidence in millionths belongs to.
pub(super) fn step_of(confidence: i64) -> usize {
    usize::try_from(confidence * 10 / MILLION)
        .unwrap_or_default()
        .min(STEPS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_as_they_were_written() {
        let mut sums = MetricSums {
            answered: 3,
            not_mentioned: 1,
            failed: -1,
            confidence: 2_500_000,
            histogram: [0, 0, 0, 0, 0, 0, 0, 0, 1, 2],
            values: BTreeMap::from([(-4, 1), (i64::MAX, 2)]),
        };
        let mut read = MetricSums::default();
        read.add_numbers(&sums.numbers());
        assert_eq!(read, sums);
        let minus: Vec<i64> = [3i64, 1, -1, 2_500_000, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]
            .iter()
            .map(|n| -n)
            .chain([-4, -1, i64::MAX, -2])
            .collect();
        sums.add_numbers(&minus);
        assert!(sums.is_zero(), "{sums:?}");
        let calls = CallSums {
            calls: 1,
            finished: 2,
            analysed: 3,
            analysis_failed: 4,
            with_duration: 5,
            duration_us: 6,
        };
        assert_eq!(CallSums::of(&calls.numbers()), calls);
    }

    #[test]
    fn confidence_falls_into_ten_steps() {
        for (confidence, millions, step) in [
            (0.0, 0, 0),
            (0.099_999_9, 100_000, 1),
            (0.1, 100_000, 1),
            (0.55, 550_000, 5),
            (0.999, 999_000, 9),
            (1.0, 1_000_000, 9),
        ] {
            assert_eq!(millionths(confidence), millions, "{confidence}");
            assert_eq!(step_of(millions), step, "{confidence}");
        }
    }
}
