//! Finding calls by what their current analysis answered.

use aftercall_core::{MetricType, Problem, Status};
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{Condition, DbBackend};

use super::search::escaped;

use crate::answer_line::{mark, start};
use crate::entity::calls;
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

    /// The condition on a row of `calls`: a look at the lines of its current analysis, in that row, is enough.
    pub(crate) fn condition(&self, backend: DbBackend) -> Condition {
        let all = Condition::all;
        let answered = || has_line(&self.identifier, "_a", None);
        match &self.test {
            MetricTest::In(values) => is_in(&self.identifier, values),
            MetricTest::NotIn(values) => all()
                .add(answered())
                .add(is_in(&self.identifier, values).not()),
            MetricTest::Missing(false) => all().add(answered()),
            // Without an analysis there are no lines, which is neither.
            MetricTest::Missing(true) => all().add(answered().not()),
            MetricTest::Status(status) => {
                let letters = match status {
                    Status::Answered => "_a",
                    Status::NotMentioned => "_n",
                    Status::Failed => "_f",
                };
                all().add(has_line(&self.identifier, letters, None))
            }
            MetricTest::Value(comparison, bound) => {
                let (kind, bound) = match bound {
                    Bound::Number(number) => (MetricType::Integer, *number),
                    Bound::Time(time) => (MetricType::Datetime, to_us(*time)),
                };
                all().add(comparison.with(value(backend, &self.identifier, kind), bound))
            }
            MetricTest::Confidence(comparison, share) => {
                all().add(comparison.with(confidence(backend, &self.identifier), *share))
            }
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

    fn with(self, value: Expr, bound: impl Into<Expr>) -> Expr {
        match self {
            Self::Less => value.lt(bound),
            Self::AtMost => value.lte(bound),
            Self::More => value.gt(bound),
            Self::AtLeast => value.gte(bound),
        }
    }
}

impl Bound {
    fn of(text: &str) -> Option<Self> {
        let number = text.parse().ok().map(Self::Number);
        number.or_else(|| text.parse().ok().map(Self::Time))
    }
}

/// Whether the lines of the current analysis have an answer to the metric whose letters of type and status are like these, with
/// that value. It takes a look at the call's own row alone.
fn has_line(identifier: &str, letters: &str, value: Option<i64>) -> Expr {
    let identifier = escaped(identifier);
    let value = value.map_or(String::new(), |value| format!("{value}\t"));
    let line = LikeExpr::new(format!("%\n{identifier}\t{letters}\t{value}%")).escape('|');
    lines().like(line)
}

/// Whether the value is one of these, read as the type of the answer wants.
fn is_in(identifier: &str, values: &[String]) -> Condition {
    let mut any = Condition::any();
    for text in values {
        // A STRING or an ENUM: of another type no value is that number but by a chance of 64 bits.
        any = any.add(has_line(identifier, "_a", Some(mark(text))));
        let others = [
            ("Ba", text.parse::<bool>().ok().map(i64::from)),
            ("Ia", text.parse().ok()),
            ("Da", text.parse().ok().map(to_us)),
        ];
        for (letters, value) in others {
            any = any.add_option(value.map(|value| has_line(identifier, letters, Some(value))));
        }
    }
    // One of none is nothing.
    match values {
        [] => any.add(Expr::val(1).eq(0)),
        _ => any,
    }
}

/// The value of the answer to a metric of that type; null where there is none.
fn value(backend: DbBackend, identifier: &str, kind: MetricType) -> Expr {
    let start = start(identifier, kind, Status::Answered);
    match backend {
        DbBackend::Postgres => {
            let value = split_part(split_part(lines(), &start, 2), "\t", 1);
            null_if(value, "").cast_as("BIGINT")
        }
        // A cast reads as far as there is a number, and past a tab in front of one.
        _ => {
            let found = found(&start).sub(found(&format!("{start}\t")));
            behind(found, start.len()).cast_as("INTEGER")
        }
    }
}

/// The confidence of the answer to a metric, whatever became of it; null where there is none.
fn confidence(backend: DbBackend, identifier: &str) -> Expr {
    let start = format!("\n{identifier}\t");
    match backend {
        DbBackend::Postgres => {
            let line = split_part(split_part(lines(), &start, 2), "\n", 1);
            null_if(split_part(line, "\t", 3), "").cast_as("DOUBLE PRECISION")
        }
        // Behind the letters and the value, if there is one; a cast leaves the tab out.
        _ => {
            let value = behind(found(&start), start.len() + "Ia\t".len());
            function("ltrim", [value, Expr::val("-0123456789")]).cast_as("REAL")
        }
    }
}

fn lines() -> Expr {
    Expr::col((calls::Entity, calls::Column::AnswerLines))
}

/// On PostgreSQL, a part of a text, the first is 1. What is not there is an empty text.
fn split_part(text: Expr, by: &str, part: i32) -> Expr {
    function("split_part", [text, Expr::val(by), Expr::val(part)])
}

/// On SQLite, where a line starts so; 0 where none does.
fn found(start: &str) -> Expr {
    function("instr", [lines(), Expr::val(start)])
}

/// On SQLite, what stands so many characters behind a place; null behind 0.
fn behind(place: Expr, characters: usize) -> Expr {
    let further = i64::try_from(characters).unwrap_or(i64::MAX);
    function("substr", [lines(), null_if(place, 0).add(further)])
}

fn null_if(value: Expr, none: impl Into<Expr>) -> Expr {
    function("NULLIF", [value, none.into()])
}

fn function<const N: usize>(name: &'static str, arguments: [Expr; N]) -> Expr {
    Expr::from(Func::cust(name).args(arguments))
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
