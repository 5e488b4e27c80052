//! Answers that were counted, put together by metric and bucket.

use std::collections::{BTreeMap, HashMap};

use aftercall_core::{MetricType, Status};

use super::bounds::Bounds;
use super::scan::Scanned;
use super::sums::{MetricSums, QUARTER, STEPS, add_to, millionths, quarter_of, step_of};
use crate::answer_line::answers;

/// What was answered to every metric.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) bounds: Bounds,
    /// In the order in which they were met.
    pub(super) metrics: Vec<Metric>,
    /// Texts by their mark, as far as they are known.
    pub(super) texts: HashMap<i64, String>,
    /// Of each version, when the first of its calls began: in microseconds, or at the beginning of its quarter of an hour.
    pub(super) first: BTreeMap<String, i64>,
    /// The metric that is looked for next, likely.
    next: usize,
}

/// What was answered to one metric.
#[derive(Debug)]
pub(super) struct Metric {
    pub(super) identifier: String,
    pub(super) kind: MetricType,
    pub(super) series: Vec<Cell>,
    pub(super) histogram: [i64; STEPS],
    /// How often each value was answered, texts aside; a DATETIME in microseconds.
    pub(super) values: BTreeMap<i64, i64>,
    /// Of texts, by their mark: how often, and in which quarter of an hour the last of the calls began.
    pub(super) heard: HashMap<i64, Heard>,
}

/// A text that was answered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard {
    pub(super) count: i64,
    pub(super) last: i64,
}

/// What was answered in one bucket.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) answered: i64,
    pub(super) not_mentioned: i64,
    pub(super) failed: i64,
    pub(super) confidence: i64,
    /// Of a BOOLEAN the values, of an ENUM their marks.
    pub(super) values: BTreeMap<i64, i64>,
    /// Of an INTEGER.
    pub(super) sum: i128,
    /// How many values that is the sum of.
    pub(super) summed: i64,
}

impl Tally {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            metrics: Vec::new(),
            texts: HashMap::new(),
            first: BTreeMap::new(),
            next: 0,
        }
    }

    /// Adds what was counted of one quarter of an hour, of which nothing is negative.
    pub(super) fn add_quarter(
        &mut self,
        identifier: &str,
        kind: MetricType,
        revision_id: &str,
        quarter: i64,
        numbers: &[i64],
    ) {
        let at = quarter * QUARTER;
        let bucket = self.bounds.bucket(at);
        let (fixed, values) = numbers.split_at(numbers.len().min(MetricSums::LENGTH));
        let [answered, not_mentioned, failed, confidence, histogram @ ..] = fixed else {
            return;
        };
        if answered + not_mentioned + failed > 0 {
            self.began(revision_id, at);
        }
        let metric = self.metric(identifier, kind);
        let cell = &mut metric.series[bucket];
        cell.answered += answered;
        cell.not_mentioned += not_mentioned;
        cell.failed += failed;
        cell.confidence += confidence;
        for (step, count) in metric.histogram.iter_mut().zip(histogram) {
            *step += count;
        }
        for pair in values.chunks_exact(2) {
            let value = match kind {
                MetricType::Datetime => pair[0] * QUARTER,
                _ => pair[0],
            };
            metric.add_value(bucket, quarter, value, pair[1]);
        }
    }

    /// Adds the answers of a call to metrics of these identifiers; an empty list is all.
    pub(super) fn add_call(&mut self, call: &Scanned<'_>, identifiers: &[String]) {
        let bucket = self.bounds.bucket(call.began);
        let quarter = quarter_of(call.began);
        let mut counted = false;
        for answer in answers(call.lines) {
            if !identifiers.is_empty() && !identifiers.iter().any(|one| one == answer.identifier) {
                continue;
            }
            counted = true;
            let metric = self.metric(answer.identifier, answer.kind);
            let cell = &mut metric.series[bucket];
            match answer.status {
                Status::NotMentioned => cell.not_mentioned += 1,
                Status::Failed => cell.failed += 1,
                Status::Answered => {
                    let confidence = millionths(answer.confidence);
                    cell.answered += 1;
                    cell.confidence += confidence;
                    metric.histogram[step_of(confidence)] += 1;
                    if let Some(value) = answer.value {
                        metric.add_value(bucket, quarter, value, 1);
                    }
                }
            }
        }
        if counted {
            self.began(call.revision_id, call.began);
        }
    }

    fn metric(&mut self, identifier: &str, kind: MetricType) -> &mut Metric {
        // The answers of a call come in the order of its metrics, which is that of most other calls.
        let (before, after) = self.metrics.split_at(self.next.min(self.metrics.len()));
        let is_it = |metric: &Metric| metric.kind == kind && metric.identifier == identifier;
        let found = after
            .iter()
            .position(is_it)
            .map(|place| before.len() + place);
        let place = found.or_else(|| before.iter().position(is_it));
        let place = place.unwrap_or_else(|| {
            self.metrics.push(Metric {
                identifier: identifier.to_owned(),
                kind,
                series: vec![Cell::default(); self.bounds.len()],
                histogram: [0; STEPS],
                values: BTreeMap::new(),
                heard: HashMap::new(),
            });
            self.metrics.len() - 1
        });
        self.next = place + 1;
        &mut self.metrics[place]
    }

    fn began(&mut self, revision_id: &str, at: i64) {
        match self.first.get_mut(revision_id) {
            Some(first) => *first = at.min(*first),
            None => {
                self.first.insert(revision_id.to_owned(), at);
            }
        }
    }
}

impl Metric {
    fn add_value(&mut self, bucket: usize, quarter: i64, value: i64, count: i64) {
        let cell = &mut self.series[bucket];
        match self.kind {
            MetricType::String => self.hear(value, quarter, count),
            MetricType::Enum => {
                add_to(&mut cell.values, value, count);
                self.hear(value, quarter, count);
            }
            MetricType::Boolean => {
                add_to(&mut cell.values, value, count);
                add_to(&mut self.values, value, count);
            }
            MetricType::Integer => {
                cell.sum += i128::from(value) * i128::from(count);
                cell.summed += count;
                add_to(&mut self.values, value, count);
            }
            MetricType::Datetime => add_to(&mut self.values, value, count),
        }
    }

    fn hear(&mut self, mark: i64, quarter: i64, count: i64) {
        let heard = self.heard.entry(mark).or_insert(Heard {
            count: 0,
            last: quarter,
        });
        heard.count += count;
        heard.last = heard.last.max(quarter);
    }
}
