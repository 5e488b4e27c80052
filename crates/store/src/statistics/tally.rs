//! Answers that were counted, put together by metric and bucket.

use std::collections::{BTreeMap, HashMap};

use super::bounds::Bounds;
use super::delta::MetricName;
use super::groups::AnswerGroup;
use super::sums::{MetricSums, QUARTER, STEPS, add_to, mark, quarter_of};

/// What was answered to every metric.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) bounds: Bounds,
    pub(super) metrics: BTreeMap<MetricName, Metric>,
    /// Texts by their [`mark`], as far as they are known.
    pub(super) texts: HashMap<i64, String>,
    /// Of each version, when the first of its calls began: in microseconds, or at the beginning of its quarter of an hour.
    pub(super) first: BTreeMap<String, i64>,
}

/// What was answered to one metric.
#[derive(Debug, Default)]
pub(super) struct Metric {
    pub(super) series: Vec<Cell>,
    pub(super) histogram: [i64; STEPS],
    /// How often each value was answered, texts aside; a DATETIME in microseconds.
    pub(super) values: BTreeMap<i64, i64>,
    /// Of texts, by their [`mark`]: how often, and in which quarter of an hour the last of the calls began.
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
    /// Of a BOOLEAN the values, of an ENUM their [`mark`]s.
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
            metrics: BTreeMap::new(),
            texts: HashMap::new(),
            first: BTreeMap::new(),
        }
    }

    /// Adds what was counted of one quarter of an hour, and nothing of it is negative.
    pub(super) fn add_quarter(
        &mut self,
        name: &MetricName,
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
        let metric = self.metric(name);
        let cell = &mut metric.series[bucket];
        cell.answered += answered;
        cell.not_mentioned += not_mentioned;
        cell.failed += failed;
        cell.confidence += confidence;
        for (step, count) in metric.histogram.iter_mut().zip(histogram) {
            *step += count;
        }
        for pair in values.chunks_exact(2) {
            let value = match name.1.as_str() {
                "DATETIME" => pair[0] * QUARTER,
                _ => pair[0],
            };
            metric.add_value(&name.1, bucket, quarter, value, pair[1]);
        }
    }

    /// Adds answers that the database counted together, in parts of `step` microseconds. Of a STRING no value is added.
    pub(super) fn add_group(&mut self, group: AnswerGroup, step: Option<i64>) {
        let at = step.map_or(self.bounds.from(), |step| group.part * step);
        let bucket = self.bounds.bucket(at);
        self.began(&group.revision_id, group.first);
        let name = (group.identifier, group.metric_type);
        if let Some(text) = &group.text {
            self.texts.entry(mark(text)).or_insert_with(|| text.clone());
        }
        let metric = self.metric(&name);
        let cell = &mut metric.series[bucket];
        match group.status.as_str() {
            "answered" => cell.answered += group.count,
            "not_mentioned" => cell.not_mentioned += group.count,
            _ => cell.failed += group.count,
        }
        if group.status != "answered" {
            return;
        }
        cell.confidence += group.confidence;
        let place = usize::try_from(group.step).unwrap_or_default();
        metric.histogram[place.min(STEPS - 1)] += group.count;
        let value = group.text.as_deref().map(mark).or(group.number);
        if let Some(value) = value {
            metric.add_value(&name.1, bucket, quarter_of(group.first), value, group.count);
        }
    }

    fn metric(&mut self, name: &MetricName) -> &mut Metric {
        if !self.metrics.contains_key(name) {
            let series = vec![Cell::default(); self.bounds.len()];
            let metric = Metric {
                series,
                ..Metric::default()
            };
            self.metrics.insert(name.clone(), metric);
        }
        self.metrics.entry(name.clone()).or_default()
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
    fn add_value(&mut self, kind: &str, bucket: usize, quarter: i64, value: i64, count: i64) {
        let cell = &mut self.series[bucket];
        match kind {
            "STRING" => self.hear(value, quarter, count),
            "ENUM" => {
                add_to(&mut cell.values, value, count);
                self.hear(value, quarter, count);
            }
            "BOOLEAN" => {
                add_to(&mut cell.values, value, count);
                add_to(&mut self.values, value, count);
            }
            "INTEGER" => {
                cell.sum += i128::from(value) * i128::from(count);
                cell.summed += count;
                add_to(&mut self.values, value, count);
            }
            _ => add_to(&mut self.values, value, count),
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

/// The numbers of an answer group as sums have them, for the rests of a period.
pub(super) fn numbers_of(group: &AnswerGroup) -> Vec<i64> {
    let mut sums = MetricSums::default();
    match group.status.as_str() {
        "answered" => {
            sums.answered = group.count;
            sums.confidence = group.confidence;
            let place = usize::try_from(group.step).unwrap_or_default();
            sums.histogram[place.min(STEPS - 1)] = group.count;
            let number = match group.metric_type.as_str() {
                "DATETIME" => group.number.map(quarter_of),
                _ => group.number,
            };
            if let Some(value) = group.text.as_deref().map(mark).or(number) {
                sums.values.insert(value, group.count);
            }
        }
        "not_mentioned" => sums.not_mentioned = group.count,
        _ => sums.failed = group.count,
    }
    sums.numbers()
}
