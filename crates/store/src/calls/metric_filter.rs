//! Finding calls by what their current analysis answered.

use aftercall_core::{Problem, Status};
use jiff::Timestamp;
use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use crate::entity::{answers, calls};
use crate::times::to_us;

/// A test of one metric of a call's current analysis. A call without an analysis passes none.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricFilter {
    /// The metric's identifier.
    pub identifier: String,
    /// What it has to pass.
    pub test: MetricTest,
}

/// What an answer has to pass.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricTest {
    /// The value is one of these. They are read as the type of the metric wants: `true`, `3` and
    /// `2026-03-01T09:00:00Z` are also texts.
    In(Vec<String>),
    /// There is a value, and it is none of these.
    NotIn(Vec<String>),
    /// The value of an INTEGER or a DATETIME, against a bound.
    Value(Comparison, Bound),
    /// Whether there is no value: the call does not say, the metric failed, or it was not asked.
    Missing(bool),
    /// What became of the metric.
    Status(Status),
    /// The answer's confidence, from 0 to 1, against a bound.
    Confidence(Comparison, f64),
}

/// How a value is compared with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Less than the bound.
    Less,
    /// The bound or less.
    AtMost,
    /// More than the bound.
    More,
    /// The bound or more.
    AtLeast,
}

/// What an ordered value is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// For an INTEGER.
    Number(i64),
    /// For a DATETIME.
    Time(Timestamp),
}

impl MetricFilter {
    /// Reads a filter from a query name without its `metric.` (`call_outcome`, `csat.lt`) and its value.
    ///
    /// Without more the value has to be that one. After the identifier may stand: `ne`; `in` (values separated by commas);
    /// `lt`, `lte`, `gt`, `gte` (a whole number, or an RFC 3339 date and time); `missing` (`true` or `false`); `status`
    /// (`answered`, `not_mentioned`, `failed`); `confidence.lt`, `confidence.lte`, `confidence.gt`, `confidence.gte` (a number
    /// from 0 to 1).
    ///
    /// # Errors
    /// The rule that the name or the value breaks.
    pub fn parse(name: &str, value: &str) -> Result<Self, Problem> {
        let problem =
            |rule: &str| Problem::told(format!("metric.{name}"), format!("{value:?}"), rule);
        let (identifier, operator) = match name.split_once('.') {
            Some((identifier, operator)) => (identifier, Some(operator)),
            None => (name, None),
        };
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if identifier.is_empty() || !identifier.chars().all(valid) {
            return Err(problem(
                "must name a metric: an identifier of a to z, 0 to 9 and _ after `metric.`",
            ));
        }
        let test = match operator {
            None => MetricTest::In(vec![value.to_owned()]),
            Some("ne") => MetricTest::NotIn(vec![value.to_owned()]),
            Some("in") => {
                let values = value.split(',').map(str::trim).filter(|v| !v.is_empty());
                MetricTest::In(values.map(str::to_owned).collect())
            }
            Some("missing") => match value {
                "" | "true" | "1" => MetricTest::Missing(true),
                "false" | "0" => MetricTest::Missing(false),
                _ => return Err(problem("must be `true` or `false`")),
            },
            Some("status") => match value {
                "answered" => MetricTest::Status(Status::Answered),
                "not_mentioned" => MetricTest::Status(Status::NotMentioned),
                "failed" => MetricTest::Status(Status::Failed),
                _ => {
                    return Err(problem("must be `answered`, `not_mentioned` or `failed`"));
                }
            },
            Some(operator) => match operator.strip_prefix("confidence.") {
                Some(operator) => {
                    let comparison = Comparison::of(operator).ok_or_else(|| problem(OPERATORS))?;
                    let share = value.parse().ok().filter(|v| (0.0..=1.0).contains(v));
                    let share = share.ok_or_else(|| problem("must be a number from 0 to 1"))?;
                    MetricTest::Confidence(comparison, share)
                }
                None => {
                    let comparison = Comparison::of(operator).ok_or_else(|| problem(OPERATORS))?;
                    let bound = Bound::of(value).ok_or_else(|| {
                        problem(
                            "must be a whole number or an RFC 3339 date and time with an offset",
                        )
                    })?;
                    MetricTest::Value(comparison, bound)
                }
            },
        };
        Ok(Self {
            identifier: identifier.to_owned(),
            test,
        })
    }

    /// The condition on a row of `calls`.
    pub(crate) fn condition(&self) -> Condition {
        let passes = |test: Condition| Condition::all().add(exists(&self.identifier, test));
        let not_analysed = calls_column(calls::Column::CurrentAnalysisId).is_null();
        match &self.test {
            MetricTest::In(values) => passes(is_in(values)),
            // A value of another type is not among them either: its columns are null, which is neither.
            MetricTest::NotIn(values) => {
                passes(answered()).add(exists(&self.identifier, is_in(values)).not())
            }
            MetricTest::Value(comparison, Bound::Number(number)) => passes(
                Condition::all().add(comparison.with(column(answers::Column::Number), *number)),
            ),
            MetricTest::Value(comparison, Bound::Time(time)) => passes(
                Condition::all()
                    .add(comparison.with(column(answers::Column::TimeUs), to_us(*time))),
            ),
            MetricTest::Missing(false) => passes(answered()),
            MetricTest::Missing(true) => Condition::all()
                .add(not_analysed.not())
                .add(exists(&self.identifier, answered()).not()),
            MetricTest::Status(status) => passes(has_status(*status)),
            MetricTest::Confidence(comparison, share) => passes(
                Condition::all().add(comparison.with(column(answers::Column::Confidence), *share)),
            ),
        }
    }
}

const OPERATORS: &str = "the name must end in `.ne`, `.in`, `.lt`, `.lte`, `.gt`, `.gte`, `.missing`, `.status`, `.confidence.lt` or the like";

impl Comparison {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "lt" => Self::Less,
            "lte" => Self::AtMost,
            "gt" => Self::More,
            "gte" => Self::AtLeast,
            _ => return None,
        })
    }

    fn with(self, column: Expr, bound: impl Into<Expr>) -> Expr {
        match self {
            Self::Less => column.lt(bound),
            Self::AtMost => column.lte(bound),
            Self::More => column.gt(bound),
            Self::AtLeast => column.gte(bound),
        }
    }
}

impl Bound {
    fn of(text: &str) -> Option<Self> {
        let number = text.parse().ok().map(Self::Number);
        number.or_else(|| text.parse().ok().map(Self::Time))
    }
}

fn column(column: answers::Column) -> Expr {
    Expr::col((answers::Entity, column))
}

fn calls_column(column: calls::Column) -> Expr {
    Expr::col((calls::Entity, column))
}

fn has_status(status: Status) -> Condition {
    Condition::all().add(column(answers::Column::Status).eq(status.name()))
}

fn answered() -> Condition {
    has_status(Status::Answered)
}

/// Whether the value is one of these, whichever of the columns its type has filled.
fn is_in(values: &[String]) -> Condition {
    let numbers: Vec<i64> = values.iter().filter_map(|v| v.parse().ok()).collect();
    let booleans: Vec<bool> = values.iter().filter_map(|v| v.parse().ok()).collect();
    let times: Vec<i64> = values
        .iter()
        .filter_map(|v| v.parse().ok())
        .map(to_us)
        .collect();
    let texts = values.iter().map(String::as_str);
    let mut any = Condition::any().add(column(answers::Column::Text).is_in(texts));
    if !numbers.is_empty() {
        any = any.add(column(answers::Column::Number).is_in(numbers));
    }
    if !booleans.is_empty() {
        any = any.add(column(answers::Column::Boolean).is_in(booleans));
    }
    if !times.is_empty() {
        any = any.add(column(answers::Column::TimeUs).is_in(times));
    }
    any
}

/// Whether the current analysis has an answer to the metric that passes.
fn exists(identifier: &str, test: Condition) -> Expr {
    let answer = Query::select()
        .expr(Expr::val(1))
        .from(answers::Entity)
        .and_where(
            column(answers::Column::AnalysisId)
                .equals((calls::Entity, calls::Column::CurrentAnalysisId)),
        )
        .and_where(column(answers::Column::Identifier).eq(identifier))
        .cond_where(test)
        .to_owned();
    Expr::exists(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        let read = |name, value| MetricFilter::parse(name, value).map(|filter| filter.test);
        let texts = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        for (name, value, test) in [
            ("x", "a,b", MetricTest::In(texts(&["a,b"]))),
            ("x.in", "a, b,", MetricTest::In(texts(&["a", "b"]))),
            ("x.ne", "a", MetricTest::NotIn(texts(&["a"]))),
            (
                "x.lt",
                "-3",
                MetricTest::Value(Comparison::Less, Bound::Number(-3)),
            ),
            (
                "x.gte",
                "2026-03-01T10:00:00+01:00",
                MetricTest::Value(
                    Comparison::AtLeast,
                    Bound::Time("2026-03-01T09:00:00Z".parse().unwrap()),
                ),
            ),
            ("x.missing", "", MetricTest::Missing(true)),
            ("x.missing", "false", MetricTest::Missing(false)),
            ("x.status", "failed", MetricTest::Status(Status::Failed)),
            (
                "x.confidence.lt",
                "0.6",
                MetricTest::Confidence(Comparison::Less, 0.6),
            ),
        ] {
            assert_eq!(read(name, value), Ok(test), "{name}={value}");
        }
        assert_eq!(
            MetricFilter::parse("call_2.lte", "1").unwrap().identifier,
            "call_2"
        );
    }

    #[test]
    fn what_is_no_filter() {
        for (name, value) in [
            ("", "a"),
            ("X", "a"),
            ("a-b", "a"),
            (".lt", "1"),
            ("x.lt", "3.5"),
            ("x.lt", "soon"),
            ("x.between", "1"),
            ("x.missing", "maybe"),
            ("x.status", "ok"),
            ("x.confidence", "0.5"),
            ("x.confidence.ne", "0.5"),
            ("x.confidence.lt", "1.5"),
            ("x.confidence.lt", "NaN"),
        ] {
            let problem = MetricFilter::parse(name, value).unwrap_err();
            assert_eq!(problem.field, format!("metric.{name}"));
        }
    }
}
