//! Figures of metrics as our own API shows them.

use aftercall_core::Step;
use aftercall_store::statistics::{
    CountedVersion, MetricFigures, MetricPoint, Shown, Spread, Values,
};
use serde::Serialize;
use serde_json::{Number, Value as Json};
use utoipa::ToSchema;

use super::question::{Asked, Bounds};
use crate::api::analysis_views::ValueView;
use crate::text::instant;

/// What was answered.
#[derive(Serialize, ToSchema)]
#[schema(as = MetricStatistics)]
pub(crate) struct MetricStatisticsView {
    #[serde(flatten)]
    pub(super) asked: Asked,
    /// The versions of the calls whose answers were counted, in the order of their first calls.
    pub(super) versions: Vec<VersionView>,
    /// By identifier and type.
    pub(super) metrics: Vec<MetricView>,
}

/// A version whose answers were counted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CountedVersion)]
pub(super) struct VersionView {
    /// Its agent.
    agent_id: String,
    /// Its id.
    version_id: String,
    /// Its number among the agent's.
    number: i64,
    /// Its label.
    label: Option<String>,
    /// When it was last made the active one.
    #[schema(format = DateTime)]
    activated_at: Option<String>,
    /// When the first of its calls that were counted began.
    #[schema(format = DateTime)]
    first_call_at: String,
}

/// What was answered to a metric. Members that do not belong to its type are absent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MetricFigures)]
pub(super) struct MetricView {
    /// The metric's identifier.
    identifier: String,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(pattern = "^(BOOLEAN|INTEGER|ENUM|DATETIME|STRING)$")]
    kind: &'static str,
    /// What became of it.
    counts: Counts,
    /// How sure the answers are that have a value.
    confidence: Confidence,
    /// How often each value was answered: of a BOOLEAN both; of an ENUM all that were, most first; of a STRING the 20 most.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<ValueCount>>,
    /// How many different texts a STRING has.
    #[serde(skip_serializing_if = "Option::is_none")]
    distinct: Option<i64>,
    /// How the values of an INTEGER are spread; null without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NumbersView>)]
    number: Option<Option<NumbersView>>,
    /// How many values of a DATETIME lie on each local day that has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<Vec<DayCount>>,
    /// By bucket, empty ones too.
    series: Vec<MetricBucket>,
}

/// What became of a metric.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AnswerCounts)]
struct Counts {
    /// Answers with a value.
    answered: i64,
    /// Calls that do not say.
    not_mentioned: i64,
    /// Answers that could not be had.
    failed: i64,
}

/// Confidence of answers with a value.
#[derive(Serialize, ToSchema)]
struct Confidence {
    /// On average; null without any.
    mean: Option<f64>,
    /// How many lie in each tenth from 0 to 1.
    histogram: [i64; 10],
}

/// How often a value was answered.
#[derive(Serialize, ToSchema)]
struct ValueCount {
    /// The value: a boolean of a BOOLEAN, else a text.
    #[schema(value_type = ValueView)]
    value: Json,
    /// How often.
    count: i64,
}

/// How whole numbers are spread.
#[derive(Serialize, ToSchema)]
#[schema(as = Numbers)]
struct NumbersView {
    /// On average.
    mean: f64,
    /// The least.
    min: i64,
    /// The greatest.
    max: i64,
    /// Together.
    #[schema(value_type = f64)]
    sum: Number,
    /// At most 20 steps of the same width.
    histogram: Vec<StepView>,
}

/// Whole numbers between two bounds.
#[derive(Serialize, ToSchema)]
#[schema(as = NumberStep)]
struct StepView {
    /// The least.
    from: i64,
    /// The least behind them; of the last step the greatest in it.
    to: i64,
    /// How many there are.
    count: i64,
}

/// Values on a day.
#[derive(Serialize, ToSchema)]
struct DayCount {
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// How many.
    count: i64,
}

/// What was answered in a bucket.
#[derive(Serialize, ToSchema)]
struct MetricBucket {
    #[serde(flatten)]
    bounds: Bounds,
    #[serde(flatten)]
    counts: Counts,
    /// Mean confidence of the answers with a value; null without any.
    confidence: Option<f64>,
    /// Of a BOOLEAN and an ENUM: how often each value was answered that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<ValueCount>>,
    /// Of an INTEGER: the mean; null without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    mean: Option<Option<f64>>,
}

impl From<CountedVersion> for VersionView {
    fn from(version: CountedVersion) -> Self {
        Self {
            agent_id: version.agent_id,
            version_id: version.id,
            number: version.number,
            label: version.label,
            activated_at: version.activated_at.map(instant),
            first_call_at: instant(version.first_call_at),
        }
    }
}

impl MetricView {
    pub(super) fn new(figures: MetricFigures, bounds: impl Iterator<Item = Bounds>) -> Self {
        let series = bounds.zip(figures.series);
        let series = series.map(|(bounds, point)| bucket(bounds, point, &figures.values));
        let mut view = Self {
            kind: figures.kind.name(),
            identifier: figures.identifier,
            counts: Counts {
                answered: figures.answered,
                not_mentioned: figures.not_mentioned,
                failed: figures.failed,
            },
            confidence: Confidence {
                mean: figures.confidence,
                histogram: figures.histogram,
            },
            series: series.collect(),
            values: None,
            distinct: None,
            number: None,
            days: None,
        };
        match figures.values {
            Values::Boolean(yes, no) => {
                view.values = Some(vec![count(true.into(), yes), count(false.into(), no)]);
            }
            Values::Enum(choices) => view.values = Some(texts(choices)),
            Values::String(top, distinct) => {
                view.values = Some(texts(top));
                view.distinct = Some(distinct);
            }
            Values::Integer(spread) => view.number = Some(spread.map(NumbersView::from)),
            Values::Datetime(days) => {
                let days = days.into_iter().map(|(day, count)| DayCount {
                    day: day.to_string(),
                    count,
                });
                view.days = Some(days.collect());
            }
        }
        view
    }
}

fn bucket(bounds: Bounds, point: MetricPoint, values: &Values) -> MetricBucket {
    let counted = || {
        let values = point.values.iter().map(|(value, number)| {
            let value = match value {
                Shown::Boolean(value) => Json::from(*value),
                Shown::Text(text) => Json::from(text.as_str()),
            };
            count(value, *number)
        });
        values.collect()
    };
    MetricBucket {
        bounds,
        counts: Counts {
            answered: point.answered,
            not_mentioned: point.not_mentioned,
            failed: point.failed,
        },
        confidence: point.confidence,
        values: matches!(values, Values::Boolean(..) | Values::Enum(_)).then(counted),
        mean: matches!(values, Values::Integer(_)).then_some(point.mean),
    }
}

fn texts(counted: Vec<(String, i64)>) -> Vec<ValueCount> {
    let counted = counted.into_iter();
    counted
        .map(|(text, number)| count(text.into(), number))
        .collect()
}

fn count(value: Json, count: i64) -> ValueCount {
    ValueCount { value, count }
}

impl From<Spread> for NumbersView {
    fn from(spread: Spread) -> Self {
        Self {
            mean: spread.mean,
            min: spread.min,
            max: spread.max,
            sum: whole(spread.sum),
            histogram: spread.steps.into_iter().map(StepView::from).collect(),
        }
    }
}

/// A sum; one beyond 64 bits loses digits.
fn whole(sum: i128) -> Number {
    #[expect(clippy::cast_precision_loss, reason = "said above")]
    let about = || Number::from_f64(sum as f64);
    i64::try_from(sum)
        .ok()
        .map(Number::from)
        .or_else(about)
        .unwrap_or_else(|| Number::from(0))
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        Self {
            from: step.from,
            to: step.to,
            count: step.count,
        }
    }
}
