//! How many calls there were, and what became of them.

use aftercall_core::CallOutcome;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order};
use sea_orm::{EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::sql::{Split, count_where, is, is_measured, user_number};
use crate::calls::{BEGAN, CallFilter};
use crate::entity::calls;
use crate::times::from_us_opt;
use crate::{Store, StoreError};

/// Calls shorter than this count as short.
pub const SHORT: SignedDuration = SignedDuration::from_secs(30);

/// Calls as long as this or longer count as long.
pub const LONG: SignedDuration = SignedDuration::from_secs(300);

/// What there was of some calls.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// All calls.
    pub total: u64,
    /// Calls that were answered.
    pub answered: u64,
    /// Calls that nobody took.
    pub no_answer: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Calls that were called off.
    pub cancelled: u64,
    /// Calls that go on.
    pub running: u64,
    /// Calls to be made.
    pub waiting: u64,
    /// Answered calls whose duration is known.
    pub measured: u64,
    /// How long those were together, in milliseconds.
    pub duration_ms: f64,
    /// Those among them shorter than [`SHORT`].
    pub short: u64,
    /// Those among them not shorter than [`LONG`].
    pub long: u64,
    /// What all calls cost together, as their senders say.
    pub cost: f64,
    /// Numbers of people with an answered call.
    pub users: u64,
    /// When the last call began.
    pub last: Option<Timestamp>,
}

/// Calls that were counted together.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Whose they are; empty where that was not asked.
    pub who: String,
    /// When they were, as [`When`](super::When) counts; 0 where that was not asked.
    pub when: i64,
    /// What there was of them.
    pub counts: Counts,
}

impl Part {
    /// The day of a part by day, or the Monday of one by week.
    #[must_use]
    pub fn day(&self) -> Date {
        let start = jiff::civil::date(1970, 1, 1);
        // A day that no calendar has is the last that it has.
        let days = Span::new().try_days(self.when).ok();
        days.map_or(Date::MAX, |days| start.saturating_add(days))
    }
}

#[derive(FromQueryResult)]
struct Row {
    part_who: Option<String>,
    part_when: i64,
    total: i64,
    answered: i64,
    no_answer: i64,
    failed: i64,
    cancelled: i64,
    running: i64,
    waiting: i64,
    measured: i64,
    duration_us: f64,
    short: i64,
    long: i64,
    cost_sum: f64,
    users: i64,
    last_us: Option<i64>,
}

impl Store {
    /// Counts all calls that pass the filter together.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count_calls_in(&self, filter: &CallFilter) -> Result<Counts, StoreError> {
        let parts = self.count_calls_by(filter, &Split::default()).await?;
        Ok(parts
            .into_iter()
            .next()
            .map(|part| part.counts)
            .unwrap_or_default())
    }

    /// Counts the calls that pass the filter by part, ordered by whose and when they are; parts without a call are not there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count_calls_by(
        &self,
        filter: &CallFilter,
        split: &Split,
    ) -> Result<Vec<Part>, StoreError> {
        let who = split.who.map(|who| Expr::cust(who.sql()));
        let mut query = calls::Entity::find()
            .select_only()
            .expr_as(who.clone().unwrap_or_else(|| Expr::cust("''")), "part_who")
            .expr_as(
                Expr::cust(split.when.map_or_else(
                    || "CAST(0 AS BIGINT)".into(),
                    |when| format!("CAST({} AS BIGINT)", when.sql()),
                )),
                "part_when",
            )
            .filter(filter.condition(self.backend()));
        for (name, sql) in sums() {
            query = query.expr_as(Expr::cust(sql), name);
        }
        if let Some(who) = who {
            query = query.filter(who.clone().is_not_null());
            if !split.only.is_empty() {
                query = query.filter(who.is_in(split.only.iter().map(String::as_str)));
            }
            query = query.group_by(Expr::col(Alias::new("part_who")));
        }
        if split.when.is_some() {
            query = query.group_by(Expr::col(Alias::new("part_when")));
        }
        query = query.apply_if(split.most, |query, most| {
            query
                .order_by(Expr::col(Alias::new("total")), Order::Desc)
                .order_by(Expr::col(Alias::new("part_who")), Order::Asc)
                .limit(most)
        });
        let rows: Vec<Row> = query.into_model().all(self.reader()).await?;
        let parts: Result<Vec<Part>, StoreError> = rows.into_iter().map(Part::try_from).collect();
        let mut parts = parts?;
        // Here and not in the database, whose order of texts depends on its language.
        parts.sort_by(|a, b| (&a.who, a.when).cmp(&(&b.who, b.when)));
        Ok(parts)
    }
}

/// Every sum, by the name of its column.
fn sums() -> Vec<(&'static str, String)> {
    let measured = is_measured();
    let bounded =
        |bound: &str| count_where(&format!(r#"{measured} AND "calls"."duration_us" {bound}"#));
    let outcomes = [
        ("answered", CallOutcome::Answered),
        ("no_answer", CallOutcome::NoAnswer),
        ("failed", CallOutcome::Failed),
        ("cancelled", CallOutcome::Cancelled),
        ("running", CallOutcome::Running),
        ("waiting", CallOutcome::Waiting),
    ];
    let mut sums: Vec<_> = outcomes
        .into_iter()
        .map(|(name, outcome)| (name, count_where(&is(outcome))))
        .collect();
    let answered = is(CallOutcome::Answered);
    sums.extend([
        ("total", "COUNT(*)".into()),
        ("measured", count_where(&measured)),
        (
            "duration_us",
            // As a float, since a sum of whole numbers that are too great is an error.
            format!(
                r#"CAST(COALESCE(SUM(CASE WHEN {measured} THEN CAST("calls"."duration_us" AS DOUBLE PRECISION) END), 0) AS DOUBLE PRECISION)"#
            ),
        ),
        ("short", bounded(&format!("< {}", SHORT.as_micros()))),
        ("long", bounded(&format!(">= {}", LONG.as_micros()))),
        (
            "cost_sum",
            r#"CAST(COALESCE(SUM("calls"."cost"), 0) AS DOUBLE PRECISION)"#.into(),
        ),
        (
            "users",
            format!("COUNT(DISTINCT CASE WHEN {answered} THEN {} END)", user_number()),
        ),
        ("last_us", format!("MAX({BEGAN})")),
    ]);
    sums
}

impl TryFrom<Row> for Part {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        Ok(Self {
            who: row.part_who.unwrap_or_default(),
            when: row.part_when,
            counts: Counts {
                total: count(row.total),
                answered: count(row.answered),
                no_answer: count(row.no_answer),
                failed: count(row.failed),
                cancelled: count(row.cancelled),
                running: count(row.running),
                waiting: count(row.waiting),
                measured: count(row.measured),
                duration_ms: row.duration_us / 1000.0,
                short: count(row.short),
                long: count(row.long),
                cost: row.cost_sum,
                users: count(row.users),
                last: from_us_opt(row.last_us)?,
            },
        })
    }
}
