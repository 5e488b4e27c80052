//! What is told of a metric.

use std::collections::BTreeMap;

use aftercall_core::{MetricType, Step, steps};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::sums::{MILLION, QUARTER, STEPS};
use super::tally::{Cell, Metric, Tally};
use super::texts::Top;
use crate::StoreError;
use crate::answer_line::mark;
use crate::times::from_us;

/// What was answered to a metric in the whole period. One whose type was changed between versions is two.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricFigures {
    /// The metric's identifier.
    pub identifier: String,
    /// Its type.
    pub kind: MetricType,
    /// Answers with a value.
    pub answered: i64,
    /// Answers that the call does not say.
    pub not_mentioned: i64,
    /// Answers that could not be had.
    pub failed: i64,
    /// Mean confidence of those with a value.
    pub confidence: Option<f64>,
    /// How many of those lie in each tenth of confidence.
    pub histogram: [i64; STEPS],
    /// What the values were.
    pub values: Values,
    /// The same by bucket, empty ones too.
    pub series: Vec<MetricPoint>,
}

/// What was answered in one bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricPoint {
    /// As in [`MetricFigures`].
    pub answered: i64,
    /// As in [`MetricFigures`].
    pub not_mentioned: i64,
    /// As in [`MetricFigures`].
    pub failed: i64,
    /// As in [`MetricFigures`].
    pub confidence: Option<f64>,
    /// Of a BOOLEAN and an ENUM how often each value was answered that was, in the order of the whole period.
    pub values: Vec<(Shown, i64)>,
    /// Of an INTEGER.
    pub mean: Option<f64>,
}

/// A value that is counted by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Of a BOOLEAN.
    Boolean(bool),
    /// Of an ENUM.
    Text(String),
}

/// What the values were.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// How often `true` and how often `false`.
    Boolean(i64, i64),
    /// Every choice that was answered, most first.
    Enum(Vec<(String, i64)>),
    /// The texts that were answered most, and how many different ones there are.
    String(Vec<(String, i64)>, i64),
    /// How numbers are spread; `None` without any.
    Integer(Option<Spread>),
    /// How many lie on each local day that has any.
    Datetime(Vec<(Date, i64)>),
}

/// How whole numbers are spread.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// The least.
    pub min: i64,
    /// The greatest.
    pub max: i64,
    /// Their sum.
    pub sum: i128,
    /// How many lie in each step.
    pub steps: Vec<Step>,
}

/// The figures of every metric. `None` where days cannot be told from sums.
pub(super) fn figures(
    tally: &Tally,
    mut tops: BTreeMap<String, Top>,
    zone: &TimeZone,
    from_sums: bool,
) -> Result<Option<Vec<MetricFigures>>, StoreError> {
    let mut all = Vec::with_capacity(tally.metrics.len());
    for metric in &tally.metrics {
        let (identifier, kind) = (&metric.identifier, metric.kind);
        let values = match kind {
            MetricType::Boolean => {
                let count = |value| metric.values.get(&value).copied().unwrap_or_default();
                Values::Boolean(count(1), count(0))
            }
            MetricType::Enum => Values::Enum(choices(tally, metric)),
            MetricType::String => {
                let top = tops.remove(identifier).unwrap_or_default();
                Values::String(top.texts, top.distinct)
            }
            MetricType::Integer => Values::Integer(spread(&metric.values)),
            MetricType::Datetime => {
                match days(&metric.values, zone, if from_sums { QUARTER } else { 1 })? {
                    Some(days) => Values::Datetime(days),
                    None => return Ok(None),
                }
            }
        };
        let sum = |of: fn(&Cell) -> i64| metric.series.iter().map(of).sum::<i64>();
        let (answered, confidence) = (sum(|cell| cell.answered), sum(|cell| cell.confidence));
        let series = metric.series.iter();
        all.push(MetricFigures {
            identifier: identifier.clone(),
            kind,
            answered,
            not_mentioned: sum(|cell| cell.not_mentioned),
            failed: sum(|cell| cell.failed),
            confidence: mean_confidence(confidence, answered),
            histogram: metric.histogram,
            series: series.map(|cell| point(cell, &values)).collect(),
            values,
        });
    }
    all.sort_by(|a: &MetricFigures, b| {
        (&a.identifier, a.kind.name()).cmp(&(&b.identifier, b.kind.name()))
    });
    all.retain(|metric| metric.answered + metric.not_mentioned + metric.failed > 0);
    Ok(Some(all))
}

fn point(cell: &Cell, values: &Values) -> MetricPoint {
    let count = |value: i64| cell.values.get(&value).copied().unwrap_or_default();
    let values: Vec<(Shown, i64)> = match values {
        Values::Boolean(..) => [true, false]
            .map(|value| (Shown::Boolean(value), count(value.into())))
            .into(),
        Values::Enum(choices) => choices
            .iter()
            .map(|(text, _)| (Shown::Text(text.clone()), count(mark(text))))
            .collect(),
        _ => Vec::new(),
    };
    MetricPoint {
        answered: cell.answered,
        not_mentioned: cell.not_mentioned,
        failed: cell.failed,
        confidence: mean_confidence(cell.confidence, cell.answered),
        values: values.into_iter().filter(|(_, count)| *count > 0).collect(),
        mean: mean(cell.sum, cell.summed),
    }
}

fn choices(tally: &Tally, metric: &Metric) -> Vec<(String, i64)> {
    let mut choices: Vec<(String, i64)> = metric
        .heard
        .iter()
        .filter(|(_, heard)| heard.count > 0)
        .filter_map(|(mark, heard)| Some((tally.texts.get(mark)?.clone(), heard.count)))
        .collect();
    choices.sort_by(|(text_a, a), (text_b, b)| (b, text_a).cmp(&(a, text_b)));
    choices
}

fn spread(values: &BTreeMap<i64, i64>) -> Option<Spread> {
    let (min, max) = (values.first_key_value()?.0, values.last_key_value()?.0);
    let sum = values
        .iter()
        .map(|(value, count)| i128::from(*value) * i128::from(*count))
        .sum();
    Some(Spread {
        mean: mean(sum, values.values().sum())?,
        min: *min,
        max: *max,
        sum,
        steps: steps(values),
    })
}

/// The local days of instants that are known up to so many microseconds. `None` where the day depends on the rest.
fn days(
    values: &BTreeMap<i64, i64>,
    zone: &TimeZone,
    known: i64,
) -> Result<Option<Vec<(Date, i64)>>, StoreError> {
    let mut days: BTreeMap<Date, i64> = BTreeMap::new();
    for (us, count) in values {
        let date = |us| from_us(us).map(|at| zone.to_datetime(at).date());
        let us = us.div_euclid(known) * known;
        let day = date(us)?;
        if date(us + known - 1)? != day {
            return Ok(None);
        }
        *days.entry(day).or_default() += count;
    }
    Ok(Some(days.into_iter().collect()))
}

#[expect(clippy::cast_precision_loss, reason = "a mean is no whole number")]
fn mean(sum: i128, count: i64) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64)
}

fn mean_confidence(millionths: i64, count: i64) -> Option<f64> {
    mean(millionths.into(), count).map(|mean| mean / MILLION as f64)
}
